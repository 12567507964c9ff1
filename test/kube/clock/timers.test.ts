import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { pause, systemTimers } from '../../../src/kube/clock/timers.ts';
import { FakeClock } from '../../support/fake-clock.ts';

describe('pause', () => {
  it('waits for the time, and leaves no timer and no listener', async () => {
    const clock = new FakeClock();
    const caller = new AbortController();
    const paused = pause(clock, 1_000, caller.signal);
    expect(clock.delays).toEqual([1_000]);
    clock.pass(1_000);
    await paused;
    expect(getEventListeners(caller.signal, 'abort')).toEqual([]);
  });

  it('ends when the caller gives up, and leaves no timer', async () => {
    const clock = new FakeClock();
    const caller = new AbortController();
    const paused = pause(clock, 1_000, caller.signal);
    caller.abort();
    await paused;
    expect(clock.delays).toEqual([]);
  });

  it('does not begin when the caller has given up before', async () => {
    const clock = new FakeClock();
    await pause(clock, 1_000, AbortSignal.abort());
    expect(clock.delays).toEqual([]);
  });
});

describe('systemTimers', () => {
  it('runs what is due, and not what was cancelled', async () => {
    const ran: string[] = [];
    systemTimers.after(1, () => ran.push('cancelled'))();
    await new Promise<void>((resolve) => {
      systemTimers.after(1, resolve);
    });
    expect(ran).toEqual([]);
  });

  it('has the time of the process', () => {
    const before = Date.now();
    const now = systemTimers.now();
    expect([now >= before, now <= Date.now()]).toEqual([true, true]);
  });
});
