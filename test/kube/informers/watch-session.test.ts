import { describe, expect, it } from 'vitest';
import { runWatch, type WatchRequest } from '../../../src/kube/informers/watch-session.ts';
import { usePlayedApi } from '../../support/played-api.ts';
import type { PlayedRequest } from '../../support/played-server.ts';
import { thing } from '../../support/thing.ts';

const api = usePlayedApi();

interface Ended {
  /** Objects and versions, in the order in which they were delivered. */
  readonly delivered: readonly string[];
  readonly error: unknown;
}

/** One watch, answered by the test, until its end. */
async function watch(answer: (request: PlayedRequest) => void): Promise<Ended> {
  const { transport, clock } = api();
  const request: WatchRequest = {
    subject: { verb: 'watch', kind: 'things' },
    path: '/things',
    accept: 'application/json',
    labelSelector: undefined,
    fromVersion: '10',
    timeoutSeconds: 300,
    headersTimeoutMs: 30_000,
    silenceMs: 100_000,
    signal: new AbortController().signal,
  };
  const delivered: string[] = [];
  const ended = runWatch({ transport, timers: clock }, request, {
    onObject: (type, object) => delivered.push(`${type} ${object.metadata.name}`),
    onVersion: (version) => delivered.push(version),
  }).then(
    () => undefined,
    (error: unknown) => error,
  );
  answer(await api().next());
  return { error: await ended, delivered };
}

const line = (type: string, object: unknown): string => `${JSON.stringify({ type, object })}\n`;

describe('runWatch', () => {
  it('delivers objects with their versions, and bookmarks, until the server ends the watch', async () => {
    const ended = await watch((request) => {
      request.raw(line('ADDED', thing('a', '11')) + line('DELETED', thing('b', '12')));
      request.raw(line('BOOKMARK', { metadata: { resourceVersion: '40' } }));
      request.end();
    });
    expect(ended).toEqual({ delivered: ['upsert a', '11', 'delete b', '12', '40'], error: undefined });
    expect(api().clock.delays).toEqual([]);
  });

  it.each([
    { name: 'no object', object: null },
    { name: 'no metadata', object: {} },
    { name: 'metadata that is no map', object: { metadata: null } },
    { name: 'a version that is no text', object: { metadata: { resourceVersion: 7 } } },
  ])('passes over a bookmark with $name', async ({ object }) => {
    const ended = await watch((request) => {
      request.raw(line('BOOKMARK', object) + line('ADDED', thing('a', '11')));
      request.end();
    });
    expect(ended).toEqual({ delivered: ['upsert a', '11'], error: undefined });
  });

  it.each([
    { name: 'no JSON', text: '<html>\n', says: 'watch things: a line that is no event' },
    { name: 'no map', text: '[]\n', says: 'watch things: a line that is no event' },
    {
      name: 'an event without an object',
      text: line('ADDED', { metadata: {} }),
      says: 'watch things: an event without object',
    },
  ])('ends with an error for a line that is $name, and delivers nothing after it', async ({ text, says }) => {
    const { delivered, error } = await watch((request) => {
      request.raw(text + line('ADDED', thing('a', '11')));
    });
    expect(delivered).toEqual([]);
    expect(error).toMatchObject({ code: 'Malformed', message: says });
  });

  it('ends with what an ERROR event says', async () => {
    const { error } = await watch((request) => {
      request.raw(line('ERROR', { kind: 'Status', code: 410, message: 'too old' }));
    });
    expect(error).toMatchObject({ code: 'Gone', message: 'watch things: too old' });
  });

  it('ends with an error for an ERROR event that says nothing', async () => {
    const { error } = await watch((request) => {
      request.raw(line('ERROR', null));
    });
    expect(error).toMatchObject({ code: 'Malformed', message: 'watch things: HTTP 0' });
  });

  it('ends with what an answer says that is no watch', async () => {
    const { error } = await watch((request) => {
      request.fail(403, 'forbidden');
    });
    expect(error).toMatchObject({ code: 'Forbidden', message: 'watch things: forbidden' });
  });
});
