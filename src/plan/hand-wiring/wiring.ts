// How a pod template carries certificates from istio-proxy to Prometheus, whoever wrote it: where they are written, which
// volume holds them, where Prometheus finds them. What is wrong with it, findings.ts says.
import { PROXY_CONFIG, USER_VOLUME, USER_VOLUME_MOUNT } from '../../api/istio-names.ts';
import { posix } from 'node:path';
import type { NamedFile } from '../../edit/prometheus-yaml/jobs/named-files.ts';
import { readProxyConfig } from '../../edit/proxy-config/read.ts';
import type { UserVolumeMount } from '../../edit/user-volume-mount/mounts.ts';
import { readUserVolume, readUserVolumeMount } from '../../edit/user-volume-mount/read.ts';
import { mountAbove, withoutTrailingSlash } from '../kubernetes/mounts.ts';
import type { Subject } from '../model/subject.ts';
import type { Workload } from '../model/workload.ts';

export interface WiringInput extends Pick<Subject, 'workload' | 'container'> {
  /** What prometheus.yaml names. */
  readonly files: readonly NamedFile[];
}

export interface Wiring extends WiringInput {
  readonly annotations: Readonly<Record<string, string>>;
  readonly proxyMetadata: Readonly<Record<string, string>>;
  /** OUTPUT_CERTS, without a trailing slash. */
  readonly outputDirectory: string;
  readonly output: OutputVolume | undefined;
}

/** The volume that the certificates are written to. */
interface OutputVolume {
  /** The mount in istio-proxy. */
  readonly mount: UserVolumeMount;
  readonly source: 'memory' | 'disk' | 'readOnly' | 'undeclared';
  /** What it is made of, for a person: `emptyDir`, `secret`. */
  readonly kind: string;
  /** Where the Prometheus container finds the files; empty: it does not mount the volume. */
  readonly directories: readonly string[];
}

/** The wiring of a template; `undefined` where no certificates are written, or an annotation cannot be read. */
export function readWiring(input: WiringInput): Wiring | undefined {
  const { template } = input.workload;
  const annotations = template.metadata?.annotations ?? {};
  const config = readProxyConfig(annotations[PROXY_CONFIG] ?? '');
  const mounts = readUserVolumeMount(annotations[USER_VOLUME_MOUNT] ?? '');
  if (config.kind === 'unreadable' || mounts.kind === 'unreadable') return undefined;
  const written = config.outputCerts ?? '';
  if (written === '') return undefined;
  const outputDirectory = withoutTrailingSlash(posix.normalize(written));
  const mount = mountAbove(mounts.entries, outputDirectory);
  return {
    ...input,
    annotations,
    proxyMetadata: config.proxyMetadata,
    outputDirectory,
    output: mount === undefined ? undefined : outputVolume(input, mount, outputDirectory),
  };
}

function outputVolume(input: WiringInput, mount: UserVolumeMount, outputDirectory: string): OutputVolume {
  const below = posix.relative(withoutTrailingSlash(mount.mountPath), outputDirectory);
  const directories = (input.container.volumeMounts ?? [])
    .filter(({ name, subPath = '' }) => name === mount.name && subPath === '')
    .map(({ mountPath }) => withoutTrailingSlash(posix.join(mountPath, below)));
  return { mount, directories, ...outputSource(input.workload, mount.name) };
}

const READ_ONLY: ReadonlySet<string> = new Set(['secret', 'configMap', 'projected', 'downwardAPI']);

function outputSource(
  { template, claimedVolumes }: Workload,
  name: string,
): Pick<OutputVolume, 'source' | 'kind'> {
  if (claimedVolumes.includes(name)) {
    return { source: 'disk', kind: 'a volume claim' };
  }
  const volume = template.spec.volumes?.find((each) => each.name === name);
  if (volume?.emptyDir !== undefined) return emptyDir(volume.emptyDir.medium);
  const kind = Object.keys(volume ?? {}).find((key) => key !== 'name');
  if (kind !== undefined) return { source: READ_ONLY.has(kind) ? 'readOnly' : 'disk', kind };
  // The injector declares the volumes of this annotation; a container of the template cannot mount those.
  const added = readUserVolume(template.metadata?.annotations?.[USER_VOLUME] ?? '');
  const source = added.kind === 'read' ? added.volumes.find((each) => each.name === name)?.source : undefined;
  const [word = '', medium] = source?.split(':') ?? [];
  if (word === '') return { source: 'undeclared', kind: '' };
  if (word === 'emptyDir') return emptyDir(medium);
  return { source: READ_ONLY.has(word) ? 'readOnly' : 'disk', kind: word };
}

function emptyDir(medium: string | undefined): Pick<OutputVolume, 'source' | 'kind'> {
  return { source: medium === 'Memory' ? 'memory' : 'disk', kind: 'an emptyDir without medium: Memory' };
}
