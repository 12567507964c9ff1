import { describe, expect, it } from 'vitest';
import { plan } from '../../../src/plan/plan.ts';
import { present, reads } from '../../support/answers.ts';
import { configMap } from '../../support/config-map.ts';
import { snapshot } from '../../support/snapshot.ts';
import { statefulSet } from '../../support/stateful-set.ts';
import { PROMETHEUS_YAML, REWRITTEN_YAML } from '../../support/world.ts';
import { evaluate, JOB, recorded } from './evaluated.ts';

const FULL = { metadata: { annotations: { team: 'x'.repeat(262_000) } } };
const SECOND = REWRITTEN_YAML.slice(REWRITTEN_YAML.indexOf("- job_name: 'kubernetes-pods")).replace(
  JOB,
  'second',
);

describe('planConfig, of a ConfigMap that takes no write', () => {
  it.each([
    { name: 'it is immutable', of: { immutable: true }, reason: 'ConfigMapImmutable' },
    { name: 'it has no room for the record', of: FULL, reason: 'RecordTooLarge' },
  ])('refuses it where $name, and counts no job as rewritten', ({ of, reason }) => {
    const made = evaluate(configMap(PROMETHEUS_YAML, of));
    expect(made.refusal).toMatchObject({ reason, stalled: true });
    expect([made.action, made.rewrittenJobs, made.newJobs]).toEqual([undefined, [], []]);
  });

  it('names the jobs that read the new files already', () => {
    const made = evaluate(configMap(`${PROMETHEUS_YAML}${SECOND}`, FULL));
    expect([made.refusal?.reason, made.rewrittenJobs]).toEqual(['RecordTooLarge', ['second']]);
  });

  it('has nothing against a record that is there already, however full the ConfigMap is', () => {
    const annotations = { ...recorded.metadata.annotations, team: 'x'.repeat(261_500) };
    const made = evaluate(configMap(PROMETHEUS_YAML, { metadata: { annotations } }));
    expect([made.refusal, made.action?.kind]).toEqual([undefined, 'PatchObject']);
  });

  it.each([
    { name: 'the ConfigMap is immutable', seen: configMap(undefined, { immutable: true }) },
    { name: 'the ConfigMap has no room for the record', seen: configMap(undefined, FULL) },
  ])('begins nothing where $name: no restart for a job that cannot be rewritten', ({ seen }) => {
    const of = statefulSet();
    const answers = reads({ statefulSet: of, configMaps: { prometheus: present(seen) } });
    const made = plan(snapshot({ statefulSet: of, reads: answers }));
    expect(made.needs).toEqual([]);
    expect(made.actions).toEqual([]);
    expect(made.evaluation?.gates.workload).toMatchObject({ kind: 'Closed', reason: 'PreflightFailed' });
  });
});
