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

describe('applyTemplate, in the record of the original template', () => {
  it('records what was set before the first write', () => {
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

  it('keeps the record that exists', () => {
    const first = '{"labels":{},"annotations":{"x":"y"},"volume":false,"mount":false}';
    const of = wired({
      metadata: { annotations: { [RECORD]: first }, managedFields: [entry(MANAGER, OUR_FIELDS)] },
      labels: { 'sidecar.istio.io/inject': 'false' },
    });
    expect(applied(evaluate(of)).body.metadata.annotations).toEqual({ [RECORD]: first });
  });

  it('records what was set where other managers alone have written', () => {
    const of = statefulSet({ metadata: { managedFields: [entry('helm', [LABEL_FIELDS])] } });
    expect(applied(evaluate(of)).body.metadata.annotations).toEqual({ [RECORD]: EMPTY_TEMPLATE_RECORD });
  });

  it('does not make a lost record anew from its own values', () => {
    const of = wired({
      metadata: { annotations: {}, managedFields: [entry(MANAGER, OUR_FIELDS)] },
      labels: { 'sidecar.istio.io/inject': 'false' },
    });
    expect(applied(evaluate(of)).body.metadata.annotations).toBeUndefined();
  });

  it('is refused before anything is written where there is no room for it', () => {
    const annotations = {
      team: 'x'.repeat(262_144 - 'team'.length - RECORD.length - EMPTY_TEMPLATE_RECORD.length),
    };
    expect(evaluate(statefulSet({ metadata: { annotations } })).refusal).toBeUndefined();
    const fuller = evaluate(statefulSet({ metadata: { annotations: { team: `${annotations.team}x` } } }));
    expect([fuller.refusal?.reason, fuller.refusal?.stalled, fuller.action]).toEqual([
      'RecordTooLarge',
      true,
      undefined,
    ]);
  });

  it('needs no room in a template that holds everything', () => {
    const annotations = { team: 'x'.repeat(262_100) };
    expect(evaluate(wired({ metadata: { annotations } })).refusal).toBeUndefined();
  });

  it('writes what WIRED_ANNOTATIONS and EMPTY_TEMPLATE_RECORD of test/support say', () => {
    expect(applied(evaluate(statefulSet())).body).toMatchObject({
      metadata: { annotations: { [RECORD]: EMPTY_TEMPLATE_RECORD } },
      spec: { template: { metadata: { annotations: WIRED_ANNOTATIONS } } },
    });
  });
});

describe('applyTemplate, in what it may force', () => {
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
      name: 'forces only merges that keep what is foreign where it never applied',
      of: { annotations: { 'traffic.sidecar.istio.io/includeInboundPorts': '9090' } },
      includes: merges,
      excludes: [inbound],
    },
    {
      name: 'does not force an equal value of another manager that it never applied',
      of: { annotations: { 'traffic.sidecar.istio.io/includeInboundPorts': '9090' } },
      status: seen,
      includes: merges,
      excludes: [inbound],
    },
    {
      name: 'does not force an equal value that another manager holds',
      of: {
        annotations: { 'traffic.sidecar.istio.io/includeInboundPorts': '9090' },
        metadata: { managedFields: [entry('helm', [inboundFields])] },
      },
      status: seen,
      includes: merges,
      excludes: [inbound],
    },
    {
      name: 'forces a field that it applied and kubectl edit took',
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
      name: 'does not force a field that it never applied beside one that it did, where status was lost',
      of: {
        annotations: { 'traffic.sidecar.istio.io/includeInboundPorts': '9090' },
        metadata: { managedFields: [entry(MANAGER, [LABEL_FIELDS])] },
      },
      includes: ['.spec.template.metadata.labels.sidecar.istio.io/inject'],
      excludes: [inbound],
    },
    {
      name: 'does not force a merge that would replace a foreign value',
      of: { annotations: { 'proxy.istio.io/config': editedConfig } },
      includes: ['.spec.template.metadata.annotations.sidecar.istio.io/userVolumeMount'],
      excludes: ['.spec.template.metadata.annotations.proxy.istio.io/config'],
    },
    {
      name: 'forces a merge that replaces a value which it applied and kubectl edit changed',
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
      name: 'does not force a userVolumeMount entry of our name with a foreign path',
      of: {
        annotations: { 'sidecar.istio.io/userVolumeMount': '{"istio-output-certs":{"mountPath":"/x"}}' },
      },
      includes: ['.spec.template.metadata.annotations.proxy.istio.io/config'],
      excludes: ['.spec.template.metadata.annotations.sidecar.istio.io/userVolumeMount'],
    },
    {
      name: 'forces a field that spec changed and our manager holds together with another',
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

  it('forces every field, mounts included, where our manager holds them all', () => {
    const of = wired({
      labels: { 'sidecar.istio.io/inject': 'false' },
      metadata: { managedFields: [entry(MANAGER, OUR_FIELDS)] },
    });
    const mount =
      '.spec.template.spec.containers[name="prometheus"].volumeMounts[mountPath="/etc/prom-certs"]';
    expect(applied(evaluate(of)).forceable).toEqual([
      '.spec.template.metadata.labels.sidecar.istio.io/inject',
      '.spec.template.metadata.annotations.sidecar.istio.io/inject',
      '.spec.template.metadata.annotations.traffic.sidecar.istio.io/includeInboundPorts',
      '.spec.template.metadata.annotations.traffic.sidecar.istio.io/includeOutboundIPRanges',
      '.spec.template.metadata.annotations.traffic.sidecar.istio.io/includeOutboundPorts',
      '.spec.template.metadata.annotations.sidecar.istio.io/rewriteAppHTTPProbers',
      '.spec.template.metadata.annotations.prometheus.istio.io/merge-metrics',
      '.spec.template.metadata.annotations.proxy.istio.io/config',
      '.spec.template.metadata.annotations.sidecar.istio.io/userVolumeMount',
      '.spec.template.spec.volumes[name="istio-output-certs"].emptyDir',
      `${mount}.name`,
      `${mount}.readOnly`,
    ]);
  });

  it('forces everything under conflictPolicy Force', () => {
    expect(applied(evaluate(statefulSet(), scrape({ conflictPolicy: 'Force' }))).forceable).toBe('all');
  });

  it('carries the resourceVersion of what was seen, for the forced apply', () => {
    expect(applied(evaluate(statefulSet({ metadata: { resourceVersion: '4711' } }))).resourceVersion).toBe(
      '4711',
    );
  });
});
