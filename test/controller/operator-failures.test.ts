import { describe, expect, it } from 'vitest';
import { KubeError } from '../../src/kube/http/kube-error.ts';
import { ReconcileIncomplete } from '../../src/reconcile/incomplete.ts';
import { INTERVAL_MS, OperatorWorld } from './operator-world.ts';

describe('ScrapeOperator, when a reconcile fails,', () => {
  it('logs it once and retries after half a second, then later', async () => {
    const world = await OperatorWorld.started();
    world.log.lines.length = 0;
    world.create('ns/one', 'prometheus');
    await world.endNext('ns/one', new Error('a bug'));
    expect(world.log.messages('warn')).toEqual(['reconcile failed, will be retried']);
    expect(world.log.messages('error')).toEqual([]);
    world.clock.pass(499);
    expect(await world.inFlight()).toEqual([]);
    world.clock.pass(1);
    await world.endNext('ns/one', new Error('a bug'));
    world.clock.pass(999);
    expect(await world.inFlight()).toEqual([]);
    world.clock.pass(1);
    expect(await world.inFlight()).toEqual(['ns/one']);
  });

  it.each([
    { name: 'a lost race', error: new KubeError('Conflict', 'apply StatefulSet ns/a: modified') },
    { name: 'an answer that did not come', error: new KubeError('Timeout', 'get ConfigMap ns/a: no answer') },
    {
      name: 'a write that must be tried again',
      error: new ReconcileIncomplete('ns/one', { kind: 'Status', message: 'no' }),
    },
  ])('says in one info line without a stack that it tries again after $name', async ({ error }) => {
    const world = await OperatorWorld.started();
    world.log.lines.length = 0;
    world.create('ns/one', 'prometheus');
    await world.endNext('ns/one', error);
    const lines = world.log.lines.filter(({ level }) => level !== 'debug');
    expect(lines).toEqual([
      { level: 'info', message: 'reconcile is tried again', fields: { retry: error, durationMs: 0 } },
    ]);
  });

  it('waits as long as the API server asked', async () => {
    const world = await OperatorWorld.started();
    world.create('ns/one', 'prometheus');
    await world.endNext('ns/one', new KubeError('TooManyRequests', 'too many', { retryAfterMs: 30_000 }));
    world.clock.pass(29_999);
    expect(await world.inFlight()).toEqual([]);
    world.clock.pass(1);
    expect(await world.inFlight()).toEqual(['ns/one']);
  });

  it('waits for the interval when no retry would help, and says so as an error', async () => {
    const world = await OperatorWorld.started();
    world.create('ns/one', 'prometheus');
    await world.endNext('ns/one', new KubeError('Forbidden', 'patch StatefulSet ns/prometheus: forbidden'));
    expect(world.log.messages('error')).toEqual(['reconcile failed, retrying will not help']);
    world.clock.pass(INTERVAL_MS - 1);
    expect(await world.inFlight()).toEqual([]);
    world.clock.pass(1);
    expect(await world.inFlight()).toEqual(['ns/one']);
    expect(
      await world.metrics.registry.getSingleMetricAsString(
        'controller_runtime_terminal_reconcile_errors_total',
      ),
    ).toContain('} 1');
  });
});

describe('ScrapeOperator, counting a reconcile that failed,', () => {
  it.each([
    { name: 'counts a bug where nobody expected it', error: new TypeError('x is not a function'), panics: 1 },
    { name: 'counts no bug where the API server refused', error: new KubeError('Conflict', 'no'), panics: 0 },
    {
      name: 'counts no bug where a write must be tried again',
      error: new ReconcileIncomplete('ns/one', { kind: 'Status', message: 'no' }),
      panics: 0,
    },
  ])('$name', async ({ error, panics }) => {
    const world = await OperatorWorld.started();
    world.create('ns/one', 'prometheus');
    await world.endNext('ns/one', error);
    const series = (name: string): Promise<string> => world.metrics.registry.getSingleMetricAsString(name);
    expect(await series('controller_runtime_reconcile_panics_total')).toContain(`} ${panics}`);
    expect(await series('controller_runtime_reconcile_errors_total')).toContain('} 1');
  });
});
