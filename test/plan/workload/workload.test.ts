import { describe, expect, it } from 'vitest';
import { differs } from '../../../src/plan/model/field.ts';
import { annotationFields, LABEL_FIELDS, MOUNT_FIELDS, VOLUME_FIELDS } from '../../support/managed-fields.ts';
import { scrape } from '../../support/scrape.ts';
import { statefulSet, wired, WIRED_MOUNT, type WorkloadOptions } from '../../support/stateful-set.ts';
import { ANNOTATIONS, applied, differing, evaluate, MOUNT, RECORD } from './evaluated.ts';

const ALL_PATHS = [
  'spec.template.metadata.labels[sidecar.istio.io/inject]',
  `${ANNOTATIONS}[sidecar.istio.io/inject]`,
  `${ANNOTATIONS}[traffic.sidecar.istio.io/includeInboundPorts]`,
  `${ANNOTATIONS}[traffic.sidecar.istio.io/includeOutboundIPRanges]`,
  `${ANNOTATIONS}[traffic.sidecar.istio.io/includeOutboundPorts]`,
  `${ANNOTATIONS}[sidecar.istio.io/rewriteAppHTTPProbers]`,
  `${ANNOTATIONS}[prometheus.istio.io/merge-metrics]`,
  `${ANNOTATIONS}[proxy.istio.io/config].proxyMetadata.OUTPUT_CERTS`,
  `${ANNOTATIONS}[proxy.istio.io/config].holdApplicationUntilProxyStarts`,
  `${ANNOTATIONS}[sidecar.istio.io/userVolumeMount][istio-output-certs].mountPath`,
  'spec.template.spec.volumes[name=istio-output-certs].emptyDir.medium',
  `${MOUNT}.name`,
  `${MOUNT}.readOnly`,
];

const TEMPLATE = '.spec.template';
const MOUNTED = '.spec.template.spec.containers[name="prometheus"].volumeMounts[mountPath="/etc/prom-certs"]';
/** As the API server names them in a conflict. */
const APPLY_PATHS = [
  `${TEMPLATE}.metadata.labels.sidecar.istio.io/inject`,
  `${TEMPLATE}.metadata.annotations.sidecar.istio.io/inject`,
  `${TEMPLATE}.metadata.annotations.traffic.sidecar.istio.io/includeInboundPorts`,
  `${TEMPLATE}.metadata.annotations.traffic.sidecar.istio.io/includeOutboundIPRanges`,
  `${TEMPLATE}.metadata.annotations.traffic.sidecar.istio.io/includeOutboundPorts`,
  `${TEMPLATE}.metadata.annotations.sidecar.istio.io/rewriteAppHTTPProbers`,
  `${TEMPLATE}.metadata.annotations.prometheus.istio.io/merge-metrics`,
  `${TEMPLATE}.metadata.annotations.proxy.istio.io/config`,
  `${TEMPLATE}.metadata.annotations.proxy.istio.io/config`,
  `${TEMPLATE}.metadata.annotations.sidecar.istio.io/userVolumeMount`,
  `${TEMPLATE}.spec.volumes[name="istio-output-certs"].emptyDir`,
  `${MOUNTED}.name`,
  `${MOUNTED}.readOnly`,
];
/** As managedFields names them. */
const FIELDS = [
  LABEL_FIELDS,
  annotationFields('sidecar.istio.io/inject'),
  annotationFields('traffic.sidecar.istio.io/includeInboundPorts'),
  annotationFields('traffic.sidecar.istio.io/includeOutboundIPRanges'),
  annotationFields('traffic.sidecar.istio.io/includeOutboundPorts'),
  annotationFields('sidecar.istio.io/rewriteAppHTTPProbers'),
  annotationFields('prometheus.istio.io/merge-metrics'),
  annotationFields('proxy.istio.io/config'),
  annotationFields('proxy.istio.io/config'),
  annotationFields('sidecar.istio.io/userVolumeMount'),
  `${VOLUME_FIELDS}\nf:emptyDir`,
  `${MOUNT_FIELDS}\nf:name`,
  `${MOUNT_FIELDS}\nf:readOnly`,
];

describe('planWorkload', () => {
  it('desires every field of a template that has none, in one write', () => {
    const plan = evaluate(statefulSet());
    expect(differing(plan)).toEqual(ALL_PATHS);
    expect(plan.fields.map(({ wasInSync }) => wasInSync)).toEqual(ALL_PATHS.map(() => false));
    expect(plan.fields.map(({ actual }) => actual)).toEqual(ALL_PATHS.map(() => undefined));
    expect(plan.fields.map(({ applyPath }) => applyPath)).toEqual(APPLY_PATHS);
    expect(plan.fields.map(({ fieldPath }) => fieldPath.join('\n'))).toEqual(FIELDS);
    expect(plan.refusal).toBeUndefined();
    expect(plan.action).toEqual({
      kind: 'ApplyTemplate',
      target: { apiVersion: 'apps/v1', kind: 'StatefulSet', namespace: 'app-metrics', name: 'prometheus' },
      stage: 2,
      gates: true,
      reason: 'Wire istio-proxy into the pod template: 13 of 13 fields differ',
      fieldManager: 'meshscrape.app-metrics.prometheus',
      forceable: [
        '.spec.template.metadata.annotations.proxy.istio.io/config',
        '.spec.template.metadata.annotations.sidecar.istio.io/userVolumeMount',
      ],
      onConflict: 'change it there, or set spec.conflictPolicy to Force',
      resourceVersion: '7',
      body: {
        apiVersion: 'apps/v1',
        kind: 'StatefulSet',
        metadata: {
          name: 'prometheus',
          namespace: 'app-metrics',
          uid: 'uid-workload',
          annotations: {
            'meshscrape.dev/original-template': '{"labels":{},"annotations":{},"volume":false,"mount":false}',
          },
        },
        spec: {
          template: {
            metadata: {
              labels: { 'sidecar.istio.io/inject': 'true' },
              annotations: {
                'sidecar.istio.io/inject': 'true',
                'traffic.sidecar.istio.io/includeInboundPorts': '',
                'traffic.sidecar.istio.io/includeOutboundIPRanges': '',
                'traffic.sidecar.istio.io/includeOutboundPorts': '',
                'sidecar.istio.io/rewriteAppHTTPProbers': 'false',
                'prometheus.istio.io/merge-metrics': 'false',
                'proxy.istio.io/config':
                  'proxyMetadata:\n  OUTPUT_CERTS: /etc/istio-output-certs\nholdApplicationUntilProxyStarts: true\n',
                'sidecar.istio.io/userVolumeMount':
                  '{"istio-output-certs":{"mountPath":"/etc/istio-output-certs"}}',
              },
            },
            spec: {
              containers: [
                {
                  name: 'prometheus',
                  volumeMounts: [
                    { name: 'istio-output-certs', mountPath: '/etc/prom-certs', readOnly: true },
                  ],
                },
              ],
              volumes: [{ name: 'istio-output-certs', emptyDir: { medium: 'Memory' } }],
            },
          },
        },
      },
    });
  });

  it('writes nothing to a template that holds everything', () => {
    const plan = evaluate(wired());
    expect(differing(plan)).toEqual([]);
    expect([plan.action, plan.refusal, plan.mode]).toEqual([undefined, undefined, 'Enforce']);
  });

  it('writes nothing to a template that was wired under the other names of spec', () => {
    const resource = scrape({
      certificates: { outputDirectory: '/out', mountPath: '/in', volumeName: 'certs' },
    });
    const plan = evaluate(
      wired({
        annotations: {
          'proxy.istio.io/config':
            'proxyMetadata: {OUTPUT_CERTS: /out}\nholdApplicationUntilProxyStarts: true\n',
          'sidecar.istio.io/userVolumeMount': '[{"name":"certs","mountPath":"/out"}]',
        },
        volumes: [{ name: 'certs', emptyDir: { medium: 'Memory' } }],
        mounts: [{ name: 'certs', mountPath: '/in', readOnly: true }],
      }),
      resource,
    );
    expect([differing(plan), plan.action, plan.refusal]).toEqual([[], undefined, undefined]);
  });

  const single: {
    name: string;
    template: WorkloadOptions;
    paths: string[];
    actual: (string | undefined)[];
  }[] = [
    {
      name: 'the label',
      template: { labels: { 'sidecar.istio.io/inject': 'false' } },
      paths: ['spec.template.metadata.labels[sidecar.istio.io/inject]'],
      actual: ['false'],
    },
    ...(
      [
        ['sidecar.istio.io/inject', 'false'],
        ['traffic.sidecar.istio.io/includeInboundPorts', '*'],
        ['traffic.sidecar.istio.io/includeOutboundIPRanges', '*'],
        ['traffic.sidecar.istio.io/includeOutboundPorts', '443'],
        ['sidecar.istio.io/rewriteAppHTTPProbers', 'true'],
        ['prometheus.istio.io/merge-metrics', 'true'],
      ] as const
    ).map(([key, value]) => ({
      name: `the annotation ${key}`,
      template: { annotations: { [key]: value } },
      paths: [`${ANNOTATIONS}[${key}]`],
      actual: [value],
    })),
    {
      name: 'OUTPUT_CERTS',
      template: {
        annotations: {
          'proxy.istio.io/config': 'proxyMetadata: {OUTPUT_CERTS: /x}\nholdApplicationUntilProxyStarts: true',
        },
      },
      paths: [`${ANNOTATIONS}[proxy.istio.io/config].proxyMetadata.OUTPUT_CERTS`],
      actual: ['/x'],
    },
    {
      name: 'holdApplicationUntilProxyStarts',
      template: {
        annotations: {
          'proxy.istio.io/config':
            'proxyMetadata: {OUTPUT_CERTS: /etc/istio-output-certs}\nholdApplicationUntilProxyStarts: false',
        },
      },
      paths: [`${ANNOTATIONS}[proxy.istio.io/config].holdApplicationUntilProxyStarts`],
      actual: ['false'],
    },
    {
      name: 'the path of userVolumeMount',
      template: {
        annotations: { 'sidecar.istio.io/userVolumeMount': '{"istio-output-certs":{"mountPath":"/x"}}' },
      },
      paths: [`${ANNOTATIONS}[sidecar.istio.io/userVolumeMount][istio-output-certs].mountPath`],
      actual: ['/x'],
    },
    {
      name: 'a userVolumeMount that is read-only, where the proxy could not write,',
      template: {
        annotations: {
          'sidecar.istio.io/userVolumeMount':
            '{"istio-output-certs":{"mountPath":"/etc/istio-output-certs","readOnly":true}}',
        },
      },
      paths: [`${ANNOTATIONS}[sidecar.istio.io/userVolumeMount][istio-output-certs].mountPath`],
      actual: ['/etc/istio-output-certs (readOnly)'],
    },
    {
      name: 'the volume',
      template: { volumes: [], mounts: [WIRED_MOUNT] },
      paths: ['spec.template.spec.volumes[name=istio-output-certs].emptyDir.medium'],
      actual: [undefined],
    },
    {
      name: 'the mount',
      template: { mounts: [] },
      paths: [`${MOUNT}.name`, `${MOUNT}.readOnly`],
      actual: [undefined, undefined],
    },
    {
      name: 'the readOnly of the mount',
      template: { mounts: [{ name: 'istio-output-certs', mountPath: '/etc/prom-certs' }] },
      paths: [`${MOUNT}.readOnly`],
      actual: ['false'],
    },
  ];
  it.each(single)('writes where $name differs', ({ template, paths, actual }) => {
    const plan = evaluate(wired(template));
    expect(differing(plan)).toEqual(paths);
    expect(plan.fields.filter(differs).map((field) => field.actual)).toEqual(actual);
    expect(plan.refusal).toBeUndefined();
    expect(applied(plan).reason).toBe(
      `Wire istio-proxy into the pod template: ${paths.length} of 13 fields differ`,
    );
  });

  it('desires the revision label in place of the inject label', () => {
    const plan = evaluate(statefulSet(), scrape({ istio: { revision: '1-30' } }));
    expect(applied(plan).body).toMatchObject({
      spec: { template: { metadata: { labels: { 'istio.io/rev': '1-30' } } } },
    });
    expect(plan.fields[0]).toMatchObject({
      path: 'spec.template.metadata.labels[istio.io/rev]',
      expected: '1-30',
    });
    expect(JSON.stringify(applied(plan).body)).not.toContain('"labels":{"sidecar.istio.io/inject"');
  });

  it.each(['', 'default'])('counts the revision "%s" as none', (revision) => {
    const plan = evaluate(statefulSet(), scrape({ istio: { revision } }));
    expect(plan.fields[0]?.path).toBe('spec.template.metadata.labels[sidecar.istio.io/inject]');
  });

  it('merges into the annotations that are set', () => {
    const plan = evaluate(
      statefulSet({
        annotations: {
          'proxy.istio.io/config': '# ours\nconcurrency: 1\n',
          'sidecar.istio.io/userVolumeMount': '{"other": {"mountPath": "/other"}}',
          'prometheus.io/scrape': 'true',
        },
      }),
    );
    const { body } = applied(plan);
    expect(body).toMatchObject({
      spec: {
        template: {
          metadata: {
            annotations: {
              'proxy.istio.io/config':
                '# ours\nconcurrency: 1\nproxyMetadata:\n  OUTPUT_CERTS: /etc/istio-output-certs\nholdApplicationUntilProxyStarts: true\n',
              'sidecar.istio.io/userVolumeMount':
                '{"other": {"mountPath": "/other"}, "istio-output-certs": {"mountPath": "/etc/istio-output-certs"}}',
            },
          },
        },
      },
    });
    expect(JSON.stringify(body.spec)).not.toContain('prometheus.io/scrape');
    expect(JSON.parse(body.metadata.annotations?.[RECORD] ?? '')).toEqual({
      labels: {},
      annotations: {
        'proxy.istio.io/config': '# ours\nconcurrency: 1\n',
        'sidecar.istio.io/userVolumeMount': '{"other": {"mountPath": "/other"}}',
      },
      volume: false,
      mount: false,
    });
  });

  it('names the container of spec', () => {
    const of = statefulSet({ containers: [{ name: 'server', image: 'prom/prometheus' }] });
    const plan = evaluate(of, scrape({ workload: { container: 'server' } }));
    expect(plan.fields.at(-1)?.path).toBe(
      'spec.template.spec.containers[name=server].volumeMounts[mountPath=/etc/prom-certs].readOnly',
    );
    expect(applied(plan).body).toMatchObject({
      spec: { template: { spec: { containers: [{ name: 'server' }] } } },
    });
  });
});

describe('planWorkload, in its mode', () => {
  const rows = [
    { name: 'the defaults', spec: {}, mode: 'Enforce' },
    { name: 'mode Observe', spec: { mode: 'Observe' as const }, mode: 'Observe' },
    { name: 'suspend', spec: { suspend: true }, mode: 'Observe' },
    { name: 'manage.workload Observe', spec: { manage: { workload: 'Observe' as const } }, mode: 'Observe' },
    {
      name: 'mode Observe with manage.workload Enforce',
      spec: { mode: 'Observe' as const, manage: { workload: 'Enforce' as const } },
      mode: 'Observe',
    },
    {
      name: 'suspend with manage.workload Ignore',
      spec: { suspend: true, manage: { workload: 'Ignore' as const } },
      mode: 'Ignore',
    },
  ];
  it.each(rows)('is $mode under $name', ({ spec, mode }) => {
    expect(evaluate(statefulSet(), scrape(spec)).mode).toBe(mode);
  });
});
