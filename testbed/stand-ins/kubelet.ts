// Plays scheduler and kubelet: binds pods to a node that is not there and reports them running and ready.
// It runs no container. Its pods have loopback addresses, so no EndpointSlice ever lists them: the API refuses those.
import type { Api } from '../api/client.ts';
import { ApiError } from '../api/client.ts';
import type { KubeObject } from '../api/kube-object.ts';
import { follow } from '../api/wait.ts';
import { podStatus } from './pod-status.ts';

const NODE_NAME = 'testbed';

export interface KubeletOptions {
  readonly api: Api;
  /** Only the pods of this namespace; all pods where unset. */
  readonly namespace?: string;
}

type PodPredicate = (pod: KubeObject) => boolean;

export interface Kubelet {
  /** Pods for which it is true are bound but not (or no longer) ready, until the returned function is called. */
  readonly hold: (predicate: PodPredicate) => () => void;
  /** Whether a pod is held now. */
  readonly holds: PodPredicate;
  /** Stops watching; pods stay as they are. Rejects if the kubelet had failed before. */
  readonly stop: () => Promise<void>;
}

/** Starts the stand-in and registers its node. */
export async function startKubelet({ api, namespace }: KubeletOptions): Promise<Kubelet> {
  await registerNode(api);
  const pods = `/api/v1/${namespace === undefined ? '' : `namespaces/${namespace}/`}pods`;
  const stopping = new AbortController();
  const player = new PodPlayer(api);
  const watching = (async (): Promise<void> => {
    for await (const objects of follow(api, pods, { signal: stopping.signal })) player.see(objects);
  })();
  // Reported by stop(); until then it must not count as unhandled.
  watching.catch(() => undefined);
  return {
    hold: (predicate) => player.hold(predicate),
    holds: (pod) => player.holds(pod),
    stop: async () => {
      stopping.abort();
      await watching;
      await player.idle();
    },
  };
}

async function registerNode(api: Api): Promise<void> {
  const node = { apiVersion: 'v1', kind: 'Node', metadata: { name: NODE_NAME } };
  await api.apply(node, { fieldManager: 'testbed-kubelet', force: true });
  const status = { conditions: [{ type: 'Ready', status: 'True', reason: 'StandIn', message: '' }] };
  await api.patch(node, { status }, { subresource: 'status' });
}

/** Does for each pod what is due next, one step at a time per pod; each step's own event brings the next. */
class PodPlayer {
  readonly #api: Api;
  readonly #holds = new Set<PodPredicate>();
  readonly #busy = new Map<string, Promise<void>>();
  readonly #done = new Map<string, KubeObject>();
  readonly #started = new Set<string>();
  #pods: ReadonlyMap<string, KubeObject> = new Map();

  constructor(api: Api) {
    this.#api = api;
  }

  see(pods: ReadonlyMap<string, KubeObject>): void {
    this.#pods = pods;
    for (const uid of pods.keys()) this.#play(uid);
    for (const uid of this.#done.keys()) {
      if (pods.has(uid)) continue;
      this.#done.delete(uid);
      this.#started.delete(uid);
    }
  }

  hold(predicate: PodPredicate): () => void {
    const replay = (): void => {
      this.#done.clear();
      this.see(this.#pods);
    };
    this.#holds.add(predicate);
    replay();
    return () => {
      this.#holds.delete(predicate);
      replay();
    };
  }

  holds(pod: KubeObject): boolean {
    return [...this.#holds].some((predicate) => predicate(pod));
  }

  async idle(): Promise<void> {
    await Promise.all(this.#busy.values());
  }

  #play(uid: string): void {
    const pod = this.#pods.get(uid);
    if (pod === undefined || this.#busy.has(uid) || this.#done.get(uid) === pod) return;
    this.#done.set(uid, pod);
    const step = this.#step(pod)
      .catch((error: unknown) => {
        // A pod may change or go between its event and our answer; another event follows then.
        const isGoing = String(error).includes('it is being terminated');
        if (!(error instanceof ApiError && ([404, 409].includes(error.code) || isGoing))) {
          process.stderr.write(`kubelet stand-in: ${String(error)}\n`);
        }
      })
      .then(() => {
        this.#busy.delete(uid);
        this.#play(uid);
      });
    this.#busy.set(uid, step);
  }

  async #step(pod: KubeObject): Promise<void> {
    const { name = '', namespace = '', uid = '', deletionTimestamp } = pod.metadata;
    if (deletionTimestamp !== undefined) {
      if (pod.spec.nodeName !== NODE_NAME) return;
      await this.#api.delete(pod, { gracePeriodSeconds: 0, preconditions: { uid } });
    } else if (pod.spec.nodeName === undefined) {
      const target = { apiVersion: 'v1', kind: 'Node', name: NODE_NAME };
      const metadata = { name, namespace, uid };
      await this.#api.create({ apiVersion: 'v1', kind: 'Binding', metadata, target });
    } else if (pod.spec.nodeName === NODE_NAME) {
      const held = this.holds(pod);
      // Our own memory, since the pod as last seen may be older than what we last wrote.
      const started = this.#started.has(uid) || pod.status?.phase === 'Running';
      if (!held) this.#started.add(uid);
      const status = podStatus(pod, { held, started });
      if (status !== undefined)
        await this.#api.patch(pod, { metadata: { uid }, status }, { subresource: 'status' });
    }
  }
}
