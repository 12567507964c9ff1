// How a pod template carries certificates from istio-proxy to Prometheus, whoever wrote it: where they are written, which
// volume holds them, where Prometheus finds them. What is wrong with it, findings.ts says; whose it is, adoption.ts.
import { PROXY_CONFIG, USER_VOLUME, USER_VOLUME_MOUNT } from '../../api/istio-names.ts';
import type { Container, Pod, PodTemplate } from '../../api/kubernetes.ts';
import { readProxyConfig } from '../../edit/proxy-config/read.ts';
import { readUserVolume, readUserVolumeMount } from '../../edit/user-volume-mount/read.ts';
import { cleanDirectory, outputOf, outputSetting, type Output } from '../istio-proxy/output.ts';
import { proxyIn, proxyOf } from '../istio-proxy/proxy-container.ts';
import { itemsOf } from '../model/observed.ts';
import type { Subject } from '../model/subject.ts';
import type { Workload } from '../model/workload.ts';

export type WiringInput = Pick<Subject, 'workload' | 'container'>;

export interface Wiring extends WiringInput {
  readonly annotations: Readonly<Record<string, string>>;
  readonly proxyMetadata: Readonly<Record<string, string>>;
  /** The annotation asks to hold Prometheus back until the proxy is ready. */
  readonly holds: boolean;
  /** What sets OUTPUT_CERTS: the template's own istio-proxy, its annotation, or, for a running pod, the mesh. */
  readonly origin: 'Container' | 'Annotation' | 'Mesh';
  /** The istio-proxy that the template itself brings. */
  readonly proxy: Container | undefined;
  /** OUTPUT_CERTS, without a trailing slash. */
  readonly outputDirectory: string;
  readonly output: OutputVolume | undefined;
}

/** The volume that the certificates are written to. */
interface OutputVolume extends Output {
  readonly source: 'memory' | 'disk' | 'readOnly' | 'undeclared';
  /** What it is made of, for a person: `emptyDir`, `secret`. */
  readonly kind: string;
}

/** The wiring of a template; `undefined` where no certificates are written, or an annotation cannot be read. */
export function readWiring(input: WiringInput): Wiring | undefined {
  const { template } = input.workload;
  const annotations = template.metadata?.annotations ?? {};
  const config = readProxyConfig(annotations[PROXY_CONFIG] ?? '');
  const mounts = readUserVolumeMount(annotations[USER_VOLUME_MOUNT] ?? '');
  if (config.kind === 'unreadable' || mounts.kind === 'unreadable') return undefined;
  const proxy = templateProxy(template);
  const found = outputIn(input, { proxy, annotated: config.outputCerts ?? '' });
  if (found === undefined) return undefined;
  const { origin, outputDirectory } = found;
  const output = outputOf([...found.mounts, ...mounts.entries], outputDirectory, input.container);
  return {
    ...input,
    annotations,
    proxyMetadata: config.proxyMetadata,
    holds: config.holdApplicationUntilProxyStarts === true,
    origin,
    proxy,
    outputDirectory,
    output: output && { ...output, ...outputSource(input.workload, output.mount.name) },
  };
}

/** The istio-proxy that a template itself brings: hand-made, or laid over the injected one. */
export function templateProxy({ spec }: PodTemplate): Container | undefined {
  return proxyIn(spec);
}

interface FoundOutput extends Pick<Wiring, 'origin' | 'outputDirectory'> {
  /** Of the proxy, beside those of the annotation. */
  readonly mounts: NonNullable<Container['volumeMounts']>;
}

/** Where it is written: what the template's own proxy says counts before the annotation, and both before the mesh. */
function outputIn(
  { workload }: WiringInput,
  { proxy, annotated }: { readonly proxy: Container | undefined; readonly annotated: string },
): FoundOutput | undefined {
  const mounts = proxy?.volumeMounts ?? [];
  const own = proxy === undefined ? undefined : outputSetting(proxy);
  if (own?.kind === 'Computed') return undefined;
  if (own?.kind === 'Set') return { origin: 'Container', outputDirectory: own.directory, mounts };
  if (annotated !== '') return { origin: 'Annotation', outputDirectory: cleanDirectory(annotated), mounts };
  for (const pod of itemsOf(workload.pods).filter(isStaying)) {
    const running = proxyOf(pod);
    const seen = running === undefined ? undefined : outputSetting(running);
    if (running === undefined || seen?.kind !== 'Set') continue;
    return { origin: 'Mesh', outputDirectory: seen.directory, mounts: running.volumeMounts ?? [] };
  }
  return undefined;
}

function isStaying({ metadata }: Pod): boolean {
  return metadata.deletionTimestamp === undefined;
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

/** The template brings a whole istio-proxy, not one that is laid over the injected one: it needs no injector. */
export function isHandMade({ workload: { template } }: Pick<Wiring, 'workload'>): boolean {
  const { image = '' } = templateProxy(template) ?? {};
  return image !== '' && image !== 'auto';
}
