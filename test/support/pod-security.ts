// What Pod Security is evaluated from: a namespace that enforces a profile, istiod's values, and pods that were admitted.
import type { Pod } from '../../src/api/kubernetes.ts';
import { present, type Answers } from './answers.ts';
import { fieldSetOf } from './field-set.ts';
import { podOf } from './pod.ts';
import { NAMESPACE } from './scrape.ts';
import { wired } from './stateful-set.ts';

const ENFORCE = 'pod-security.kubernetes.io/enforce';

/** The label alone, written nobody knows when. */
export function enforced(level: string) {
  return { namespaceLabels: present({ [ENFORCE]: level }), ...namespaceOf(level) };
}

/** The namespace, and when somebody wrote its label. */
export function namespaceOf(level: string, since?: string) {
  const entry = {
    manager: 'kubectl-label',
    operation: 'Update',
    fieldsV1: fieldSetOf([`f:metadata\nf:labels\nf:${ENFORCE}`]),
    ...(since === undefined ? {} : { time: since }),
  } as const;
  return {
    namespace: present({
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: {
        name: NAMESPACE,
        namespace: '',
        uid: 'uid-namespace',
        resourceVersion: '1',
        labels: { [ENFORCE]: level },
        managedFields: [entry],
      },
    }),
  } satisfies Answers;
}

/** istiod's ConfigMap with these values; `undefined`: with what is no JSON. */
export function valuesOf(values: object | undefined) {
  const text = values === undefined ? 'values:' : JSON.stringify(values);
  const metadata = {
    name: 'istio-sidecar-injector',
    namespace: 'istio-system',
    uid: 'uid-injector',
    resourceVersion: '1',
  };
  const configMap = { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { values: text } };
  return { injectorConfigMaps: { 'istio-sidecar-injector': present(configMap) } } satisfies Answers;
}

/** An injected pod that runs. */
export function injectedPod(initContainer: string, creationTimestamp: string): Pod {
  return podOf(wired(), {
    metadata: { creationTimestamp, annotations: { 'sidecar.istio.io/status': '{}' } },
    initContainers: [{ name: initContainer }],
  });
}
