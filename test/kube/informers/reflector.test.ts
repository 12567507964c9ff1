import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { KubernetesObject } from '../../../src/api/kubernetes.ts';
import { Transport } from '../../../src/kube/http/transport.ts';
import { Reflector } from '../../../src/kube/informers/reflector.ts';
import type { StoreChange } from '../../../src/kube/informers/store.ts';
import type { WatchState } from '../../../src/kube/informers/watch-state.ts';
import { FaultServer, MemoryLog, thing, type Visit } from '../fault-server.ts';
import { isPause, SteppedTimers } from '../stepped-timers.ts';

const THINGS = { group: 'example.org', version: 'v1', plural: 'things' };
const SILENCE_MS = 100_000;

let server: FaultServer;
let timers: SteppedTimers;
let transport: Transport;
let log: MemoryLog;
let told: string[];
let states: string[];
let onTold: (() => void)[];
let reflector: Reflector<KubernetesObject>;

beforeEach(async () => {
  server = await FaultServer.start();
  timers = new SteppedTimers();
  log = new MemoryLog();
  told = [];
  states = [];
  onTold = [];
  transport = new Transport({ kubeConfig: server.kubeConfig(timers), version: '0', timers });
  reflector = open();
});

afterEach(async () => {
  reflector.stop();
  await transport.close(0);
  await server.stop();
});

function open(more: object = {}): Reflector<KubernetesObject> {
  return new Reflector<KubernetesObject>(
    { transport, timers, random: () => 0.5, log },
    {
      type: THINGS,
      transform: (object) => object,
      onChange: (change: StoreChange<KubernetesObject>) => {
        const { name, resourceVersion } = change.object.metadata;
        tell(`${change.kind} ${name}@${resourceVersion}`);
      },
      onState: (state: WatchState) => {
        states.push(state.kind);
        tell(state.kind);
      },
      ...more,
    },
  );
}

function tell(line: string): void {
  told.push(line);
  for (const resolve of onTold.splice(0)) resolve();
}

/** Waits until this line has been told; forgets what was told up to it. */
async function until(line: string): Promise<void> {
  while (!told.includes(line)) await new Promise<void>((resolve) => onTold.push(resolve));
  told.splice(0, told.indexOf(line) + 1);
}

/** Started, listed `a@5` at version 10, and watching. */
async function watching(): Promise<Visit> {
  reflector.start();
  (await server.next()).list([thing('a', '5')], '10');
  await until('synced');
  return server.next();
}

const names = (): string[] => reflector.store.inNamespace('ns').map((object) => object.metadata.name);

describe('Reflector', () => {
  it('lists in pages, tells each object, then watches from the version of the list with bookmarks and a time limit', async () => {
    reflector.start();
    const first = await server.next();
    expect(Object.fromEntries(first.url.searchParams)).toEqual({ limit: '500' });
    first.list([thing('a', '5')], '10', 'token');
    const second = await server.next();
    expect(second.url.searchParams.get('continue')).toBe('token');
    second.list([thing('b', '6')], '10');
    await reflector.whenSettled();
    expect(told).toEqual(['changed a@5', 'changed b@6', 'synced']);
    expect(reflector.state).toEqual({ kind: 'synced' });
    const watch = await server.next();
    expect(Object.fromEntries(watch.url.searchParams)).toEqual({
      watch: 'true',
      allowWatchBookmarks: 'true',
      resourceVersion: '10',
      timeoutSeconds: '450',
    });
  });

  it('asks for metadata only where told to, and hands on the label selector', async () => {
    reflector = open({ metadataOnly: true, labelSelector: 'app=x', namespace: 'ns' });
    reflector.start();
    const list = await server.next();
    expect(list.path).toBe('/apis/example.org/v1/namespaces/ns/things');
    expect(list.url.searchParams.get('labelSelector')).toBe('app=x');
    expect(list.headers.accept).toBe('application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1');
    list.list([], '10');
    const watch = await server.next();
    expect(watch.headers.accept).toBe('application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1');
    expect(watch.url.searchParams.get('labelSelector')).toBe('app=x');
  });

  it('lists afresh when a page has expired', async () => {
    reflector.start();
    (await server.next()).list([thing('old', '1')], '5', 'token');
    (await server.next()).fail(410, 'expired');
    const fresh = await server.next();
    expect(fresh.url.searchParams.has('continue')).toBe(false);
    fresh.list([thing('a', '7')], '10');
    await until('synced');
    expect(names()).toEqual(['a']);
  });

  it('delivers added, modified and deleted, cut anywhere on the way', async () => {
    const watch = await watching();
    const line = JSON.stringify({ type: 'ADDED', object: thing('ü', '11') });
    const bytes = Buffer.from(`${line}\n`);
    const cut = bytes.indexOf(Buffer.from('ü')) + 1;
    watch.raw(bytes.subarray(0, cut));
    watch.raw(bytes.subarray(cut));
    await until('changed ü@11');
    watch.event('MODIFIED', thing('a', '12'));
    await until('changed a@12');
    watch.event('DELETED', thing('a', '13'));
    await until('deleted a@13');
    expect(names()).toEqual(['ü']);
  });

  it('resumes after a clean end from the last event, and tells nothing again', async () => {
    const watch = await watching();
    watch.event('MODIFIED', thing('a', '12'));
    await until('changed a@12');
    watch.end();
    const next = await server.next();
    expect(next.url.searchParams.get('resourceVersion')).toBe('12');
    expect(told).toEqual([]);
  });

  it('resumes from the last bookmark', async () => {
    const watch = await watching();
    watch.event('BOOKMARK', {
      kind: 'Thing',
      apiVersion: 'example.org/v1',
      metadata: { resourceVersion: '40' },
    });
    watch.end();
    expect((await server.next()).url.searchParams.get('resourceVersion')).toBe('40');
  });

  it('does not hammer a server that ends each watch at once', async () => {
    const watch = await watching();
    watch.end();
    const wait = await timers.armed(isPause);
    expect(wait.delayMs).toBe(375);
    expect(server.waiting).toBe(0);
    wait.fire();
    await server.next();
  });

  it.each([
    {
      name: 'HTTP 410',
      end: (watch: Visit) => {
        watch.fail(410, 'too old');
      },
    },
    {
      name: 'an ERROR event 410',
      end: (watch: Visit) => {
        watch.event('ERROR', {
          kind: 'Status',
          code: 410,
          reason: 'Expired',
          message: 'too old resource version',
        });
        watch.end();
      },
    },
  ])('lists again on $name, and delivers what was deleted in the gap', async ({ end }) => {
    const watch = await watching();
    end(watch);
    (await timers.armed(isPause)).fire();
    (await server.next()).list([thing('b', '20')], '30');
    await until('deleted a@5');
    expect(names()).toEqual(['b']);
    expect((await server.next()).url.searchParams.get('resourceVersion')).toBe('30');
  });

  it.each([
    {
      name: 'HTTP 500',
      end: (watch: Visit) => {
        watch.fail(500, 'oops');
      },
    },
    {
      name: 'HTTP 429',
      end: (watch: Visit) => {
        watch.fail(429, 'busy');
      },
    },
    {
      name: 'a reset',
      end: (watch: Visit) => {
        watch.reset();
      },
    },
    {
      name: 'a reset in the middle of a line',
      end: (watch: Visit) => {
        watch.raw('{"type":"ADDED","obj');
        watch.reset();
      },
    },
    {
      name: 'a line that is no JSON',
      end: (watch: Visit) => {
        watch.raw('<html>\n');
      },
    },
    {
      name: 'an ERROR event of another code',
      end: (watch: Visit) => {
        watch.event('ERROR', { kind: 'Status', code: 500, message: 'etcd is away' });
      },
    },
  ])('goes on from the same version after $name', async ({ end }) => {
    const watch = await watching();
    end(watch);
    (await timers.armed(isPause)).fire();
    const next = await server.next();
    expect([next.isWatch, next.url.searchParams.get('resourceVersion')]).toEqual([true, '10']);
    expect(log.lines.filter((line) => line.level === 'warn').map((line) => line.message)).toEqual([
      'watch interrupted, trying again',
    ]);
    next.event('MODIFIED', thing('a', '11'));
    await until('changed a@11');
  });

  it('waits longer after each failure, at most 30 s, and shortly again after a success', async () => {
    reflector.start();
    const delays: number[] = [];
    for (let failures = 0; failures < 9; failures += 1) {
      (await server.next()).fail(500, 'oops');
      const wait = await timers.armed(isPause);
      delays.push(wait.delayMs);
      wait.fire();
    }
    expect(delays).toEqual([375, 750, 1500, 3000, 6000, 12000, 22500, 22500, 22500]);
    (await server.next()).list([], '10');
    const watch = await server.next();
    watch.event('ADDED', thing('b', '11'));
    await until('changed b@11');
    watch.reset();
    expect((await timers.armed(isPause)).delayMs).toBe(375);
  });

  it('waits as long as the server asks', async () => {
    const watch = await watching();
    watch.fail(429, 'busy', { 'retry-after': '7' });
    expect((await timers.armed(isPause)).delayMs).toBe(7000);
  });

  it('reconnects after silence, whatever TCP says', async () => {
    const watch = await watching();
    watch.open();
    (await timers.armed((delayMs) => delayMs === SILENCE_MS)).fire();
    await watch.gone();
    (await timers.armed(isPause)).fire();
    const next = await server.next();
    expect(next.url.searchParams.get('resourceVersion')).toBe('10');
    expect(String(log.lines.at(-1)?.fields['err'])).toContain('silent for 100000 ms');
  });

  it('takes a bookmark for a sign of life', async () => {
    const watch = await watching();
    const silence = await timers.armed((delayMs) => delayMs === SILENCE_MS);
    // The clock moves by 60 s before the bookmark comes, through a timer of the test's own.
    timers.after(60_000, () => undefined);
    (await timers.armed((delayMs) => delayMs === 60_000)).fire();
    watch.event('BOOKMARK', { metadata: { resourceVersion: '40' } });
    watch.event('MODIFIED', thing('a', '41'));
    await until('changed a@41');
    silence.fire();
    expect((await timers.armed((delayMs) => delayMs === 60_000)).delayMs).toBe(60_000);
  });

  it('is absent while the CRD is missing, settled, and comes alive when it appears, through 429', async () => {
    reflector.start();
    (await server.next()).fail(404, 'the server could not find the requested resource');
    await reflector.whenSettled();
    expect(reflector.state).toEqual({ kind: 'absent' });
    (await timers.armed(isPause)).fire();
    (await server.next()).fail(429, 'storage is (re)initializing', { 'retry-after': '1' });
    (await timers.armed((delayMs) => delayMs === 1000)).fire();
    (await server.next()).list([thing('a', '5')], '10');
    await until('changed a@5');
    await server.next();
    expect(states).toEqual(['absent', 'synced']);
  });

  it('delivers deletions when the CRD goes', async () => {
    const watch = await watching();
    watch.fail(404, 'gone');
    await until('deleted a@5');
    await until('absent');
    expect(names()).toEqual([]);
  });

  it('is unreadable while forbidden, with the sentence of the server, and lists when the right is given', async () => {
    reflector.start();
    (await server.next()).fail(403, 'things is forbidden: User "x" cannot list');
    await reflector.whenSettled();
    expect(reflector.state).toEqual({
      kind: 'unreadable',
      message: 'list things.example.org: things is forbidden: User "x" cannot list',
    });
    (await timers.armed(isPause)).fire();
    (await server.next()).list([thing('a', '5')], '10');
    await until('synced');
    expect(states).toEqual(['unreadable', 'synced']);
  });

  it('goes on when a handler throws, and logs it', async () => {
    reflector.stop();
    reflector = open({
      onChange: (change: StoreChange<KubernetesObject>) => {
        tell(change.object.metadata.resourceVersion);
        throw new Error('a bug in the handler');
      },
    });
    const watch = await watching();
    watch.event('MODIFIED', thing('a', '12'));
    await until('12');
    watch.event('MODIFIED', thing('a', '13'));
    await until('13');
    expect(log.lines.filter((line) => line.level === 'error').length).toBe(3);
  });

  it('lists again when told to, and tells only what differs', async () => {
    const watch = await watching();
    const done = reflector.relist();
    await watch.gone();
    (await server.next()).list([thing('a', '5'), thing('b', '15')], '20');
    await done;
    expect(told).toEqual(['changed b@15']);
    expect((await server.next()).url.searchParams.get('resourceVersion')).toBe('20');
  });

  it('delivers nothing after stop, also when it was started again', async () => {
    const watch = await watching();
    reflector.stop();
    reflector.start();
    watch.event('MODIFIED', thing('a', '12'));
    (await server.next()).list([thing('a', '5')], '10');
    const second = await server.next();
    second.event('MODIFIED', thing('a', '14'));
    await until('changed a@14');
    expect(told).toEqual([]);
    expect(server.waiting).toBe(0);
  });

  it('delivers nothing of a chunk after its handler stopped the watch', async () => {
    reflector = open({
      onChange: (change: StoreChange<KubernetesObject>) => {
        tell(change.object.metadata.resourceVersion);
        if (change.object.metadata.resourceVersion === '11') reflector.stop();
      },
    });
    const watch = await watching();
    const lines = ['11', '12'].map((version) =>
      JSON.stringify({ type: 'MODIFIED', object: thing('a', version) }),
    );
    watch.raw(`${lines.join('\n')}\n`);
    await watch.gone();
    expect(reflector.store.get('ns', 'a')?.metadata.resourceVersion).toBe('11');
    expect(told).toEqual(['11']);
  });

  it('leaves no timer and no watch behind after stop', async () => {
    const watch = await watching();
    watch.open();
    reflector.stop();
    await watch.gone();
    await new Promise((resolve) => setImmediate(resolve));
    expect(timers.delays).toEqual([]);
  });

  it('sees its own write at once, and is not woken by its echo', async () => {
    const watch = await watching();
    const release = reflector.store.hold('ns', 'a');
    reflector.store.put(thing('a', '12'));
    release();
    expect(reflector.store.get('ns', 'a')?.metadata.resourceVersion).toBe('12');
    watch.event('MODIFIED', thing('a', '12'));
    watch.event('MODIFIED', thing('a', '13'));
    await until('changed a@13');
    expect(told).toEqual([]);
    expect(states).toEqual(['synced']);
  });
});
