import { describe, expect, it } from 'vitest';
import { differs, fingerprint } from '../../../src/plan/model/field.ts';
import { entry, MOUNT_FIELDS, OUR_FIELDS } from '../../support/managed-fields.ts';
import { MANAGER, scrape } from '../../support/scrape.ts';
import { wired, WIRED_MOUNT } from '../../support/stateful-set.ts';
import { ANNOTATIONS, evaluate, MOUNT } from './evaluated.ts';

describe('planWorkload, in what it counts as drift', () => {
  const seen = { lastInSync: { workload: fingerprint(evaluate(wired()).fields) } };
  const wrong = { labels: { 'sidecar.istio.io/inject': 'false' } };
  const ours = { managedFields: [entry(MANAGER, OUR_FIELDS)] };
  const rows = [
    {
      name: 'counts a field that was never in sync nor ours as pending',
      metadata: {},
      status: undefined,
      drift: false,
    },
    {
      name: 'counts a field that was in sync under the same fields as drift',
      metadata: {},
      status: seen,
      drift: true,
    },
    {
      name: 'counts a field that our manager holds as drift where status was lost',
      metadata: ours,
      status: {},
      drift: true,
    },
    {
      name: 'counts a field that another manager holds as pending where status was lost',
      metadata: { managedFields: [entry('helm', OUR_FIELDS)] },
      status: {},
      drift: false,
    },
    {
      name: 'counts a field that was in sync under other fields as pending, though our manager holds it',
      metadata: ours,
      status: { lastInSync: { workload: 'another' } },
      drift: false,
    },
  ];
  it.each(rows)('$name', ({ metadata, status, drift }) => {
    const plan = evaluate(wired({ ...wrong, metadata }), scrape({}, status === undefined ? {} : { status }));
    expect(plan.fields.filter(differs).map(({ wasInSync }) => wasInSync)).toEqual([drift]);
  });

  it.each([
    { name: 'the name of the mount', mounts: [{ ...WIRED_MOUNT, name: 'config' }], field: 'name' },
    { name: 'readOnly of the mount', mounts: [{ ...WIRED_MOUNT, readOnly: false }], field: 'readOnly' },
  ])('counts $name as drift where our manager holds it and status was lost', ({ mounts, field }) => {
    const of = (held: string) =>
      wired({ mounts, metadata: { managedFields: [entry(MANAGER, [`${MOUNT_FIELDS}\nf:${held}`])] } });
    const drift = (held: string) =>
      evaluate(of(held)).fields.flatMap(({ path, wasInSync }) => (wasInSync ? [path] : []));
    expect(drift(field)).toEqual([`${MOUNT}.${field}`]);
    expect(drift('mountPath')).toEqual([]);
  });

  it('counts a field that spec changed as pending', () => {
    const resource = scrape({ certificates: { outputDirectory: '/etc/new' } }, { status: seen });
    const plan = evaluate(wired({ metadata: ours }), resource);
    expect(plan.fields.filter(differs).map(({ path, wasInSync }) => [path, wasInSync])).toEqual([
      [`${ANNOTATIONS}[proxy.istio.io/config].proxyMetadata.OUTPUT_CERTS`, false],
      [`${ANNOTATIONS}[sidecar.istio.io/userVolumeMount][istio-output-certs].mountPath`, false],
    ]);
  });
});
