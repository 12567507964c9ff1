// Whose the files are that a job may name: which directories are legacy, and what the Prometheus container mounts where.
import { posix } from 'node:path';
import type { Volume, VolumeMount } from '../../api/kubernetes.ts';
import type { ContainerMount, RewriteRequest } from '../../edit/prometheus-yaml/result.ts';
import { isPathAtOrBelow, withoutTrailingSlash } from '../kubernetes/mounts.ts';
import { itemsOf } from '../model/observed.ts';
import type { Reads } from '../model/reads.ts';
import type { Subject } from '../model/subject.ts';
import { isCitadelSecret } from '../stale-secrets/stale-secrets.ts';

/** What the keys of Citadel's secrets are called. */
const CITADEL_KEYS = ['root-cert.pem', 'cert-chain.pem', 'key.pem'] as const;

/** What the chooser has to know of the pod template; `recorded`: directories that were legacy when jobs were rewritten. */
export function fileSources(
  subject: Subject,
  recorded: readonly string[] = [],
): Required<Pick<RewriteRequest, 'legacyDirectories' | 'mounts' | 'podMounts'>> {
  const { snapshot, workload, container, filled } = subject;
  const volumes = new Map((workload.template.spec.volumes ?? []).map((volume) => [volume.name, volume]));
  const { legacyDirectories } = snapshot.resource.spec.config;
  const shared = volumesOfOthers(subject);
  const isShared = (directory: string): boolean =>
    (container.volumeMounts ?? []).some(
      ({ name, mountPath }) => shared.has(name) && isPathAtOrBelow(directory, mountPath),
    );
  return {
    legacyDirectories: [...new Set([...legacyDirectories, ...recorded, ...unfilled(subject)])],
    mounts: [
      ...filled.map((directory) => ({
        directory,
        source: 'Certificates' as const,
        ...(isShared(directory) ? { shared: true } : {}),
      })),
      ...(container.volumeMounts ?? []).flatMap((mount) =>
        shared.has(mount.name) && volumes.get(mount.name)?.emptyDir !== undefined
          ? [{ directory: withoutTrailingSlash(mount.mountPath), source: 'Other' as const }]
          : sourcesOfMount(mount, volumes.get(mount.name), snapshot.reads),
      ),
    ],
    podMounts: itemsOf(workload.pods)
      .flatMap(({ spec }) => spec.containers.filter(({ name }) => name === container.name))
      .flatMap(({ volumeMounts = [] }) => volumeMounts.map(({ mountPath }) => mountPath))
      .filter((directory) => !container.volumeMounts?.some(({ mountPath }) => mountPath === directory)),
  };
}

/**
 * An emptyDir that only Prometheus mounts, or istio-proxy where it does not write: whatever is read there is not renewed.
 * So it is with the directory of a wiring that our own write moves elsewhere.
 */
function unfilled(subject: Subject): readonly string[] {
  const { workload, container, filled } = subject;
  const { spec } = workload.template;
  const filledVolumes = volumesOfOthers(subject);
  const empty = new Set(
    (spec.volumes ?? []).filter(({ emptyDir }) => emptyDir !== undefined).map(({ name }) => name),
  );
  return (container.volumeMounts ?? [])
    .filter(({ name }) => empty.has(name) && !filledVolumes.has(name))
    .map(({ mountPath }) => withoutTrailingSlash(mountPath))
    .filter((directory) => !filled.some((each) => isPathAtOrBelow(each, directory)));
}

/** Volumes that a container beside Prometheus and istio-proxy may write to. */
function volumesOfOthers({ workload, container }: Subject): ReadonlySet<string> {
  const others = [workload.template.spec, ...itemsOf(workload.pods).map((pod) => pod.spec)]
    .flatMap(({ containers, initContainers = [] }) => [...containers, ...initContainers])
    .filter(({ name }) => name !== container.name && name !== 'istio-proxy');
  const mounts = others.flatMap(({ volumeMounts = [] }) => volumeMounts);
  return new Set(mounts.filter(({ readOnly }) => readOnly !== true).map(({ name }) => name));
}

function sourcesOfMount(
  mount: VolumeMount,
  volume: Volume | undefined,
  reads: Reads,
): readonly ContainerMount[] {
  const directory = withoutTrailingSlash(mount.mountPath);
  const flat = volume !== undefined && isFlat(volume) ? { flat: true } : {};
  const whole = (source: ContainerMount['source']): readonly ContainerMount[] => [
    { directory, source, ...flat },
  ];
  if (volume?.emptyDir !== undefined) return whole('EmptyDir');
  const secret = volume?.secret?.secretName;
  if (secret !== undefined && isCitadelSecret(reads, secret)) return whole('Citadel');
  const parts = (volume?.projected?.sources ?? []).map((source) => ({
    items: source.secret?.items,
    isCitadel: source.secret?.name !== undefined && isCitadelSecret(reads, source.secret.name),
  }));
  if (parts.length > 0 && parts.every(({ isCitadel }) => isCitadel)) return whole('Citadel');
  const files = parts
    .filter(({ isCitadel }) => isCitadel)
    .flatMap(({ items }) => items?.map(({ path }) => path) ?? CITADEL_KEYS)
    .flatMap((path) => mountedAt(mount, path) ?? []);
  // A volume that the template does not declare is a claim.
  return [...whole('Other'), ...files.map((file) => ({ directory: file, source: 'Citadel' as const }))];
}

/** A Secret or a ConfigMap has no directories, unless items make some. */
function isFlat({ secret, configMap }: Volume): boolean {
  const held = secret ?? configMap;
  return held !== undefined && !(held.items ?? []).some(({ path }) => path.includes('/'));
}

/** Where a file of a volume is in the container; `undefined`: a subPath leaves it out. */
function mountedAt({ mountPath, subPath = '', subPathExpr }: VolumeMount, path: string): string | undefined {
  if (subPathExpr !== undefined) return undefined;
  const relative = posix.relative(subPath, path);
  return relative.startsWith('..') ? undefined : withoutTrailingSlash(posix.join(mountPath, relative));
}
