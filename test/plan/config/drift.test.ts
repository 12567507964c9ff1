import { describe, expect, it } from 'vitest';
import { differs, fingerprint } from '../../../src/plan/model/field.ts';
import { configMap } from '../../support/config-map.ts';
import { PROMETHEUS_YAML, REWRITTEN_YAML } from '../../support/world.ts';
import { evaluate, KEY, RECORD, recorded } from './evaluated.ts';

describe('planConfig, in what it counts as drift', () => {
  const right = fingerprint(evaluate(configMap(REWRITTEN_YAML)).fields);
  const rows = [
    { name: 'counts a job that was never ours as pending', seen: configMap(), given: {}, drift: false },
    {
      name: 'counts a job in its record as drift',
      seen: configMap(PROMETHEUS_YAML, recorded),
      given: {},
      drift: true,
    },
    {
      name: 'counts a job that was in sync without a record, wired by hand, as drift',
      seen: configMap(),
      given: { status: { lastInSync: { config: right } } },
      drift: true,
    },
    {
      name: 'counts a job in its record as pending where the mount path has changed since',
      seen: configMap(REWRITTEN_YAML, recorded),
      given: { spec: { certificates: { mountPath: '/new' } } },
      drift: false,
    },
    {
      name: 'counts a job in the record of another resource as pending',
      seen: configMap(PROMETHEUS_YAML, {
        metadata: { annotations: { [KEY]: RECORD.replace('{"prometheus":', '{"other":') } },
      }),
      given: {},
      drift: false,
    },
  ];
  it.each(rows)('$name', ({ seen, given, drift }) => {
    const wrong = evaluate(seen, given).fields.filter(differs);
    expect(wrong).toHaveLength(3);
    expect(wrong.map(({ wasInSync }) => wasInSync)).toEqual([drift, drift, drift]);
  });
});
