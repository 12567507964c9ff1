import { beforeEach, describe, expect, it } from 'vitest';
import { EventRecorder } from '../../../src/kube/requests/event-recorder.ts';
import type { ClusterEvent } from '../../../src/reconcile/cluster.ts';
import { usePlayedApi } from '../../support/played-api.ts';
import type { PlayedRequest } from '../../support/played-server.ts';

const EVENT: ClusterEvent = {
  regarding: { apiVersion: 'meshscrape.dev/v1alpha1', kind: 'X', namespace: 'ns', name: 'a', uid: 'u' },
  type: 'Normal',
  reason: 'DriftCorrected',
  action: 'Corrected',
  note: 'reverted',
};

describe('EventRecorder.emit', () => {
  const api = usePlayedApi();
  let recorder: EventRecorder;

  beforeEach(() => {
    const { clock, log, transport } = api();
    recorder = new EventRecorder({ transport, log, timers: clock, instance: 'pod-0' });
  });

  async function emitted(event: ClusterEvent, status = 201): Promise<PlayedRequest> {
    const done = recorder.emit(event);
    const request = await api().next();
    request.reply(status, '{}');
    await done;
    return request;
  }

  it('creates an event of events.k8s.io/v1', async () => {
    const request = await emitted(EVENT);
    expect([request.method, request.path]).toEqual(['POST', '/apis/events.k8s.io/v1/namespaces/ns/events']);
    expect(request.json()).toEqual({
      apiVersion: 'events.k8s.io/v1',
      kind: 'Event',
      // The hexadecimal milliseconds of the clock: kubectl describe shows Events in the order of their names.
      metadata: { name: expect.stringMatching(/^a\.19ca9450a00[0-9a-f]{5}$/), namespace: 'ns' },
      eventTime: '2026-03-01T12:00:00.000000Z',
      reportingController: 'meshscrape.dev/controller',
      reportingInstance: 'pod-0',
      type: 'Normal',
      reason: 'DriftCorrected',
      action: 'Corrected',
      note: 'reverted',
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
    expect(repeat.json()).toEqual({ series: { count: 2, lastObservedTime: '2026-03-01T12:00:00.000000Z' } });
    expect((await emitted(EVENT, 200)).json().series.count).toBe(3);
    expect((await emitted({ ...EVENT, note: 'another' })).method).toBe('POST');
  });

  it('makes a new one when the API server has let it expire', async () => {
    const { server } = api();
    await emitted(EVENT);
    const done = recorder.emit(EVENT);
    (await server.next()).fail(404, 'not found');
    const anew = await server.next();
    expect(anew.method).toBe('POST');
    anew.reply(201, '{}');
    await done;
  });

  it('logs a failure and does not throw', async () => {
    const { log } = api();
    await emitted(EVENT, 403);
    expect(log.lines.map((line) => [line.level, line.fields['reason']])).toEqual([
      ['warn', 'DriftCorrected'],
    ]);
  });

  it('cuts the note to 1024 bytes, between characters', async () => {
    const request = await emitted({ ...EVENT, note: 'é'.repeat(600) + 'x' });
    expect(request.json().note).toBe('é'.repeat(512));
  });

  it('leaves a note of 1024 bytes as it is', async () => {
    const note = 'é'.repeat(512);
    expect((await emitted({ ...EVENT, note })).json().note).toBe(note);
  });

  it('cuts the name of a long resource to what the API server takes', async () => {
    const regarding = { ...EVENT.regarding, name: 'a'.repeat(253) };
    const { name } = (await emitted({ ...EVENT, regarding })).json().metadata;
    expect(name).toMatch(/^a{236}[.][0-9a-f]{16}$/);
  });

  it('names the related object where there is one', async () => {
    const related = { apiVersion: 'apps/v1', kind: 'StatefulSet', namespace: 'ns', name: 's' };
    expect((await emitted({ ...EVENT, related })).json().related).toEqual(related);
  });

  it.each([
    { name: 'another resource', event: { regarding: { ...EVENT.regarding, uid: 'u2' } } },
    { name: 'another type', event: { type: 'Warning' as const } },
    { name: 'another reason', event: { reason: 'Other' } },
    { name: 'another action', event: { action: 'Other' } },
  ])('makes a new one for $name', async ({ event }) => {
    await emitted(EVENT);
    expect((await emitted({ ...EVENT, ...event })).method).toBe('POST');
  });

  it('does not count on one that could not be recorded', async () => {
    await emitted(EVENT, 403);
    expect((await emitted(EVENT)).method).toBe('POST');
  });

  it('logs what kept it from being recorded', async () => {
    const done = recorder.emit(EVENT);
    (await api().next()).reset();
    await done;
    expect(api().log.messages('warn')).toEqual(['an event could not be recorded']);
  });

  it('forgets the one beyond 512 that was used longest ago', async () => {
    for (let n = 0; n < 512; n += 1) await emitted({ ...EVENT, note: String(n) });
    await emitted({ ...EVENT, note: '0' }, 200);
    await emitted({ ...EVENT, note: '512' });
    const methods: string[] = [];
    for (const note of ['0', '2', '1']) methods.push((await emitted({ ...EVENT, note }, 200)).method);
    expect(methods).toEqual(['PATCH', 'PATCH', 'POST']);
  });
});
