import { describe, expect, it } from 'vitest';
import { wayBack } from '../../../src/plan/certificates/way-back.ts';
import { entry, OUR_FIELDS } from '../../support/managed-fields.ts';
import { MANAGER, scrape } from '../../support/scrape.ts';
import { subject } from '../../support/snapshot.ts';
import { wired } from '../../support/stateful-set.ts';

const QUOTA = 'create Pod prometheus-0 failed: pods "prometheus-0" is forbidden: exceeded quota: q';
const TAKEN = 'create Pod prometheus-0 failed: violates PodSecurity "baseline:latest": no';
const DELETE = 'kubectl delete promscrape prometheus -n app-metrics';
const PATCH =
  'kubectl patch promscrape prometheus -n app-metrics --type merge -p \'{"spec":{"deletionPolicy":"Restore"}}\'';
const LABEL =
  'until it is fixed, let the namespace admit it: kubectl label namespace app-metrics pod-security.kubernetes.io/enforce=privileged --overwrite';

const rolling = { observedGeneration: 1, currentRevision: 'a', updateRevision: 'b' };
const rolledOut = { observedGeneration: 1, currentRevision: 'b', updateRevision: 'b' };

interface Row {
  readonly name: string;
  readonly refusal: string;
  readonly manager?: string;
  readonly status?: typeof rolling;
  readonly spec?: Parameters<typeof scrape>[0];
  readonly rewrittenJobs?: readonly string[];
  /** What follows the refusal. */
  readonly says: string;
}

const BACK = `; to have the pods of before back at once: ${PATCH} && ${DELETE}`;

describe('wayBack', () => {
  it.each<Row>([
    { name: 'names Restore while our write rolls out', refusal: QUOTA, says: BACK },
    { name: 'names it for what injection adds, whenever', refusal: TAKEN, status: rolledOut, says: BACK },
    {
      name: 'does not repeat a deletionPolicy that is Restore already',
      refusal: TAKEN,
      spec: { deletionPolicy: 'Restore' },
      says: `; to have the pods of before back at once: ${DELETE}`,
    },
    {
      name: 'names the label once jobs were rewritten, since Restore may then act as Retain',
      refusal: TAKEN,
      rewrittenJobs: ['a'],
      says: `; ${LABEL}`,
    },
    {
      name: 'is silent once jobs were rewritten, where it is not Pod Security',
      refusal: QUOTA,
      rewrittenJobs: ['a'],
      says: '',
    },
    { name: 'is silent about a later refusal of another kind', refusal: QUOTA, status: rolledOut, says: '' },
    { name: 'is silent where we wrote nothing', refusal: TAKEN, manager: 'helm', says: '' },
  ])('$name', ({ refusal, manager = MANAGER, status = rolling, spec = {}, rewrittenJobs = [], says }) => {
    const config = { configMap: 'prometheus', rewrittenJobs };
    const of = wired({ metadata: { managedFields: [entry(manager, OUR_FIELDS)] }, status });
    const resource = scrape(spec, { status: { observedGeneration: 1, config } });
    expect(wayBack(subject({ statefulSet: of, resource }), refusal)).toBe(`${refusal}${says}`);
  });

  it('cuts the refusal, so that the command is whole', () => {
    const of = wired({ metadata: { managedFields: [entry(MANAGER, OUR_FIELDS)] }, status: rolling });
    const said = wayBack(subject({ statefulSet: of }), '𝛼'.repeat(900));
    expect(said).toBe(`${'𝛼'.repeat(499)}…${BACK}`);
  });
});
