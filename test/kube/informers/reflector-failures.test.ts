import { describe, expect, it } from 'vitest';
import { isPause } from '../../support/fake-clock.ts';
import type { PlayedRequest } from '../../support/played-server.ts';
import { thing } from '../../support/thing.ts';
import { useReflector } from './reflector-world.ts';

const SILENCE_MS = 100_000;

const reflecting = useReflector();

describe('Reflector', () => {
  it('does not hammer a server that ends each watch at once', async () => {
    const world = reflecting();
    const watch = await world.watching();
    watch.end();
    const wait = await world.clock.armed(isPause);
    expect(wait.delayMs).toBe(375);
    expect(world.server.waiting).toBe(0);
    wait.fire();
    await world.server.next();
  });

  it.each([
    {
      name: 'HTTP 410',
      end: (watch: PlayedRequest) => {
        watch.fail(410, 'too old');
      },
    },
    {
      name: 'an ERROR event 410',
      end: (watch: PlayedRequest) => {
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
    const world = reflecting();
    const watch = await world.watching();
    end(watch);
    (await world.clock.armed(isPause)).fire();
    (await world.server.next()).list([thing('b', '20')], '30');
    await world.until('deleted a@5');
    expect(world.names).toEqual(['b']);
    expect((await world.server.next()).url.searchParams.get('resourceVersion')).toBe('30');
  });

  it.each([
    {
      name: 'HTTP 500',
      end: (watch: PlayedRequest) => {
        watch.fail(500, 'oops');
      },
    },
    {
      name: 'HTTP 429',
      end: (watch: PlayedRequest) => {
        watch.fail(429, 'busy');
      },
    },
    {
      name: 'a reset',
      end: (watch: PlayedRequest) => {
        watch.reset();
      },
    },
    {
      name: 'a reset in the middle of a line',
      end: (watch: PlayedRequest) => {
        watch.raw('{"type":"ADDED","obj');
        watch.reset();
      },
    },
    {
      name: 'a line that is no JSON',
      end: (watch: PlayedRequest) => {
        watch.raw('<html>\n');
      },
    },
    {
      name: 'an ERROR event of another code',
      end: (watch: PlayedRequest) => {
        watch.event('ERROR', { kind: 'Status', code: 500, message: 'etcd is away' });
      },
    },
  ])('goes on from the same version after $name', async ({ end }) => {
    const world = reflecting();
    const watch = await world.watching();
    end(watch);
    (await world.clock.armed(isPause)).fire();
    const next = await world.server.next();
    expect([next.isWatch, next.url.searchParams.get('resourceVersion')]).toEqual([true, '10']);
    expect(world.log.messages('info')).toEqual(['watch interrupted, trying again']);
    expect(world.log.messages('warn')).toEqual([]);
    next.event('MODIFIED', thing('a', '11'));
    await world.until('changed a@11');
  });

  it('waits longer after each failure, at most 30 s, and shortly again after a success', async () => {
    const world = reflecting();
    world.reflector.start();
    const delays: number[] = [];
    for (let failures = 0; failures < 9; failures += 1) {
      (await world.server.next()).fail(500, 'oops');
      const wait = await world.clock.armed(isPause);
      delays.push(wait.delayMs);
      wait.fire();
    }
    expect(delays).toEqual([375, 750, 1500, 3000, 6000, 12000, 22500, 22500, 22500]);
    (await world.server.next()).list([], '10');
    const watch = await world.server.next();
    watch.event('ADDED', thing('b', '11'));
    await world.until('changed b@11');
    watch.reset();
    expect((await world.clock.armed(isPause)).delayMs).toBe(375);
  });

  it('waits shortly again after a watch that lasted, though it brought nothing', async () => {
    const world = reflecting();
    const watch = await world.watching();
    watch.fail(500, 'oops');
    (await world.clock.armed(isPause)).fire();
    const second = await world.server.next();
    world.clock.pass(1_000);
    second.end();
    (await world.server.next()).fail(500, 'oops');
    expect((await world.clock.armed(isPause)).delayMs).toBe(375);
  });

  it('waits as long as the server asks', async () => {
    const world = reflecting();
    const watch = await world.watching();
    watch.fail(429, 'busy', { 'retry-after': '7' });
    expect((await world.clock.armed(isPause)).delayMs).toBe(7000);
  });

  it('reconnects after silence, whatever TCP says', async () => {
    const world = reflecting();
    const watch = await world.watching();
    watch.open();
    (await world.clock.armed((delayMs) => delayMs === SILENCE_MS)).fire();
    await watch.gone();
    (await world.clock.armed(isPause)).fire();
    const next = await world.server.next();
    expect(next.url.searchParams.get('resourceVersion')).toBe('10');
    expect(String(world.log.lines.at(-1)?.fields['retry'])).toContain('silent for 100000 ms');
  });

  it('takes a bookmark for a sign of life', async () => {
    const world = reflecting();
    const watch = await world.watching();
    const silence = await world.clock.armed((delayMs) => delayMs === SILENCE_MS);
    // The clock moves by 60 s before the bookmark comes, through a timer of the test's own.
    world.clock.after(60_000, () => undefined);
    (await world.clock.armed((delayMs) => delayMs === 60_000)).fire();
    watch.event('BOOKMARK', { metadata: { resourceVersion: '40' } });
    watch.event('MODIFIED', thing('a', '41'));
    await world.until('changed a@41');
    silence.fire();
    expect((await world.clock.armed((delayMs) => delayMs === 60_000)).delayMs).toBe(60_000);
  });

  it.each([
    { name: 'waits after a watch of 999 ms that brought nothing', lastsMs: 999, delays: [375] },
    { name: 'watches on at once after a watch of 1 s', lastsMs: 1_000, delays: [] },
  ])('$name', async ({ lastsMs, delays }) => {
    const world = reflecting();
    const watch = await world.watching();
    world.clock.pass(lastsMs);
    watch.end();
    if (delays.length === 0) await world.server.next();
    else await world.clock.armed(isPause);
    expect(world.clock.delays.filter(isPause)).toEqual(delays);
  });

  it('finds out quickly whether a connection is dead after silence on it, and only then', async () => {
    const world = reflecting();
    await world.watching();
    (await world.clock.armed((delayMs) => delayMs === SILENCE_MS)).fire();
    (await world.clock.armed(isPause)).fire();
    const second = await world.server.next();
    world.clock.pass(1_000);
    second.end();
    (await world.server.next()).reset();
    (await world.clock.armed(isPause)).fire();
    await world.server.next();
    expect(world.watches.map((call) => call.timeoutMs)).toEqual([30_000, 5_000, 30_000, 30_000]);
  });
});
