import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { KubernetesObject } from '../../../src/api/kubernetes.ts';
import type { StoreChange } from '../../../src/kube/informers/store.ts';
import { isPause } from '../../support/fake-clock.ts';
import { thing } from '../../support/thing.ts';
import { useReflector } from './reflector-world.ts';

const reflecting = useReflector();

describe('Reflector', () => {
  it('lists again when asked to, and reports only what differs', async () => {
    const world = reflecting();
    const watch = await world.watching();
    const done = world.reflector.relist();
    await watch.gone();
    (await world.server.next()).list([thing('a', '5'), thing('b', '15')], '20');
    await done;
    expect(world.reported).toEqual(['changed b@15']);
    expect((await world.server.next()).url.searchParams.get('resourceVersion')).toBe('20');
  });

  it('delivers nothing after stop, also when it was started again', async () => {
    const world = reflecting();
    const watch = await world.watching();
    world.reflector.stop();
    world.reflector.start();
    watch.event('MODIFIED', thing('a', '12'));
    (await world.server.next()).list([thing('a', '5')], '10');
    const second = await world.server.next();
    second.event('MODIFIED', thing('a', '14'));
    await world.until('changed a@14');
    expect(world.reported).toEqual([]);
    expect(world.server.waiting).toBe(0);
  });

  it('delivers nothing of a chunk after its handler stopped the watch', async () => {
    const world = reflecting();
    world.open({
      onChange: (change: StoreChange<KubernetesObject>) => {
        world.report(change.object.metadata.resourceVersion);
        if (change.object.metadata.resourceVersion === '11') world.reflector.stop();
      },
    });
    const watch = await world.watching();
    const lines = ['11', '12'].map((version) =>
      JSON.stringify({ type: 'MODIFIED', object: thing('a', version) }),
    );
    watch.raw(`${lines.join('\n')}\n`);
    await watch.gone();
    expect(world.reflector.store.get('ns', 'a')?.metadata.resourceVersion).toBe('11');
    expect(world.reported).toEqual(['11']);
  });

  it('leaves no timer and no watch behind after stop', async () => {
    const world = reflecting();
    const watch = await world.watching();
    watch.open();
    world.reflector.stop();
    await watch.gone();
    await nextTurn();
    expect(world.clock.delays).toEqual([]);
  });

  it('ends a list that is on its way when it is stopped', async () => {
    const world = reflecting();
    world.reflector.start();
    const list = await world.server.next();
    world.reflector.stop();
    await list.gone();
  });

  it('stores nothing of a list during which it was stopped', async () => {
    const world = reflecting();
    const stopped = Promise.withResolvers<undefined>();
    const reflector = world.open({
      transform: (object) => {
        reflector.stop();
        stopped.resolve(undefined);
        return object;
      },
    });
    reflector.start();
    (await world.server.next()).list([thing('a', '5')], '10');
    await stopped.promise;
    await nextTurn();
    expect([world.names, world.reported, reflector.isSettled]).toEqual([[], [], false]);
  });

  it('lists once more when it is asked to in the middle of a list', async () => {
    const world = reflecting();
    world.reflector.start();
    const first = await world.server.next();
    const done = world.reflector.relist();
    await first.gone();
    (await world.server.next()).list([thing('a', '5')], '10');
    await done;
    expect(world.names).toEqual(['a']);
  });

  it('starts once, however often start is called', async () => {
    const world = reflecting();
    world.reflector.start();
    world.reflector.start();
    (await world.server.next()).list([], '10');
    await world.until('synced');
    expect((await world.server.next()).isWatch).toBe(true);
    expect(world.server.waiting).toBe(0);
  });

  it('answers at once when it is asked to list again before it was started', async () => {
    await reflecting().reflector.relist();
    expect(reflecting().server.waiting).toBe(0);
  });

  it('lets go whoever waits for its first list when it is stopped', async () => {
    const world = reflecting();
    world.reflector.start();
    const settled = world.reflector.whenSettled();
    world.reflector.stop();
    await settled;
    expect(world.reflector.isSettled).toBe(false);
  });

  it('answers whoever asked it to list again also when that list is forbidden', async () => {
    const world = reflecting();
    await world.watching();
    const done = world.reflector.relist();
    (await world.server.next()).fail(403, 'no');
    await done;
    expect(world.reflector.state.kind).toBe('unreadable');
  });

  it('lets whoever asked it to list again wait while the list expires', async () => {
    const world = reflecting();
    await world.watching();
    let isDone = false;
    const done = world.reflector.relist().then(() => {
      isDone = true;
    });
    (await world.server.next()).fail(410, 'expired');
    const pause = await world.clock.armed(isPause);
    await nextTurn();
    expect(isDone).toBe(false);
    pause.fire();
    (await world.server.next()).list([], '30');
    await done;
  });
});
