// The ConfigMap of the legacy Prometheus.
import type { ConfigMap, ObjectMeta } from '../../src/api/kubernetes.ts';
import { NAMESPACE } from './scrape.ts';
import { PROMETHEUS_YAML } from './world.ts';

/** The ConfigMap that holds prometheus.yaml. */
export function configMap(
  text: string = PROMETHEUS_YAML,
  rest: Partial<Omit<ConfigMap, 'metadata'>> & { readonly metadata?: Partial<ObjectMeta> } = {},
): ConfigMap {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    data: { 'prometheus.yaml': text },
    ...rest,
    metadata: {
      name: 'prometheus',
      namespace: NAMESPACE,
      uid: 'uid-config',
      resourceVersion: '5',
      ...rest.metadata,
    },
  };
}
