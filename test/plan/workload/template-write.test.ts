import { describe, expect, it } from 'vitest';
import { fingerprint } from '../../../src/plan/model/field.ts';
import {
  annotationFields,
  entry,
  LABEL_FIELDS,
  OUR_FIELDS,
  VOLUME_FIELDS,
} from '../../support/managed-fields.ts';
import { MANAGER, scrape } from '../../support/scrape.ts';
import {
  EMPTY_TEMPLATE_RECORD,
  statefulSet,
  wired,
  WIRED_ANNOTATIONS,
  WIRED_VOLUME,
  type WorkloadOptions,
} from '../../support/stateful-set.ts';
import { applied, evaluate, RECORD } from './evaluated.ts';

describe('the record of the original template', () => {
  it('says what stood there before the first write', () => {
    const of = statefulSet({
      labels: { 'sidecar.istio.io/inject': 'false' },
      annotations: { 'prometheus.istio.io/merge-metrics': 'true' },
      volumes: [WIRED_VOLUME],
    });
    expect(applied(evaluate(of)).body.metadata.annotations).toEqual({
      [RECORD]:
        '{"labels":{"sidecar.istio.io/inject":"false"},"annotations":{"prometheus.istio.io/merge-metrics":"true"},"volume":true,"mount":false}',
    });
  });

  it('is written once and kept', () => {
    const first = '{"labels":{},"annotations":{"x":"y"},"volume":false,"mount":false}';
    const of = wired({
      metadata: { annotations: { [RECORD]: first }, managedFields: [entry(MANAGER, OUR_FIELDS)] },
      labels: { 'sidecar.istio.io/inject': 'false' },
    });
    expect(applied(evaluate(of)).body.metadata.annotations).toEqual({ [RECORD]: first });
  });

  it('is not made anew from our own values when it was lost', () => {
    const of = wired({
      metadata: { managedFields: [entry(MANAGER, OUR_FIELDS)] },
      labels: { 'sidecar.istio.io/inject': 'false' },
    });
    expect(applied(evaluate(of)).body.metadata.annotations).toBeUndefined();
  });
});

describe('forceable', () => {
  const seen = { lastInSync: { workload: fingerprint(evaluate(wired()).fields) } };
  const merges = [
    '.spec.template.metadata.annotations.proxy.istio.io/config',
    '.spec.template.metadata.annotations.sidecar.istio.io/userVolumeMount',
  ];
  const inbound = '.spec.template.metadata.annotations.traffic.sidecar.istio.io/includeInboundPorts';
  const inboundFields = annotationFields('traffic.sidecar.istio.io/includeInboundPorts');
  const config = annotationFields('proxy.istio.io/config');
  const without = (path: string) =>
    entry(
      MANAGER,
      OUR_FIELDS.filter((each) => each !== path),
    );
  const editedConfig = 'proxyMetadata: {OUTPUT_CERTS: /x}\nholdApplicationUntilProxyStarts: true';

  const rows: {
    name: string;
    of: WorkloadOptions;
    status?: object;
    includes?: string[];
    excludes: string[];
  }[] = [
    {
      name: 'never applied before: only merges that keep what is foreign',
      of: { annotations: { 'traffic.sidecar.istio.io/includeInboundPorts': '9090' } },
      includes: merges,
      excludes: [inbound],
    },
    {
      name: 'equal values that were somebody else’s own, seen in sync but never applied by us',
      of: { annotations: { 'traffic.sidecar.istio.io/includeInboundPorts': '9090' } },
      status: seen,
      includes: merges,
      excludes: [inbound],
    },
    {
      name: 'applied before and then changed by kubectl edit, which took the field from us',
      of: {
        annotations: { 'traffic.sidecar.istio.io/includeInboundPorts': '9090' },
        metadata: {
          managedFields: [
            without(inboundFields),
            entry('kubectl-edit', [inboundFields], { operation: 'Update' }),
          ],
        },
      },
      status: seen,
      includes: [inbound, ...merges],
      excludes: [],
    },
    {
      name: 'another leaf of ours, but this one never was: our manager stands there, status was lost',
      of: {
        annotations: { 'traffic.sidecar.istio.io/includeInboundPorts': '9090' },
        metadata: { managedFields: [entry(MANAGER, [LABEL_FIELDS])] },
      },
      includes: ['.spec.template.metadata.labels.sidecar.istio.io/inject'],
      excludes: [inbound],
    },
    {
      name: 'a merge that would replace a foreign value',
      of: { annotations: { 'proxy.istio.io/config': editedConfig } },
      includes: ['.spec.template.metadata.annotations.sidecar.istio.io/userVolumeMount'],
      excludes: ['.spec.template.metadata.annotations.proxy.istio.io/config'],
    },
    {
      name: 'a merge that replaces a value which we applied and kubectl edit changed',
      of: {
        annotations: { 'proxy.istio.io/config': editedConfig },
        metadata: {
          managedFields: [without(config), entry('kubectl-edit', [config], { operation: 'Update' })],
        },
      },
      status: seen,
      includes: merges,
      excludes: [],
    },
    {
      name: 'a userVolumeMount entry of our name with a foreign path',
      of: {
        annotations: { 'sidecar.istio.io/userVolumeMount': '{"istio-output-certs":{"mountPath":"/x"}}' },
      },
      includes: ['.spec.template.metadata.annotations.proxy.istio.io/config'],
      excludes: ['.spec.template.metadata.annotations.sidecar.istio.io/userVolumeMount'],
    },
    {
      name: 'a new wish for a field that our manager holds together with another',
      of: {
        metadata: { managedFields: [entry(MANAGER, OUR_FIELDS), entry('helm', [VOLUME_FIELDS])] },
        mounts: [],
      },
      status: { lastInSync: { workload: 'another' } },
      includes: ['.spec.template.spec.volumes[name="istio-output-certs"].emptyDir', inbound],
      excludes: [],
    },
  ];
  it.each(rows)('$name', ({ of, status, includes = [], excludes }) => {
    const wrong = { labels: { 'sidecar.istio.io/inject': 'true' }, ...of };
    const plan = evaluate(
      wired({ mounts: [], ...wrong }),
      scrape({}, status === undefined ? {} : { status }),
    );
    const { forceable } = applied(plan);
    expect(forceable).toEqual(expect.arrayContaining(includes));
    expect(excludes.filter((path) => forceable.includes(path))).toEqual([]);
  });

  it('is everything under conflictPolicy Force', () => {
    expect(applied(evaluate(statefulSet(), scrape({ conflictPolicy: 'Force' }))).forceable).toBe('all');
  });

  it('carries the resourceVersion of what was seen, for the forced apply', () => {
    expect(applied(evaluate(statefulSet({ metadata: { resourceVersion: '4711' } }))).resourceVersion).toBe(
      '4711',
    );
  });
});

it('wires what WIRED_ANNOTATIONS and EMPTY_TEMPLATE_RECORD say, so that the builders stay true', () => {
  expect(applied(evaluate(statefulSet())).body).toMatchObject({
    metadata: { annotations: { [RECORD]: EMPTY_TEMPLATE_RECORD } },
    spec: { template: { metadata: { annotations: WIRED_ANNOTATIONS } } },
  });
});
