// One watch per claimed StatefulSet, on the pods that its selector matches: never a watch on all pods.
// Started at the first question, ended by release.
import { KINDS } from '../../api/kinds.ts';
import type { Pod, StatefulSet } from '../../api/kubernetes.ts';
import type { Observed } from '../../plan/model/observed.ts';
import { pause } from '../clock/timers.ts';
import { asKind } from '../http/json.ts';
import { KubeError } from '../http/kube-error.ts';
import { Reflector, type ReflectorPorts } from './reflector.ts';
import { selectorQuery } from './selector-query.ts';
import { withoutManagedFields } from './transform.ts';

interface PodWatch {
  readonly uid: string;
  readonly selector: string;
  readonly reflector: Reflector<Pod>;
}

const SYNC_LIMIT_MS = 5_000;

export class PodWatches {
  readonly #ports: ReflectorPorts;
  readonly #onPodEvent: (namespace: string, statefulSet: string) => void;
  readonly #watches = new Map<string, PodWatch>();

  constructor(ports: ReflectorPorts, onPodEvent: (namespace: string, statefulSet: string) => void) {
    this.#ports = ports;
    this.#onPodEvent = onPodEvent;
  }

  /** Throws a retryable KubeError, code NotSynced, when the first list does not come within five seconds. */
  async pods(statefulSet: StatefulSet): Promise<Observed<readonly Pod[]>> {
    const { namespace, name } = statefulSet.metadata;
    const { reflector } = this.#watchOf(statefulSet);
    if (!reflector.isSettled) await this.#whenSettled(reflector);
    const { state } = reflector;
    switch (state.kind) {
      case 'synced':
        return { kind: 'present', value: reflector.store.inNamespace(namespace) };
      case 'unreadable':
        return state;
      case 'absent':
        return { kind: 'absent' };
      case 'starting':
        throw new KubeError('NotSynced', `list Pod of StatefulSet ${namespace}/${name}: not synced yet`);
    }
  }

  release(namespace: string, name: string): void {
    const key = `${namespace}/${name}`;
    this.#watches.get(key)?.reflector.stop();
    this.#watches.delete(key);
  }

  async relist(): Promise<void> {
    await Promise.all([...this.#watches.values()].map(({ reflector }) => reflector.relist()));
  }

  stop(): void {
    for (const { reflector } of this.#watches.values()) reflector.stop();
    this.#watches.clear();
  }

  /** A StatefulSet that was created again under the same name may select other pods: its watch starts again. */
  #watchOf(statefulSet: StatefulSet): PodWatch {
    const { namespace, name, uid } = statefulSet.metadata;
    const key = `${namespace}/${name}`;
    const selector = selectorQuery(statefulSet.spec.selector);
    const known = this.#watches.get(key);
    if (known?.uid === uid && known.selector === selector) return known;
    known?.reflector.stop();
    const reflector: Reflector<Pod> = new Reflector<Pod>(this.#ports, {
      type: KINDS.Pod,
      namespace,
      labelSelector: selector,
      transform: (object) => asKind<Pod>(withoutManagedFields(object)),
      onChange: () => {
        // What the first list brings is what the question is waiting for: it wakes nobody.
        if (reflector.isSettled) this.#onPodEvent(namespace, name);
      },
    });
    const watch: PodWatch = { uid, selector, reflector };
    this.#watches.set(key, watch);
    reflector.start();
    return watch;
  }

  async #whenSettled(reflector: Reflector<Pod>): Promise<void> {
    const limit = new AbortController();
    await Promise.race([reflector.whenSettled(), pause(this.#ports.timers, SYNC_LIMIT_MS, limit.signal)]);
    limit.abort();
  }
}
