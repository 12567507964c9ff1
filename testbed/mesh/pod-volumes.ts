// A pod's volumes as directories of this machine: fills them, and brings later changes after the delay of a kubelet.
// What a container sees of them is the sandbox's.
import { chmod, mkdir } from 'node:fs/promises';
import { join, posix } from 'node:path';
import { isDeepStrictEqual } from 'node:util';

import type { Api } from '../api/client.ts';
import type { KubeObject } from '../api/kube-object.ts';
import { writeAtomically } from './atomic-writer.ts';
import type { Payload, Source } from './payload.ts';
import { VolumeNotReady, readPayload, sourcesOf } from './payload.ts';
import type { Container } from './pod-fields.ts';
import { expand } from './pod-fields.ts';
import type { Mount } from './sandbox.ts';

export interface PodVolumesOptions {
  readonly api: Api;
  readonly pod: KubeObject;
  /** Of this pod. */
  readonly directory: string;
  /** Of claims, which outlive pods. */
  readonly claims: string;
  /** The next delay between a change in the API and the files. */
  readonly delayMs: () => number;
  readonly log: (line: string) => void;
}

export class PodVolumes {
  readonly #options: PodVolumesOptions;
  readonly #volumes: readonly Source[];
  readonly #written = new Map<string, Payload>();
  #timer: NodeJS.Timeout | undefined;
  #refreshing: Promise<void> = Promise.resolve();
  #pod: KubeObject;
  #isClosed = false;

  constructor(options: PodVolumesOptions) {
    this.#options = options;
    this.#pod = options.pod;
    this.#volumes = options.pod.spec.volumes ?? [];
  }

  /** The directories that are to be memory. */
  get memory(): string[] {
    return this.#volumes
      .filter(({ emptyDir }) => emptyDir?.medium === 'Memory')
      .map(({ name }) => this.#directoryOf(name as string));
  }

  /** Makes and fills every volume. Throws VolumeNotReady when something it needs is not there; then call it again. */
  async prepare(pod: KubeObject): Promise<void> {
    this.#pod = pod;
    // Not beside a refresh: both would write the same directories.
    const prepared = this.#refreshing.then(async () => this.#prepareAll());
    this.#refreshing = prepared.catch(() => undefined);
    await prepared;
  }

  async #prepareAll(): Promise<void> {
    for (const volume of this.#volumes) {
      const directory = this.#directoryOf(volume.name);
      if (volume.emptyDir !== undefined) await open(directory);
      else if (volume.persistentVolumeClaim !== undefined) await open(this.#claimOf(volume));
      else if (!(await this.#fill(volume)))
        throw new VolumeNotReady(`volume "${volume.name}" is of a kind that the node stand-in does not know`);
    }
  }

  /** To be called when objects of the pod's namespace, such as `ConfigMap/prometheus`, or the pod itself changed. */
  changed(source: string, pod: KubeObject = this.#pod): void {
    this.#pod = pod;
    const isOurs = source === 'Pod' || this.#volumes.some((volume) => sourcesOf(volume).includes(source));
    if (!isOurs || this.#timer !== undefined || this.#isClosed) return;
    // Changes until then come together, as with a kubelet's sync.
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#refreshing = this.#refreshing.then(async () => this.#refresh());
    }, this.#options.delayMs());
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    await this.#refreshing;
  }

  /** What a container mounts, and where. A file of a subPath is bound itself, so it never changes. */
  mountsOf(container: Container, environment: Readonly<Record<string, string>>): Mount[] {
    const mounts = (container.volumeMounts ?? []) as {
      name: string;
      mountPath: string;
      readOnly?: boolean;
      subPath?: string;
      subPathExpr?: string;
    }[];
    return mounts.map(({ name, mountPath, readOnly = false, subPath, subPathExpr }) => {
      const volume = this.#volumes.find((candidate) => candidate.name === name);
      const whole =
        volume.persistentVolumeClaim === undefined ? this.#directoryOf(name) : this.#claimOf(volume);
      const inner = subPathExpr === undefined ? (subPath ?? '') : expand(subPathExpr, environment);
      const isPayload = this.#written.has(name);
      return {
        source: join(whole, inner),
        path: posix.normalize(mountPath),
        // The kubelet mounts what it writes itself read-only, whatever the pod says.
        readOnly: readOnly || isPayload,
      };
    });
  }

  async #fill(volume: Source): Promise<boolean> {
    const payload = await readPayload(this.#options.api, this.#pod, volume);
    if (payload === undefined) return false;
    if (isDeepStrictEqual(payload, this.#written.get(volume.name))) return true;
    await writeAtomically(this.#directoryOf(volume.name), payload);
    this.#written.set(volume.name, payload);
    return true;
  }

  async #refresh(): Promise<void> {
    // A new token each time would only be noise, and no run outlives one.
    const isFixed = (volume: Source): boolean =>
      ((volume.projected?.sources ?? []) as Source[]).some(
        ({ serviceAccountToken }) => serviceAccountToken !== undefined,
      );
    for (const volume of this.#volumes) {
      if (this.#isClosed || isFixed(volume)) continue;
      try {
        await this.#fill(volume);
      } catch (error) {
        // As with a kubelet, a volume whose source went away keeps its last files.
        if (!(error instanceof VolumeNotReady))
          this.#options.log(`volume ${volume.name as string}: ${String(error)}`);
      }
    }
  }

  #directoryOf(name: string): string {
    return join(this.#options.directory, 'volumes', name);
  }

  #claimOf(volume: Source): string {
    return join(
      this.#options.claims,
      `${this.#pod.metadata.namespace ?? ''}_${volume.persistentVolumeClaim.claimName as string}`,
    );
  }
}

/** For everybody, as an emptyDir is; mkdir alone would heed the umask. */
async function open(directory: string): Promise<void> {
  await mkdir(directory, { recursive: true });
  await chmod(directory, 0o777);
}
