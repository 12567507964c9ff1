// A model API server against the cache: whatever the order of writes, answers, events and lists, nothing is lost.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { KubernetesObject } from '../../../src/api/kubernetes.ts';
import { Store } from '../../../src/kube/informers/store.ts';
import { thing } from '../../support/thing.ts';

const SEED = Number(process.env['SEED'] ?? 20261123);

interface Logged {
  readonly type: 'upsert' | 'delete';
  readonly object: KubernetesObject;
}

class Model {
  version = 100;
  generation = 0;
  readonly live = new Map<string, KubernetesObject>();
  readonly log: Logged[] = [];
  delivered = 0;
  /** Names changed by others whose change was not reported since. */
  readonly unreported = new Set<string>();
  reports = 0;
  readonly lastOwn = new Map<string, { version: number; uid: string }>();
  readonly inFlight: { name: string; answer: KubernetesObject; release: () => void }[] = [];
  readonly store = new Store<KubernetesObject>((change) => {
    this.reports += 1;
    this.unreported.delete(change.object.metadata.name);
  });

  write(name: string): KubernetesObject {
    this.version += 1;
    const uid = this.live.get(name)?.metadata.uid ?? `uid-${name}-${(this.generation += 1)}`;
    const made = thing(name, String(this.version));
    const object = { ...made, metadata: { ...made.metadata, uid } };
    this.live.set(name, object);
    this.log.push({ type: 'upsert', object });
    return object;
  }

  foreignWrite(name: string): void {
    this.write(name);
    this.unreported.add(name);
  }

  foreignDelete(name: string): void {
    const gone = this.live.get(name);
    if (gone === undefined) return;
    this.version += 1;
    this.live.delete(name);
    const object = { ...gone, metadata: { ...gone.metadata, resourceVersion: String(this.version) } };
    this.log.push({ type: 'delete', object });
    this.unreported.add(name);
  }

  beginOwn(name: string): void {
    if (this.inFlight.some((write) => write.name === name)) return;
    const release = this.store.hold('ns', name);
    this.inFlight.push({ name, answer: this.write(name), release });
  }

  finishOwn(): void {
    const write = this.inFlight.shift();
    if (write === undefined) return;
    this.store.put(write.answer);
    write.release();
    const { resourceVersion, uid } = write.answer.metadata;
    this.lastOwn.set(write.name, { version: Number(resourceVersion), uid });
  }

  deliver(): void {
    const event = this.log[this.delivered];
    if (event === undefined) return;
    this.delivered += 1;
    if (event.type === 'upsert') this.store.upsert(event.object);
    else this.store.remove(event.object);
  }

  relist(): void {
    // What came and went between two lists was never seen by anyone.
    for (const name of this.unreported) {
      const isOurs = this.inFlight.some((write) => write.name === name);
      if (!isOurs && !this.live.has(name) && this.store.get('ns', name) === undefined)
        this.unreported.delete(name);
    }
    this.store.replace([...this.live.values()], String(this.version));
    this.delivered = this.log.length;
  }

  /** The read-your-writes gate. */
  checkOwn(): void {
    for (const [name, own] of this.lastOwn) {
      const cached = this.store.get('ns', name);
      const isSeen = cached !== undefined && Number(cached.metadata.resourceVersion) >= own.version;
      const wasDeletedSince = this.log
        .slice(0, this.delivered)
        .some((e) => e.type === 'delete' && e.object.metadata.uid === own.uid);
      expect(isSeen || wasDeletedSince, `${name} is older than our own write`).toBe(true);
    }
  }

  drain(): void {
    while (this.inFlight.length > 0) this.finishOwn();
    while (this.delivered < this.log.length) this.deliver();
  }
}

const names = fc.constantFrom('a', 'b');
const step = fc.oneof(
  fc.record({ kind: fc.constant('foreignWrite' as const), name: names }),
  fc.record({ kind: fc.constant('foreignDelete' as const), name: names }),
  fc.record({ kind: fc.constant('beginOwn' as const), name: names }),
  fc.record({ kind: fc.constant('finishOwn' as const), name: names }),
  fc.record({ kind: fc.constant('deliver' as const), name: names }),
  fc.record({ kind: fc.constant('deliver' as const), name: names }),
  fc.record({ kind: fc.constant('relist' as const), name: names }),
);

describe('Store', () => {
  it(`is never older than our own write, ends equal to the server and reports every foreign change (seed ${SEED})`, () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const model = new Model();
        model.relist();
        for (const { kind, name } of steps) {
          model[kind](name);
          model.checkOwn();
        }
        model.drain();
        model.checkOwn();
        expect(Object.fromEntries(model.store.inNamespace('ns').map((o) => [o.metadata.name, o]))).toEqual(
          Object.fromEntries(model.live),
        );
        expect([...model.unreported]).toEqual([]);
      }),
      { numRuns: 3000, seed: SEED },
    );
  });

  it(`reports nothing when all writes are our own (seed ${SEED})`, () => {
    const own = step.filter(
      (s) => s.kind !== 'foreignWrite' && s.kind !== 'foreignDelete' && s.kind !== 'relist',
    );
    fc.assert(
      fc.property(fc.array(own, { maxLength: 60 }), (steps) => {
        const model = new Model();
        model.relist();
        for (const { kind, name } of steps) model[kind](name);
        model.drain();
        expect(model.reports).toBe(0);
      }),
      { numRuns: 1000, seed: SEED },
    );
  });
});
