// A pod of the StatefulSet, with what kubelet says of its containers.
import type {
  Container,
  ContainerStatus,
  ObjectMeta,
  Pod,
  PodCondition,
  StatefulSet,
} from '../../src/api/kubernetes.ts';
import { readProxyConfig } from '../../src/edit/proxy-config/read.ts';
import { readUserVolumeMount } from '../../src/edit/user-volume-mount/read.ts';
import { NAMESPACE } from './scrape.ts';

export interface PodOptions {
  readonly name?: string;
  readonly metadata?: Partial<ObjectMeta>;
  readonly proxy?: 'none' | 'starting' | 'ready' | 'native';
  readonly proxyImage?: string;
  readonly running?: boolean;
  /** Laid over what kubelet says of a container or init container. */
  readonly says?: Readonly<Record<string, Partial<ContainerStatus>>>;
  readonly conditions?: readonly PodCondition[];
  readonly initContainers?: readonly Container[];
}

/** istio-proxy as the injector makes it of the template's annotations. */
function sidecarOf({ metadata }: StatefulSet['spec']['template'], image: string): Container {
  const config = readProxyConfig(metadata?.annotations?.['proxy.istio.io/config'] ?? '');
  const mounts = readUserVolumeMount(metadata?.annotations?.['sidecar.istio.io/userVolumeMount'] ?? '');
  const variables = config.kind === 'read' ? Object.entries(config.proxyMetadata) : [];
  return {
    name: 'istio-proxy',
    image,
    readinessProbe: { httpGet: { path: '/healthz/ready', port: 15021 } },
    env: variables.map(([name, value]) => ({ name, value })),
    volumeMounts: mounts.kind === 'read' ? mounts.entries : [],
  };
}

/** A pod of a StatefulSet's template as it is now, with its injected proxy. */
export function podOf(of: StatefulSet, options: PodOptions = {}): Pod {
  const { name = `${of.metadata.name}-0`, metadata, proxy = 'ready', running = true, says = {} } = options;
  const { conditions, initContainers = [] } = options;
  const reported = (status: ContainerStatus): ContainerStatus => ({ ...status, ...says[status.name] });
  const { template } = of.spec;
  const sidecar = sidecarOf(template, options.proxyImage ?? 'docker.io/istio/proxyv2:1.30.3');
  const proxyStatus = { name: 'istio-proxy', ready: proxy !== 'starting' };
  const { containers } = template.spec;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace: NAMESPACE,
      uid: `uid-${name}`,
      resourceVersion: '9',
      ...template.metadata,
      // As the StatefulSet controller sets it: the revision that the pod was made from.
      labels: { ...template.metadata?.labels, 'controller-revision-hash': of.status?.updateRevision ?? '' },
      ownerReferences: [
        {
          apiVersion: 'apps/v1',
          kind: 'StatefulSet',
          name: of.metadata.name,
          uid: of.metadata.uid,
          controller: true,
        },
      ],
      ...metadata,
    },
    spec: {
      ...template.spec,
      containers: proxy === 'ready' || proxy === 'starting' ? [...containers, sidecar] : containers,
      initContainers: [...initContainers, ...(proxy === 'native' ? [sidecar] : [])],
    },
    status: {
      phase: 'Running',
      ...(conditions === undefined ? {} : { conditions }),
      containerStatuses: [
        ...containers.map((each) => ({
          name: each.name,
          ready: running,
          state: running ? { running: {} } : { waiting: {} },
        })),
        ...(proxy === 'ready' || proxy === 'starting' ? [proxyStatus] : []),
      ].map(reported),
      initContainerStatuses: [
        ...initContainers.map((each) => ({ name: each.name, ready: true })),
        ...(proxy === 'native' ? [proxyStatus] : []),
      ].map(reported),
    },
  };
}
