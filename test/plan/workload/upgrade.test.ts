import { describe, expect, it } from 'vitest';

import type { StatefulSet } from '../../../src/api/kubernetes.ts';
import { differs, fingerprint } from '../../../src/plan/model/field.ts';
import { planWorkload } from '../../../src/plan/workload/workload.ts';
import { present, reads } from '../../support/answers.ts';
import { injector } from '../../support/injectors.ts';
import { annotationFields, entry, OUR_FIELDS } from '../../support/managed-fields.ts';
import { MANAGER, scrape } from '../../support/scrape.ts';
import { subject } from '../../support/snapshot.ts';
import { statefulSet, wired, WIRED_ANNOTATIONS } from '../../support/stateful-set.ts';

const NEW = 'prometheus.istio.io/merge-metrics';
const OTHER = 'traffic.sidecar.istio.io/includeOutboundPorts';

/** As an earlier version wired it, without the keys. */
function without(keys: readonly string[], labels: Readonly<Record<string, string>> = {}): StatefulSet {
  const held = OUR_FIELDS.filter((path) => !keys.some((key) => path === annotationFields(key)));
  const of = wired({ metadata: { managedFields: [entry(MANAGER, held)] }, labels });
  const kept = Object.entries(WIRED_ANNOTATIONS).filter(([key]) => !keys.includes(key));
  const { template } = of.spec;
  const metadata = { ...template.metadata, annotations: Object.fromEntries(kept) };
  return { ...of, spec: { ...of.spec, template: { ...template, metadata } } };
}

/** What status says of a template that was in sync without the keys. */
function inSyncWithout(keys: readonly string[]): string {
  const { fields } = planWorkload(subject({ statefulSet: wired() }));
  return fingerprint(fields.filter(({ path }) => !keys.some((key) => path.endsWith(`[${key}]`))));
}

function plan(of: StatefulSet, lastInSync?: string) {
  const status = lastInSync === undefined ? {} : { lastInSync: { workload: lastInSync } };
  return planWorkload(subject({ resource: scrape({}, { status }), statefulSet: of }));
}

describe('planWorkload, after an upgrade of meshscrape', () => {
  it('leaves a template that works as it is, and says what comes later', () => {
    const made = plan(without([NEW]), inSyncWithout([NEW]));
    expect([made.action, made.fields.filter(differs)]).toEqual([undefined, []]);
    expect(fingerprint(made.fields)).toBe(inSyncWithout([NEW]));
    expect(made.findings).toEqual([
      {
        code: 'UpgradePending',
        target: 'StatefulSet/prometheus',
        message: `this version would add spec.template.metadata.annotations[${NEW}]; that comes with the next write of the pod template, no restart is caused for it`,
      },
    ]);
  });

  it('causes no restart either where status was lost or the resource is a new one', () => {
    const made = plan(without([NEW]));
    expect([made.action, made.findings.map(({ code }) => code)]).toEqual([undefined, ['UpgradePending']]);
  });

  it('adds it with a write that is due anyway', () => {
    const made = plan(without([NEW], { 'sidecar.istio.io/inject': 'false' }), inSyncWithout([NEW]));
    expect(made.findings).toEqual([]);
    expect(made.fields.filter(differs).map(({ path }) => path)).toEqual([
      'spec.template.metadata.labels[sidecar.istio.io/inject]',
      `spec.template.metadata.annotations[${NEW}]`,
    ]);
    expect(made.action?.kind).toBe('ApplyTemplate');
  });

  const corrected: { name: string; of: StatefulSet; last: string | undefined }[] = [
    { name: 'an annotation that was in sync before', of: without([NEW]), last: inSyncWithout([]) },
    {
      name: 'an annotation that somebody took out beside one that is new',
      of: without([NEW, OTHER]),
      last: inSyncWithout([NEW]),
    },
    {
      name: 'a field that is no annotation of one value',
      of: without(['sidecar.istio.io/userVolumeMount']),
      last: inSyncWithout(['sidecar.istio.io/userVolumeMount']),
    },
  ];
  it.each(corrected)('corrects $name', ({ of, last }) => {
    const made = plan(of, last);
    expect([made.action?.kind, made.findings]).toEqual(['ApplyTemplate', []]);
  });
});

describe('planWorkload, in the inject annotation', () => {
  const INJECT = 'sidecar.istio.io/inject';
  const aged = (...versions: readonly (string | undefined)[]) =>
    present(
      versions.map((version) => {
        const made = injector();
        const labels = version === undefined ? {} : { 'app.kubernetes.io/version': version };
        return { ...made, metadata: { ...made.metadata, labels: { ...made.metadata.labels, ...labels } } };
      }),
    );
  const rows: {
    name: string;
    versions: readonly (string | undefined)[];
    spec?: Parameters<typeof scrape>[0];
    of?: StatefulSet;
    writes: boolean;
    says?: readonly string[];
  }[] = [
    { name: 'an injector that says nothing of itself', versions: [undefined], writes: true },
    { name: 'an injector before 1.12', versions: ['1.11.8'], writes: true },
    { name: 'one of two injectors that says nothing', versions: ['1.30.3', undefined], writes: true },
    { name: 'no injector at all', versions: [], writes: true },
    { name: 'an injector from 1.12 on', versions: ['1.12.0'], writes: false },
    { name: 'an injector of today', versions: ['1.30.3-distroless'], writes: false },
    {
      name: 'a revision, beside which no label says so',
      versions: ['1.30.3'],
      spec: { istio: { revision: 'r' } },
      writes: true,
    },
    {
      name: 'an annotation of ours, which stays',
      versions: ['1.30.3'],
      of: wired({ metadata: { managedFields: [entry(MANAGER, OUR_FIELDS)] } }),
      writes: true,
    },
    {
      name: 'a foreign "false", about which there is nothing to fight',
      versions: ['1.30.3'],
      of: statefulSet({ annotations: { [INJECT]: 'false' } }),
      writes: false,
      says: ['InjectAnnotationIgnored'],
    },
  ];
  it.each(rows)(
    'wants it: $writes, for $name',
    ({ versions, spec = {}, of = statefulSet(), writes, says = [] }) => {
      const made = planWorkload(
        subject({
          resource: scrape(spec),
          statefulSet: of,
          reads: { ...reads({ statefulSet: of }), webhookConfigurations: aged(...versions) },
        }),
      );
      const has = made.fields.some(({ path }) => path === `spec.template.metadata.annotations[${INJECT}]`);
      expect([has, made.findings.map(({ code }) => code)]).toEqual([writes, says]);
    },
  );

  it('records what was there, so that an undo takes nothing of its owner out', () => {
    const of = statefulSet({ annotations: { [INJECT]: 'true' } });
    const made = planWorkload(
      subject({ statefulSet: of, reads: { ...reads(), webhookConfigurations: aged('1.30.3') } }),
    );
    if (made.action?.kind !== 'ApplyTemplate') throw new Error('no template write');
    const record = JSON.parse(
      made.action.body.metadata.annotations?.['meshscrape.dev/original-template'] ?? '',
    ) as object;
    expect(record).toMatchObject({ annotations: { [INJECT]: 'true' } });
  });
});
