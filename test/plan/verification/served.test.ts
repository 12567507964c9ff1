// Jobs of scrape_config_files: Prometheus 3.16 and earlier answer /api/v1/status/config without them.
import { describe, expect, it } from 'vitest';
import { asked, JOB, old, prove, type World } from './proven.ts';

const WRITTEN = 1_000_000;
const MINUTE = 60_000;
const RELOADER = [{ name: 'reload', image: 'configmap-reload' }];
/** A replica that has loaded its files so long after the write, beside one job of the main file. */
const loaded = (afterMs: number | undefined, world: World = {}): World => ({
  beside: RELOADER,
  answers: [{ configLoadedMs: afterMs === undefined ? undefined : WRITTEN + afterMs, pools: [JOB, 'extra'] }],
  included: { jobs: ['extra'], ms: WRITTEN },
  ...world,
});
const HTTP: World = { beside: [], spec: { config: { reload: 'Http' } } };

describe('planProof, with jobs in files of scrape_config_files', () => {
  it.each([
    { name: 'they were loaded at the time of the write', world: loaded(0) },
    {
      name: 'they were loaded two minutes after it, and the reload is ours',
      world: loaded(2 * MINUTE, HTTP),
    },
    { name: 'no job is in the main file', world: loaded(0, { jobs: [] }) },
    {
      name: 'somebody else pointed them there, at a time that nobody knows',
      world: loaded(undefined, { included: { jobs: ['extra'], ms: NaN } }),
    },
  ])('counts the new paths as served where $name', ({ world }) => {
    expect(prove(world)).toMatchObject({ kind: 'Served', message: '1 of 1 replicas serve the new paths' });
  });

  it.each([
    { name: 'they were loaded before the write', world: loaded(-1) },
    {
      name: 'they were loaded less than two minutes after it, and the reload is ours',
      world: loaded(2 * MINUTE - 1, HTTP),
    },
    {
      name: 'the main file has an old path',
      world: { ...loaded(0), answers: [{ ...old, configLoadedMs: WRITTEN }] },
    },
  ])('waits where $name', ({ world }) => {
    expect(prove(world)).toMatchObject({
      kind: 'Waiting',
      message: 'prometheus-0 does not serve the new paths yet',
    });
  });

  it('asks for a reload where that is ours, until the file has reached the pod', () => {
    expect(asked(prove(loaded(MINUTE, HTTP)))).toEqual(['http://10.0.0.0:9090']);
    expect(asked(prove(loaded(2 * MINUTE, HTTP)))).toBeUndefined();
  });

  it('does not know where a replica does not say when it loaded them', () => {
    expect(prove(loaded(undefined))).toMatchObject({
      kind: 'Unknown',
      message: 'prometheus-0 does not say when it has loaded the files of scrape_config_files',
    });
  });

  it('says of a load that failed what it is', () => {
    const [answer] = loaded(0).answers ?? [];
    const world = { ...loaded(0), answers: [{ ...(answer as object), reloadSucceeded: false }] };
    expect(prove(world).message).toBe('prometheus-0 names the new paths, and its last load failed');
  });
});
