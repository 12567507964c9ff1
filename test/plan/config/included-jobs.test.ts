import { describe, expect, it } from 'vitest';
import { configMap } from '../../support/config-map.ts';
import { REWRITTEN_YAML } from '../../support/world.ts';
import { evaluate, JOB, KEY } from './evaluated.ts';

const SECOND = REWRITTEN_YAML.replaceAll(JOB, 'second');
const MAIN = `${SECOND}scrape_config_files: ['*.yml']\n`;
const written = (rewrittenAt: Readonly<Record<string, string | undefined>>) => {
  const record = { version: 1, mountPaths: ['/etc/prom-certs'], jobs: {} };
  const keys = Object.entries(rewrittenAt).map(([key, at]) => [
    key,
    at === undefined ? record : { ...record, rewrittenAt: at },
  ]);
  const annotations = { [KEY]: JSON.stringify({ prometheus: Object.fromEntries(keys) }) };
  const data = { 'prometheus.yaml': MAIN, 'a.yml': REWRITTEN_YAML, 'b.yml': 'scrape_configs: []\n' };
  return evaluate(configMap('', { data, metadata: { annotations } }));
};

describe('planConfig, with jobs in included files', () => {
  it('names them apart from those of the main file', () => {
    const { rewrittenJobs, includedJobs } = written({});
    expect([rewrittenJobs, includedJobs]).toEqual([['second', JOB], [JOB]]);
  });

  it.each([
    { name: 'nobody recorded one', at: {}, is: NaN },
    {
      name: 'only the main file is in the record',
      at: { 'prometheus.yaml': '2026-03-01T11:00:00Z' },
      is: NaN,
    },
    { name: 'an old record has no time', at: { 'a.yml': undefined }, is: NaN },
    {
      name: 'two files were rewritten',
      at: {
        'prometheus.yaml': '2026-03-01T11:59:00Z',
        'a.yml': '2026-03-01T11:00:00Z',
        'b.yml': '2026-03-01T11:30:00Z',
      },
      is: Date.parse('2026-03-01T11:30:00Z'),
    },
  ])('knows when the last of them was rewritten where $name', ({ at, is }) => {
    expect(written(at).includedMs).toBe(is);
  });
});
