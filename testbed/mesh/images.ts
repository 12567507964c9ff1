// Which real program plays a container, and what this machine needs changed in its arguments and environment.
// Every difference from a real node is here. It starts nothing.
import type { Container } from './pod-fields.ts';

/** `pause` is no process at all: it counts as running. */
export type Image = 'pilot-agent' | 'prometheus' | 'pause';

/** By the container's name, and for Prometheus also by its image: `workload.container` may be called otherwise. */
export function imageOf(container: Container): Image {
  if (container.name === 'istio-proxy') return 'pilot-agent';
  const image = String(container.image ?? '');
  if (container.name === 'prometheus' || /(^|\/)prometheus(:|@|$)/.test(image)) return 'prometheus';
  return 'pause';
}

export interface ImageDefaults {
  readonly path: string;
  readonly args: readonly string[];
  readonly workingDirectory: string;
  readonly user: number;
  readonly group: number;
}

/** What the image's own configuration says: proxyv2 and prom/prometheus. */
export const imageDefaults: Readonly<Record<Exclude<Image, 'pause'>, ImageDefaults>> = {
  'pilot-agent': {
    path: '/usr/local/bin/pilot-agent',
    args: [],
    workingDirectory: '/',
    user: 1337,
    group: 1337,
  },
  prometheus: {
    path: '/bin/prometheus',
    args: ['--config.file=/etc/prometheus/prometheus.yml', '--storage.tsdb.path=/prometheus'],
    workingDirectory: '/prometheus',
    user: 65534,
    group: 65534,
  },
};

/**
 * Prometheus listens on the pod's address alone, since pods share this machine's network: an address without a host
 * gets it, and without the flag it is added. An address with a host, such as localhost, stays.
 */
export function prometheusArgs(args: readonly string[], ip: string): string[] {
  const flag = '--web.listen-address';
  const listening = (address: string): string => address.replace(/^(0\.0\.0\.0|\[::\])?:/, `${ip}:`);
  const changed = args.map((arg, index) => {
    if (arg.startsWith(`${flag}=`)) return `${flag}=${listening(arg.slice(flag.length + 1))}`;
    return args[index - 1] === flag ? listening(arg) : arg;
  });
  const isNamed = args.some((arg) => arg === flag || arg.startsWith(`${flag}=`));
  return isNamed ? changed : [...changed, `${flag}=${ip}:9090`];
}

export interface AgentSettings {
  /** A free port: the agent listens on all addresses, so that 15020 would serve one pod alone. */
  readonly statusPort: number;
  /** As Go writes durations, such as `30s`; the agent's own default is 24h. */
  readonly secretTtl?: string | undefined;
}

/** pilot-agent without Envoy and without questions to a cloud. Everything else is what the injector wrote. */
export function agentEnvironment(
  injected: Readonly<Record<string, string>>,
  { statusPort, secretTtl }: AgentSettings,
): Record<string, string> {
  const proxyConfig = JSON.parse(injected['PROXY_CONFIG'] ?? '{}') as object;
  return {
    ...injected,
    PROXY_CONFIG: JSON.stringify({ ...proxyConfig, statusPort }),
    DISABLE_ENVOY: 'true',
    CLOUD_PLATFORM: 'none',
    ...(secretTtl === undefined ? {} : { SECRET_TTL: secretTtl }),
  };
}

/** The arguments: `command`, whose first word is the program whatever it says, then `args`, else the image's. */
export function argumentsOf(container: Container, { args }: ImageDefaults): string[] {
  const command: readonly string[] = container.command ?? [];
  const given: readonly string[] = container.args ?? (command.length > 0 ? [] : args);
  return [...command.slice(1), ...given];
}
