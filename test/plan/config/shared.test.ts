import { describe, expect, it } from 'vitest';
import type { ConfigPlan } from '../../../src/plan/config/config.ts';
import { differs } from '../../../src/plan/model/field.ts';
import { configMap } from '../../support/config-map.ts';
import { REWRITTEN_YAML } from '../../support/world.ts';
import { evaluate, JOB, KEY, RECORD } from './evaluated.ts';

describe('planConfig, for a job that another resource rewrote before', () => {
  const others = RECORD.replace('{"prometheus":', '{"other":');
  const withOthers = (text: string) => configMap(text, { metadata: { annotations: { [KEY]: others } } });
  const annotationOf = (plan: ConfigPlan): unknown => {
    const action = plan.action;
    const last = action?.kind === 'PatchObject' ? action.operations.at(-1) : undefined;
    return last !== undefined && 'value' in last ? JSON.parse(String(last.value)) : undefined;
  };

  it('records its originals for this one too, and writes nothing else', () => {
    const plan = evaluate(withOthers(REWRITTEN_YAML));
    expect(plan.action).toMatchObject({
      kind: 'PatchObject',
      reason: `Record the originals of ${JOB} for this resource too`,
    });
    expect(plan.action?.kind === 'PatchObject' && plan.action.operations.length).toBe(2);
    const { prometheus } = JSON.parse(RECORD);
    expect(annotationOf(plan)).toEqual({ other: prometheus, prometheus });
  });

  it('records where its secret was mounted, too', () => {
    const { prometheus } = JSON.parse(RECORD);
    const record = {
      'prometheus.yaml': { ...prometheus['prometheus.yaml'], legacyDirectories: ['/srv/mesh'] },
    };
    const annotations = { [KEY]: JSON.stringify({ other: record }) };
    const plan = evaluate(configMap(REWRITTEN_YAML, { metadata: { annotations } }));
    expect(annotationOf(plan)).toEqual({ other: record, prometheus: record });
  });

  it('records its originals once', () => {
    const { prometheus } = JSON.parse(RECORD);
    const both = { metadata: { annotations: { [KEY]: JSON.stringify({ other: prometheus, prometheus }) } } };
    expect(evaluate(configMap(REWRITTEN_YAML, both)).action).toBeUndefined();
  });

  it('leaves the originals of a resource with another mount path to that one', () => {
    const { prometheus } = JSON.parse(RECORD);
    const annotations = { [KEY]: JSON.stringify({ other: prometheus }) };
    const text = REWRITTEN_YAML.replaceAll('/etc/prom-certs', '/new');
    const plan = evaluate(configMap(text, { metadata: { annotations } }), {
      spec: { certificates: { mountPath: '/new' } },
    });
    expect([plan.rewrittenJobs, plan.fields.filter(differs), plan.action]).toEqual([[JOB], [], undefined]);
  });

  it.each([
    { name: 'where this one has another mount path', spec: { certificates: { mountPath: '/new' } } },
    { name: 'where this one does not choose it', spec: { config: { jobs: ['nothing*'] } } },
  ])('does not record its originals $name', ({ spec }) => {
    const record = annotationOf(evaluate(withOthers(REWRITTEN_YAML), { spec }));
    expect(JSON.stringify(record ?? {})).not.toContain('/etc/certs');
  });
});
