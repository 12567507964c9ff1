import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { StatefulSet } from '../../../src/api/kubernetes.ts';
import { PodWatches } from '../../../src/kube/informers/pod-watches.ts';
import { isPause } from '../../support/fake-clock.ts';
import { usePlayedApi } from '../../support/played-api.ts';
import type { PlayedRequest } from '../../support/played-server.ts';
import { thing } from '../../support/thing.ts';

function statefulSet(uid: string, app = 'p'): StatefulSet {
  return {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name: 's', namespace: 'ns', uid, resourceVersion: '1' },
    spec: { selector: { matchLabels: { app } }, template: { spec: { containers: [] } } },
  };
}

describe('PodWatches', () => {
  const api = usePlayedApi();
  let watches: PodWatches;
  let woken: string[];
  let onWoken: (() => void)[];

  beforeEach(() => {
    woken = [];
    onWoken = [];
    watches = new PodWatches(api().ports, (namespace, name) => {
      woken.push(`${namespace}/${name}`);
      for (const resolve of onWoken.splice(0)) resolve();
    });
  });

  afterEach(() => {
    watches.stop();
  });

  async function started(): Promise<PlayedRequest> {
    const { server } = api();
    const pods = watches.pods(statefulSet('u1'));
    (await server.next()).list([thing('s-0', '5')], '10');
    expect(await pods).toMatchObject({ kind: 'present', value: [{ metadata: { name: 's-0' } }] });
    return server.next();
  }

  it('starts one watch with the selector at the first call, and answers the next from the cache', async () => {
    const { server } = api();
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

  it('starts another watch for a StatefulSet that was created again', async () => {
    const { server } = api();
    const watch = await started();
    watch.open();
    const pods = watches.pods(statefulSet('u2', 'q'));
    await watch.gone();
    const list = await server.next();
    expect(list.url.searchParams.get('labelSelector')).toBe('app=q');
    list.list([], '20');
    expect(await pods).toEqual({ kind: 'present', value: [] });
  });

  it('starts another watch after release, and when the selector changes', async () => {
    const { server } = api();
    await started();
    watches.release('ns', 's');
    await started();
    const pods = watches.pods(statefulSet('u1', 'q'));
    (await server.next()).list([], '20');
    expect(await pods).toEqual({ kind: 'present', value: [] });
  });

  it('answers absent where the API server knows no pods', async () => {
    const pods = watches.pods(statefulSet('u1'));
    (await api().next()).fail(404, 'not found');
    expect(await pods).toEqual({ kind: 'absent' });
  });

  it('throws a retryable error when the pods do not come in time', async () => {
    const { clock, server } = api();
    const failure = watches.pods(statefulSet('u1')).catch((error: unknown) => error);
    await server.next();
    (await clock.armed((delayMs) => delayMs === 5_000)).fire();
    expect(await failure).toMatchObject({ code: 'NotSynced', retryable: true });
  });

  it('answers unreadable where it is forbidden', async () => {
    const { clock, server } = api();
    const pods = watches.pods(statefulSet('u1'));
    (await server.next()).fail(403, 'pods is forbidden');
    expect(await pods).toEqual({ kind: 'unreadable', message: 'list pods ns: pods is forbidden' });
    expect((await clock.armed(isPause)).delayMs).toBe(375);
  });
});
