// What an injected pod shows of its istio-proxy: version, mode, and where its certificate comes from.
// Read from the container alone: the injector renders proxyMetadata into its environment, and that is what the agent reads.
import type { Container, Pod } from '../../api/kubernetes.ts';
import { outputSetting } from './output.ts';
import { isProxyVariableTrue, nonEmpty, proxyOf, proxyVariable } from './proxy-container.ts';

/** `Native`: an init container that goes on running. `WithoutEnvoy`: only the agent runs. */
export type ProxyMode = 'Container' | 'ContainerWithoutEnvoy' | 'Native' | 'NativeWithoutEnvoy';

export interface Proxy {
  /** Of the pod. */
  readonly pod: string;
  /** From the tag of its image; `undefined` for tags that are no version. */
  readonly version: string | undefined;
  readonly isNative: boolean;
  readonly hasEnvoy: boolean;
  readonly hasReadinessProbe: boolean;
  /** What OUTPUT_CERTS is computed from, where it has no plain value. */
  readonly computedOutput: string | undefined;
  /** It takes its certificate from the socket of somebody else, such as SPIRE's agent. */
  readonly usesForeignSocket: boolean;
  /** It takes its certificate from files that somebody else keeps. */
  readonly usesMountedFiles: boolean;
  /** The user that the Prometheus container runs as, where the pod says so. */
  readonly prometheusUser: number | undefined;
}

const SOCKET_DIRECTORY = '/var/run/secrets/workload-spiffe-uds';
const FILES_DIRECTORY = '/var/run/secrets/workload-spiffe-credentials';
const OWN_SOCKET = 'socket';

/** `undefined`: the pod has no istio-proxy. */
export function readProxy(pod: Pod, prometheus: string): Proxy | undefined {
  const container = proxyOf(pod);
  if (container === undefined) return undefined;
  const { containers, initContainers = [], securityContext } = pod.spec;
  const socketFile = nonEmpty(proxyVariable(pod, 'WORKLOAD_IDENTITY_SOCKET_FILE')) ?? OWN_SOCKET;
  const setting = outputSetting(container);
  const user = containers.find(({ name }) => name === prometheus)?.securityContext?.runAsUser;
  return {
    pod: pod.metadata.name,
    version: imageVersion(container),
    isNative: initContainers.includes(container),
    hasEnvoy: !isProxyVariableTrue(pod, 'DISABLE_ENVOY'),
    hasReadinessProbe: container.readinessProbe !== undefined,
    computedOutput: setting.kind === 'Computed' ? setting.how : undefined,
    usesForeignSocket: socketFile !== OWN_SOCKET || mountsForeign(pod, container, SOCKET_DIRECTORY),
    usesMountedFiles:
      isProxyVariableTrue(pod, 'FILE_MOUNTED_CERTS') || mountsForeign(pod, container, FILES_DIRECTORY),
    prometheusUser: user ?? securityContext?.runAsUser,
  };
}

/** The mode in one word. */
export function proxyModeOf({ isNative, hasEnvoy }: Proxy): ProxyMode {
  if (isNative) return hasEnvoy ? 'Native' : 'NativeWithoutEnvoy';
  return hasEnvoy ? 'Container' : 'ContainerWithoutEnvoy';
}

function imageVersion({ image = '' }: Container): string | undefined {
  return /:v?(\d+\.\d+(?:\.\d+)?)[^/]*$/.exec(image)?.[1];
}

/** The injector mounts an emptyDir there by itself; any other source is somebody else's. */
function mountsForeign({ spec }: Pod, { volumeMounts = [] }: Container, directory: string): boolean {
  const mount = volumeMounts.find(({ mountPath }) => mountPath.replace(/\/+$/, '') === directory);
  const volume = spec.volumes?.find(({ name }) => name === mount?.name);
  return volume !== undefined && volume.emptyDir === undefined;
}
