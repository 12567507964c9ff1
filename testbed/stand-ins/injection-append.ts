// How Istio up to 1.8 put its proxy into a pod, read in its source at 1.5.0 to 1.8.6: what is rendered was appended. From a pod
// that does not say that it was injected before, containers and volumes of three old names were taken out first.
import type { KubeObject } from '../api/kube-object.ts';
import type { JoinInput } from './injection-merge.ts';
import type { Container, Mount, Named } from './injection-template.ts';

const TOKEN_DIRECTORY = '/var/run/secrets/kubernetes.io/serviceaccount';

/** Two volumes of one name stay two, for the API server to refuse. */
export function appended({ pod, rendered, holds }: JoinInput): KubeObject {
  const without = (list: readonly Named[] = [], ...names: readonly string[]): Named[] =>
    list.filter(({ name }) => !names.includes(name));
  const applications = without(pod.spec.containers as Container[], 'istio-proxy');
  const proxies = rendered.spec.containers.map((proxy) =>
    withToken(proxy, pod.spec.containers as Container[]),
  );
  const { labels, annotations } = rendered.metadata;
  return {
    ...pod,
    metadata: {
      ...pod.metadata,
      labels: { ...labels, ...pod.metadata.labels },
      annotations: { ...pod.metadata.annotations, ...annotations },
    },
    spec: {
      ...pod.spec,
      containers: holds ? [...proxies, ...applications] : [...applications, ...proxies],
      initContainers: [
        ...without(pod.spec.initContainers as Container[] | undefined, 'istio-init'),
        ...rendered.spec.initContainers,
      ],
      volumes: [
        ...without(pod.spec.volumes as Named[] | undefined, 'istio-certs', 'istio-envoy'),
        ...rendered.spec.volumes,
      ],
    },
  };
}

/** The API server gave the pod's own containers a token before; the webhook had to do the same for its proxy. */
function withToken(proxy: Container, containers: readonly Container[]): Container {
  const isToken = ({ mountPath }: Mount): boolean => mountPath === TOKEN_DIRECTORY;
  const token = containers.flatMap(({ volumeMounts = [] }) => volumeMounts).findLast(isToken);
  return token === undefined ? proxy : { ...proxy, volumeMounts: [...(proxy.volumeMounts ?? []), token] };
}
