// Finds the ConfigMap and key that hold a Prometheus container's prometheus.yaml, from the arguments through the mounts.
// It never guesses: a path that does not lead to a ConfigMap key is answered with the reason.
import type { Container, PodSpec, Volume, VolumeMount } from '../../api/kubernetes.ts';
import type { ConfigMapSpec } from '../../api/prometheus-istio-scrape.gen.ts';
import { flagOf, mentions, runsShell } from '../kubernetes/container-flags.ts';
import { mountAbove, withoutTrailingSlash } from '../kubernetes/mounts.ts';
import type { MountedKeys } from './mounted-keys.ts';

/** Where the image of Prometheus looks when no `--config.file` is given (Dockerfile of prometheus/prometheus). */
const IMAGE_DEFAULT = '/etc/prometheus/prometheus.yml';

export interface ConfigSource extends MountedKeys {
  readonly kind: 'resolved';
  readonly configMap: string;
  readonly key: string;
  /** The directory where the ConfigMap is mounted: relative file names and `scrape_config_files` resolve against it. */
  readonly directory: string;
  /** No `--config.file` was given: the image's default was assumed. */
  readonly inferred: boolean;
  /** Mounted by subPath: an edit arrives only in a new pod. */
  readonly restartNeeded: boolean;
}

export type ConfigSourceResult =
  | ConfigSource
  | {
      readonly kind: 'unresolved';
      readonly reason: 'ConfigMapNotResolved';
      readonly message: string;
    };

/**
 * Resolves the source. `named` is `spec.config.configMap`: a name given there is used even where the mounts would not
 * lead to it, which is the only way past a subPath mount (source: a subPath mount is never updated by kubelet).
 */
export function resolveConfigSource(
  pod: PodSpec,
  container: Container,
  named: ConfigMapSpec,
): ConfigSourceResult {
  const given = configFileOf(container);
  const path = given ?? IMAGE_DEFAULT;
  const unknown = whyUnknown(container, given);
  const direct = unknown ?? throughMounts(pod, container, path);
  const found = direct.kind === 'rendered' ? throughRenderer(pod, path) : direct;
  const inferred = given === undefined;
  if (found.kind === 'key') {
    return finish({ ...found, inferred }, named);
  }
  if (found.kind === 'subPath' && named.name !== undefined) {
    return finish({ ...found, inferred }, named);
  }
  if (named.name !== undefined && named.key !== undefined) {
    const isFrozen = found.kind === 'subPath' || found.isFrozen;
    return {
      kind: 'resolved',
      configMap: named.name,
      key: named.key,
      directory: mountOf(pod, container, named.name) ?? parentDirectory(path),
      items: undefined,
      inferred,
      restartNeeded: isFrozen || (unknown !== undefined && isMountedBySubPath(pod, container, named)),
    };
  }
  const why = found.kind === 'subPath' ? subPathMessage(found, path) : found.message;
  return {
    kind: 'unresolved',
    reason: 'ConfigMapNotResolved',
    message: `${why}; set spec.config.configMap.name and .key if a ConfigMap holds it after all`,
  };
}

/** Why the file that Prometheus reads is not what its flags say: no default is assumed then. */
function whyUnknown(container: Container, given: string | undefined): Found | undefined {
  const { name } = container;
  const none = (message: string): Found => ({ kind: 'none', message, isFrozen: false });
  if (given?.includes('$(') === true) {
    return none(
      `--config.file of container ${name} is ${given}, a variable that is only known where it runs`,
    );
  }
  if (given !== undefined) return undefined;
  if (runsShell(container)) {
    return none(`container ${name} runs a shell, so which file Prometheus reads is not known`);
  }
  if (!mentions(container, 'config.file')) return undefined;
  return none(
    `container ${name} mentions config.file inside another argument, so which file Prometheus reads is not known`,
  );
}

/** Where the container mounts a ConfigMap as a whole. */
function mountOf({ volumes = [] }: PodSpec, container: Container, configMap: string): string | undefined {
  const volume = volumes.find((each) => each.configMap?.name === configMap);
  const mount = container.volumeMounts?.find(
    ({ name, subPath = '' }) => name === volume?.name && subPath === '',
  );
  return mount === undefined ? undefined : withoutTrailingSlash(mount.mountPath);
}

/** Where nobody knows which file is read: the container mounts the named key by subPath, and the ConfigMap not as a whole. */
function isMountedBySubPath(pod: PodSpec, container: Container, { name = '', key }: ConfigMapSpec): boolean {
  if (mountOf(pod, container, name) !== undefined) return false;
  return (pod.volumes ?? [])
    .filter((volume) => volume.configMap?.name === name)
    .some((volume) => {
      const path = volume.configMap?.items?.find((item) => item.key === key)?.path ?? key;
      return container.volumeMounts?.some((mount) => mount.name === volume.name && mount.subPath === path);
    });
}

interface FoundKey {
  readonly configMap: string;
  readonly key: string;
  readonly directory: string;
  readonly items: Readonly<Record<string, string>> | undefined;
  readonly restartNeeded: boolean;
}

type Found =
  | ({ readonly kind: 'key' } & FoundKey)
  | ({ readonly kind: 'subPath' } & FoundKey)
  | ({ readonly kind: 'rendered' } & NoKey)
  | ({ readonly kind: 'none' } & NoKey);

interface NoKey {
  readonly message: string;
  /** What the path leads to never changes in a running pod. */
  readonly isFrozen: boolean;
}

function finish(found: FoundKey & { readonly inferred: boolean }, named: ConfigMapSpec): ConfigSource {
  return {
    kind: 'resolved',
    configMap: named.name ?? found.configMap,
    key: named.key ?? found.key,
    directory: found.directory,
    items: found.items,
    inferred: found.inferred,
    restartNeeded: found.restartNeeded,
  };
}

function subPathMessage(found: FoundKey, path: string): string {
  return `${path} is mounted by subPath from ConfigMap ${found.configMap}, so an edit would never arrive in a running pod`;
}

/** The value of `--config.file`, as `--config.file=X` or `--config.file X`, in args or command. */
function configFileOf(container: Container): string | undefined {
  return flagOf(container, ['--config.file']);
}

function throughMounts(pod: PodSpec, container: Container, path: string): Found {
  const mount = mountAbove(container.volumeMounts ?? [], path);
  if (mount === undefined) {
    const message = `${path} lies in no volume of container ${container.name}`;
    return { kind: 'none', message, isFrozen: false };
  }
  const volume = (pod.volumes ?? []).find((candidate) => candidate.name === mount.name);
  if (volume?.configMap?.name !== undefined) return throughConfigMap(volume, mount, path);
  if (volume?.emptyDir !== undefined) {
    const message = `${path} lies in the emptyDir volume ${mount.name}`;
    return { kind: 'rendered', message, isFrozen: false };
  }
  const source = volume === undefined ? 'nothing' : Object.keys(volume).find((key) => key !== 'name');
  return {
    kind: 'none',
    message: `${path} comes from volume ${mount.name} (${source ?? 'unknown'}), not from a ConfigMap volume`,
    isFrozen: isFrozen(volume, mount),
  };
}

function throughConfigMap(volume: Volume, mount: VolumeMount, path: string): Found {
  const configMap = volume.configMap?.name ?? '';
  const items = volume.configMap?.items;
  const table =
    items === undefined ? undefined : Object.fromEntries(items.map((item) => [item.path, item.key]));
  const mountPath = withoutTrailingSlash(mount.mountPath);
  if (mount.subPathExpr !== undefined) {
    const message = `${path} is mounted by subPathExpr, which cannot be resolved`;
    return { kind: 'none', message, isFrozen: true };
  }
  const bySubPath = mount.subPath !== undefined && mount.subPath !== '';
  const inVolume = bySubPath
    ? [withoutTrailingSlash(mount.subPath), path.slice(mountPath.length)].join('')
    : path.slice(mountPath.length + 1);
  const key = table === undefined ? inVolume : table[inVolume];
  if (key === undefined || key === '' || (table === undefined && key.includes('/'))) {
    const message = `no item of ConfigMap volume ${volume.name} is mounted at ${path}`;
    return { kind: 'none', message, isFrozen: isFrozen(volume, mount) };
  }
  const found = { configMap, key, directory: parentDirectory(path), items: table, restartNeeded: bySubPath };
  return bySubPath ? { kind: 'subPath', ...found } : { kind: 'key', ...found };
}

/** Kubelet brings a new version of these into a running pod, but not to where they are mounted by subPath. */
function isFrozen(volume: Volume | undefined, { subPath = '', subPathExpr }: VolumeMount): boolean {
  const isUpdated = volume?.configMap ?? volume?.projected ?? volume?.secret;
  return isUpdated !== undefined && (subPath !== '' || subPathExpr !== undefined);
}

/** A reloader (config-reloader, Thanos sidecar) that renders a template into `path`: the template is the source. */
function throughRenderer(pod: PodSpec, path: string): Found {
  for (const container of [...pod.containers, ...(pod.initContainers ?? [])]) {
    const output = flagOf(container, ['--config-envsubst-file', '--reloader.config-envsubst-file']);
    if (output !== path) continue;
    const input = flagOf(container, ['--config-file', '--reloader.config-file']);
    if (input !== undefined) return throughMounts(pod, container, input);
  }
  const message = `${path} lies in an emptyDir and no container is seen to render it`;
  return { kind: 'none', message, isFrozen: false };
}

function parentDirectory(path: string): string {
  return path.slice(0, Math.max(1, path.lastIndexOf('/')));
}
