import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Transport } from '../../../src/kube/http/transport.ts';
import { EventRecorder } from '../../../src/kube/requests/event-recorder.ts';
import type { ClusterEvent } from '../../../src/reconcile/cluster.ts';
import { FaultServer, MemoryLog, type Visit } from '../fault-server.ts';
import { SteppedTimers } from '../stepped-timers.ts';

const EVENT: ClusterEvent = {
  regarding: { apiVersion: 'meshscrape.dev/v1alpha1', kind: 'X', namespace: 'ns', name: 'a', uid: 'u' },
  type: 'Normal',
  reason: 'DriftCorrected',
  action: 'Corrected',
  note: 'put right',
};

describe('EventRecorder.emit', () => {
  let server: FaultServer;
  let log: MemoryLog;
  let recorder: EventRecorder;
  let transport: Transport;

  beforeEach(async () => {
    server = await FaultServer.start();
    log = new MemoryLog();
    const timers = new SteppedTimers();
    transport = new Transport({ kubeConfig: server.kubeConfig(timers), version: '0', timers });
    recorder = new EventRecorder({ transport, log, timers, instance: 'pod-0' });
  });

  afterEach(async () => {
    await transport.close(0);
    await server.stop();
  });

  async function emitted(event: ClusterEvent, status = 201): Promise<Visit> {
    const done = recorder.emit(event);
    const visit = await server.next();
    visit.reply(status, '{}');
    await done;
    return visit;
  }

  it('creates an event of events.k8s.io/v1', async () => {
    const visit = await emitted(EVENT);
    expect([visit.method, visit.path]).toEqual(['POST', '/apis/events.k8s.io/v1/namespaces/ns/events']);
    expect(visit.json()).toEqual({
      apiVersion: 'events.k8s.io/v1',
      kind: 'Event',
      // The clock stands at 1,000 s: kubectl describe shows Events in the order of their names.
      metadata: { name: expect.stringMatching(/^a\.000000f4240[0-9a-f]{5}$/), namespace: 'ns' },
      eventTime: '1970-01-01T00:16:40.000000Z',
      reportingController: 'meshscrape.dev/controller',
      reportingInstance: 'pod-0',
      type: 'Normal',
      reason: 'DriftCorrected',
      action: 'Corrected',
      note: 'put right',
      regarding: EVENT.regarding,
    });
  });

  it('raises the series of the same event, and makes another for another note', async () => {
    const { name } = (await emitted(EVENT)).json().metadata;
    const repeat = await emitted(EVENT, 200);
    expect([repeat.method, repeat.path]).toEqual([
      'PATCH',
      `/apis/events.k8s.io/v1/namespaces/ns/events/${String(name)}`,
    ]);
    expect(repeat.json()).toEqual({ series: { count: 2, lastObservedTime: '1970-01-01T00:16:40.000000Z' } });
    expect((await emitted(EVENT, 200)).json().series.count).toBe(3);
    expect((await emitted({ ...EVENT, note: 'another' })).method).toBe('POST');
  });

  it('makes a new one when the API server has let it expire', async () => {
    await emitted(EVENT);
    const done = recorder.emit(EVENT);
    (await server.next()).fail(404, 'not found');
    const anew = await server.next();
    expect(anew.method).toBe('POST');
    anew.reply(201, '{}');
    await done;
  });

  it('logs a failure and does not throw', async () => {
    await emitted(EVENT, 403);
    expect(log.lines.map((line) => [line.level, line.fields['reason']])).toEqual([
      ['warn', 'DriftCorrected'],
    ]);
  });

  it('cuts the note to 1024 bytes, between characters', async () => {
    const visit = await emitted({ ...EVENT, note: 'é'.repeat(600) + 'x' });
    expect(visit.json().note).toBe('é'.repeat(512));
  });

  it('forgets the oldest beyond 512', async () => {
    for (let n = 0; n <= 512; n += 1) await emitted({ ...EVENT, note: String(n) });
    expect((await emitted({ ...EVENT, note: '1' }, 200)).method).toBe('PATCH');
    expect((await emitted({ ...EVENT, note: '0' })).method).toBe('POST');
  });
});
