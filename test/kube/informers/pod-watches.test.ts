import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { StatefulSet } from '../../../src/api/kubernetes.ts';
import { Transport } from '../../../src/kube/http/transport.ts';
import { PodWatches } from '../../../src/kube/informers/pod-watches.ts';
import { selectorQuery } from '../../../src/kube/informers/selector-query.ts';
import { FaultServer, MemoryLog, thing } from '../fault-server.ts';
import { isPause, SteppedTimers } from '../stepped-timers.ts';

describe('selectorQuery', () => {
  it.each([
    { name: 'labels, in one order', selector: { matchLabels: { b: '2', a: '1' } }, text: 'a=1,b=2' },
    {
      name: 'expressions',
      selector: {
        matchLabels: { a: '1' },
        matchExpressions: [
          { key: 'k', operator: 'In', values: ['y', 'x'] },
          { key: 'l', operator: 'NotIn', values: ['z'] },
          { key: 'm', operator: 'Exists' },
          { key: 'n', operator: 'DoesNotExist' },
        ],
      },
      text: '!n,a=1,k in (x,y),l notin (z),m',
    },
    { name: 'nothing: never all pods', selector: {}, text: 'meshscrape.dev/none,!meshscrape.dev/none' },
    { name: 'no selector at all', selector: undefined, text: 'meshscrape.dev/none,!meshscrape.dev/none' },
    {
      name: 'an operator of the future',
      selector: { matchLabels: { a: '1' }, matchExpressions: [{ key: 'k', operator: 'Like' }] },
      text: 'a=1,meshscrape.dev/none,!meshscrape.dev/none',
    },
  ])('$name', ({ selector, text }) => {
    expect(selectorQuery(selector)).toBe(text);
  });
});

function statefulSet(uid: string, app = 'p'): StatefulSet {
  return {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name: 's', namespace: 'ns', uid, resourceVersion: '1' },
    spec: { selector: { matchLabels: { app } }, template: { spec: { containers: [] } } },
  };
}

describe('PodWatches', () => {
  let server: FaultServer;
  let timers: SteppedTimers;
  let transport: Transport;
  let watches: PodWatches;
  let woken: string[];
  let onWoken: (() => void)[];

  beforeEach(async () => {
    server = await FaultServer.start();
    timers = new SteppedTimers();
    transport = new Transport({ kubeConfig: server.kubeConfig(timers), version: '0', timers });
    woken = [];
    onWoken = [];
    const ports = { transport, timers, random: () => 0.5, log: new MemoryLog() };
    watches = new PodWatches(ports, (namespace, name) => {
      woken.push(`${namespace}/${name}`);
      for (const resolve of onWoken.splice(0)) resolve();
    });
  });

  afterEach(async () => {
    watches.stop();
    await transport.close(0);
    await server.stop();
  });

  async function started(): Promise<Awaited<ReturnType<FaultServer['next']>>> {
    const pods = watches.pods(statefulSet('u1'));
    (await server.next()).list([thing('s-0', '5')], '10');
    expect(await pods).toMatchObject({ kind: 'present', value: [{ metadata: { name: 's-0' } }] });
    return server.next();
  }

  it('starts one watch with the selector at the first question, and answers the next from the cache', async () => {
    const watch = await started();
    expect([watch.path, watch.url.searchParams.get('labelSelector')]).toEqual([
      '/api/v1/namespaces/ns/pods',
      'app=p',
    ]);
    expect(await watches.pods(statefulSet('u1'))).toMatchObject({ kind: 'present' });
    expect(server.waiting).toBe(0);
    expect(woken).toEqual([]);
  });

  it('wakes the StatefulSet on a change of its pods', async () => {
    const watch = await started();
    const heard = new Promise<void>((resolve) => onWoken.push(resolve));
    watch.event('MODIFIED', thing('s-0', '11'));
    await heard;
    expect(woken).toEqual(['ns/s']);
  });

  it('ends the watch on release', async () => {
    const watch = await started();
    watch.open();
    watches.release('ns', 's');
    await watch.gone();
  });

  it('starts anew for a StatefulSet that was made anew', async () => {
    const watch = await started();
    watch.open();
    const pods = watches.pods(statefulSet('u2', 'q'));
    await watch.gone();
    const list = await server.next();
    expect(list.url.searchParams.get('labelSelector')).toBe('app=q');
    list.list([], '20');
    expect(await pods).toEqual({ kind: 'present', value: [] });
  });

  it('throws a retryable error when the pods do not come in time', async () => {
    const failure = watches.pods(statefulSet('u1')).catch((error: unknown) => error);
    await server.next();
    (await timers.armed((delayMs) => delayMs === 5_000)).fire();
    expect(await failure).toMatchObject({ code: 'NotSynced', retryable: true });
  });

  it('answers unreadable where it is forbidden', async () => {
    const pods = watches.pods(statefulSet('u1'));
    (await server.next()).fail(403, 'pods is forbidden');
    expect(await pods).toEqual({ kind: 'unreadable', message: 'list pods ns: pods is forbidden' });
    expect((await timers.armed(isPause)).delayMs).toBe(375);
  });
});
