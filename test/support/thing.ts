import type { KubernetesObject } from '../../src/api/kubernetes.ts';

/** An object of kind Thing. */
export function thing(name: string, resourceVersion: string): KubernetesObject {
  return {
    apiVersion: 'example.org/v1',
    kind: 'Thing',
    metadata: { name, namespace: 'ns', uid: `uid-${name}`, resourceVersion },
  };
}
