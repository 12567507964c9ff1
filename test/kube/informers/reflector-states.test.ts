import { describe, expect, it } from 'vitest';
import { isPause } from '../../support/fake-clock.ts';
import { thing } from '../../support/thing.ts';
import { useReflector } from './reflector-world.ts';

const reflecting = useReflector();

describe('Reflector.state', () => {
  it('is absent while the CRD is missing, settled, and comes alive when it appears, through 429', async () => {
    const world = reflecting();
    world.reflector.start();
    (await world.server.next()).fail(404, 'the server could not find the requested resource');
    await world.reflector.whenSettled();
    expect(world.reflector.state).toEqual({ kind: 'absent' });
    (await world.clock.armed(isPause)).fire();
    (await world.server.next()).fail(429, 'storage is (re)initializing', { 'retry-after': '1' });
    (await world.clock.armed((delayMs) => delayMs === 1000)).fire();
    (await world.server.next()).list([thing('a', '5')], '10');
    await world.until('changed a@5');
    await world.server.next();
    expect(world.states).toEqual(['absent', 'synced']);
  });

  it('delivers deletions when the CRD goes', async () => {
    const world = reflecting();
    const watch = await world.watching();
    watch.fail(404, 'gone');
    await world.until('deleted a@5');
    await world.until('absent');
    expect(world.names).toEqual([]);
  });

  it('is unreadable while forbidden, with the sentence of the server, and lists when the permission is granted', async () => {
    const world = reflecting();
    world.reflector.start();
    (await world.server.next()).fail(403, 'things is forbidden: User "x" cannot list');
    await world.reflector.whenSettled();
    expect(world.reflector.state).toEqual({
      kind: 'unreadable',
      message: 'list things.example.org: things is forbidden: User "x" cannot list',
    });
    expect(world.log.messages('warn')).toEqual(['resource cannot be read']);
    (await world.clock.armed(isPause)).fire();
    (await world.server.next()).list([thing('a', '5')], '10');
    await world.until('synced');
    expect(world.states).toEqual(['unreadable', 'synced']);
  });

  it.each([
    { name: 'forbidden', status: 403, state: 'unreadable' },
    { name: 'not found', status: 404, state: 'absent' },
  ])('lists again after a WATCH that was $name: what it missed is in no watch', async ({ status, state }) => {
    const world = reflecting();
    const watch = await world.watching();
    watch.fail(status, 'no');
    await world.until(state);
    (await world.clock.armed(isPause)).fire();
    const list = await world.server.next();
    expect(list.isWatch).toBe(false);
    list.list([thing('b', '20')], '30');
    await world.until('synced');
    expect(world.names).toEqual(['b']);
    expect((await world.server.next()).url.searchParams.get('resourceVersion')).toBe('30');
  });

  it('stays readable as it was while a WATCH is forbidden', async () => {
    const world = reflecting();
    (await world.watching()).fail(403, 'no');
    await world.until('unreadable');
    expect(world.names).toEqual(['a']);
  });

  it('is settled while an API server that fails is waited for only after the first list', async () => {
    const world = reflecting();
    let isSettled = false;
    world.reflector.start();
    const settled = world.reflector.whenSettled().then(() => {
      isSettled = true;
    });
    (await world.server.next()).fail(500, 'down');
    const pause = await world.clock.armed(isPause);
    expect([isSettled, world.reflector.isSettled]).toEqual([false, false]);
    pause.fire();
    (await world.server.next()).list([], '10');
    await settled;
    expect(world.reflector.isSettled).toBe(true);
  });
});
