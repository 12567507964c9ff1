import { describe, expect, it } from 'vitest';
import type { PrometheusIstioScrape } from '../../../src/api/resource.ts';
import { differs, fingerprint } from '../../../src/plan/model/field.ts';
import type { PartPlan } from '../../../src/plan/model/part.ts';
import { planWorkload } from '../../../src/plan/workload/workload.ts';
import {
  annotationFields,
  entry,
  LABEL_FIELDS,
  MOUNT_FIELDS,
  OUR_FIELDS,
  VOLUME_FIELDS,
} from '../../support/managed-fields.ts';
import { MANAGER, scrape } from '../../support/scrape.ts';
import { subject } from '../../support/snapshot.ts';
import {
  EMPTY_TEMPLATE_RECORD,
  statefulSet,
  wired,
  WIRED_ANNOTATIONS,
  WIRED_MOUNT,
  WIRED_VOLUME,
  type WorkloadOptions,
} from '../../support/stateful-set.ts';

const RECORD = 'meshscrape.dev/original-template';

function evaluate(of: ReturnType<typeof statefulSet>, resource: PrometheusIstioScrape = scrape()): PartPlan {
  return planWorkload(subject({ resource, statefulSet: of }));
}

/** The template apply of a plan, for literal comparison. */
function applied(plan: PartPlan) {
  if (plan.action?.kind !== 'ApplyTemplate')
    throw new Error(`no template write: ${String(plan.action?.kind)}`);
  return plan.action;
}

function differing(plan: PartPlan): readonly string[] {
  return plan.fields.filter(differs).map(({ path }) => path);
}

const A = 'spec.template.metadata.annotations';
const MOUNT = 'spec.template.spec.containers[name=prometheus].volumeMounts[mountPath=/etc/prom-certs]';
const ALL_PATHS = [
  'spec.template.metadata.labels[sidecar.istio.io/inject]',
  `${A}[sidecar.istio.io/inject]`,
  `${A}[traffic.sidecar.istio.io/includeInboundPorts]`,
  `${A}[traffic.sidecar.istio.io/includeOutboundIPRanges]`,
  `${A}[traffic.sidecar.istio.io/includeOutboundPorts]`,
  `${A}[sidecar.istio.io/rewriteAppHTTPProbers]`,
  `${A}[prometheus.istio.io/merge-metrics]`,
  `${A}[proxy.istio.io/config].proxyMetadata.OUTPUT_CERTS`,
  `${A}[proxy.istio.io/config].holdApplicationUntilProxyStarts`,
  `${A}[sidecar.istio.io/userVolumeMount][istio-output-certs].mountPath`,
  'spec.template.spec.volumes[name=istio-output-certs].emptyDir.medium',
  `${MOUNT}.name`,
  `${MOUNT}.readOnly`,
];

describe('planWorkload', () => {
  it('asks for every leaf of a template that has none, in one write', () => {
    const plan = evaluate(statefulSet());
    expect(differing(plan)).toEqual(ALL_PATHS);
    expect(plan.fields.map(({ wasInSync }) => wasInSync)).toEqual(ALL_PATHS.map(() => false));
    expect(plan.fields.map(({ actual }) => actual)).toEqual(ALL_PATHS.map(() => undefined));
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

  it('asks for nothing of a template that holds everything', () => {
    const plan = evaluate(wired());
    expect(differing(plan)).toEqual([]);
    expect([plan.action, plan.refusal, plan.mode]).toEqual([undefined, undefined, 'Enforce']);
  });

  it('asks for nothing of a template that was wired under other names, if spec says them', () => {
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
      name: 'label',
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
      name: `annotation ${key}`,
      template: { annotations: { [key]: value } },
      paths: [`${A}[${key}]`],
      actual: [value],
    })),
    {
      name: 'OUTPUT_CERTS',
      template: {
        annotations: {
          'proxy.istio.io/config': 'proxyMetadata: {OUTPUT_CERTS: /x}\nholdApplicationUntilProxyStarts: true',
        },
      },
      paths: [`${A}[proxy.istio.io/config].proxyMetadata.OUTPUT_CERTS`],
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
      paths: [`${A}[proxy.istio.io/config].holdApplicationUntilProxyStarts`],
      actual: ['false'],
    },
    {
      name: 'userVolumeMount',
      template: {
        annotations: { 'sidecar.istio.io/userVolumeMount': '{"istio-output-certs":{"mountPath":"/x"}}' },
      },
      paths: [`${A}[sidecar.istio.io/userVolumeMount][istio-output-certs].mountPath`],
      actual: ['/x'],
    },
    {
      name: 'userVolumeMount that is read-only, where the proxy could not write',
      template: {
        annotations: {
          'sidecar.istio.io/userVolumeMount':
            '{"istio-output-certs":{"mountPath":"/etc/istio-output-certs","readOnly":true}}',
        },
      },
      paths: [`${A}[sidecar.istio.io/userVolumeMount][istio-output-certs].mountPath`],
      actual: ['/etc/istio-output-certs (readOnly)'],
    },
    {
      name: 'volume',
      template: { volumes: [], mounts: [WIRED_MOUNT] },
      paths: ['spec.template.spec.volumes[name=istio-output-certs].emptyDir.medium'],
      actual: [undefined],
    },
    {
      name: 'mount',
      template: { mounts: [] },
      paths: [`${MOUNT}.name`, `${MOUNT}.readOnly`],
      actual: [undefined, undefined],
    },
    {
      name: 'readOnly of the mount',
      template: { mounts: [{ name: 'istio-output-certs', mountPath: '/etc/prom-certs' }] },
      paths: [`${MOUNT}.readOnly`],
      actual: ['false'],
    },
  ];
  it.each(single)('sees a wrong $name and writes it', ({ template, paths, actual }) => {
    const plan = evaluate(wired(template));
    expect(differing(plan)).toEqual(paths);
    expect(plan.fields.filter(differs).map((field) => field.actual)).toEqual(actual);
    expect(plan.refusal).toBeUndefined();
    expect(applied(plan).reason).toBe(
      `Wire istio-proxy into the pod template: ${paths.length} of 13 fields differ`,
    );
  });

  it('asks for the revision label in place of the inject label', () => {
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

  it('merges into the annotations that stand there', () => {
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
    const of = statefulSet({ containers: [{ name: 'server' }] });
    const plan = evaluate(of, scrape({ workload: { container: 'server' } }));
    expect(plan.fields.at(-1)?.path).toBe(
      'spec.template.spec.containers[name=server].volumeMounts[mountPath=/etc/prom-certs].readOnly',
    );
    expect(applied(plan).body).toMatchObject({
      spec: { template: { spec: { containers: [{ name: 'server' }] } } },
    });
  });
});

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

describe('refusals of planWorkload', () => {
  const rows: { name: string; template: WorkloadOptions; reason: string; says: string }[] = [
    {
      name: 'the volume name with a secret (the article)',
      template: { volumes: [{ name: 'istio-output-certs', secret: { secretName: 'istio.default' } }] },
      reason: 'VolumeNameTaken',
      says: 'the pod template already declares volume istio-output-certs from secret: set spec.certificates.volumeName to a free name',
    },
    {
      name: 'the volume name with an emptyDir on disk that we never made',
      template: { volumes: [{ name: 'istio-output-certs', emptyDir: {} }] },
      reason: 'VolumeNameTaken',
      says: 'the pod template already declares volume istio-output-certs from an emptyDir on disk: set spec.certificates.volumeName to a free name',
    },
    {
      name: 'the volume name in sidecar.istio.io/userVolume, from another source',
      template: {
        annotations: {
          'sidecar.istio.io/userVolume': '{"istio-output-certs":{"secret":{"secretName":"x"}}}',
        },
      },
      reason: 'VolumeNameTaken',
      says: 'annotation sidecar.istio.io/userVolume declares istio-output-certs from another source: set spec.certificates.volumeName to a free name',
    },
    {
      name: 'a sidecar.istio.io/userVolume that cannot be read',
      template: { annotations: { 'sidecar.istio.io/userVolume': '{' } },
      reason: 'AnnotationNotMergeable',
      says: 'annotation sidecar.istio.io/userVolume of the pod template cannot be read: ',
    },
    ...(
      [
        ['at', '/etc/prom-certs'],
        ['at (with a trailing slash)', '/etc/prom-certs/'],
        ['below', '/etc/prom-certs/old'],
        ['above', '/etc'],
        ['above, the root', '/'],
      ] as const
    ).map(([where, mountPath]) => ({
      name: `a mount ${where} the mount path`,
      template: { mounts: [{ name: 'data', mountPath }] },
      reason: 'MountPathTaken',
      says: `container prometheus already mounts volume data at ${mountPath}, which is at, below or above /etc/prom-certs: set spec.certificates.mountPath to a free directory`,
    })),
    {
      name: 'our own volume under a path with a trailing slash',
      template: {
        volumes: [WIRED_VOLUME],
        mounts: [{ name: 'istio-output-certs', mountPath: '/etc/prom-certs/' }],
      },
      reason: 'MountPathTaken',
      says: 'container prometheus already mounts volume istio-output-certs at /etc/prom-certs/, which',
    },
    {
      name: 'a proxy.istio.io/config that is no YAML',
      template: { annotations: { 'proxy.istio.io/config': '{{ .Values.proxy }}' } },
      reason: 'AnnotationNotMergeable',
      says: 'annotation proxy.istio.io/config of the pod template cannot be merged: ',
    },
    {
      name: 'a userVolumeMount that is no JSON',
      template: { annotations: { 'sidecar.istio.io/userVolumeMount': 'certs:/etc' } },
      reason: 'AnnotationNotMergeable',
      says: 'annotation sidecar.istio.io/userVolumeMount of the pod template cannot be merged: ',
    },
  ];
  it.each(rows)('refuses $name and writes nothing', ({ template, reason, says }) => {
    const plan = evaluate(statefulSet(template));
    expect(plan.refusal).toMatchObject({ reason, stalled: true });
    expect(plan.refusal?.message).toContain(says);
    expect(plan.action).toBeUndefined();
    expect(plan.fields).toHaveLength(13);
  });

  it.each([
    { name: 'a neighbour with a common prefix', mountPath: '/etc/prom-certs2' },
    { name: 'a sibling', mountPath: '/etc/prometheus-data' },
  ])('does not mind $name', ({ mountPath }) => {
    expect(evaluate(statefulSet({ mounts: [{ name: 'data', mountPath }] })).refusal).toBeUndefined();
  });

  it('does not mind a userVolume that declares our memory volume too', () => {
    const of = statefulSet({
      annotations: {
        'sidecar.istio.io/userVolume': '{"istio-output-certs":{"emptyDir":{"medium":"Memory"}}}',
      },
    });
    expect(evaluate(of).refusal).toBeUndefined();
  });

  it('puts right a volume on disk that was memory when we applied it', () => {
    const of = wired({
      metadata: {
        managedFields: [
          entry(
            MANAGER,
            OUR_FIELDS.filter((path) => !path.includes('emptyDir')),
          ),
        ],
      },
      volumes: [{ name: 'istio-output-certs', emptyDir: {} }],
    });
    const status = { lastInSync: { workload: fingerprint(evaluate(wired()).fields) } };
    const plan = evaluate(of, scrape({}, { status }));
    expect([plan.refusal, differing(plan)]).toEqual([
      undefined,
      ['spec.template.spec.volumes[name=istio-output-certs].emptyDir.medium'],
    ]);
    expect(applied(plan).forceable).toContain(
      '.spec.template.spec.volumes[name="istio-output-certs"].emptyDir',
    );
  });

  it('puts right a mount of another volume at the place that we applied', () => {
    const status = { lastInSync: { workload: fingerprint(evaluate(wired()).fields) } };
    const of = wired({
      metadata: {
        managedFields: [
          entry(
            MANAGER,
            OUR_FIELDS.filter((path) => !path.endsWith(`${MOUNT_FIELDS}\nf:name`)),
          ),
        ],
      },
      mounts: [{ name: 'config', mountPath: '/etc/prom-certs', readOnly: true }],
    });
    const plan = evaluate(of, scrape({}, { status }));
    expect([plan.refusal, differing(plan)]).toEqual([undefined, [`${MOUNT}.name`]]);
  });
});

describe('pending or drift', () => {
  const seen = { lastInSync: { workload: fingerprint(evaluate(wired()).fields) } };
  const wrong = { labels: { 'sidecar.istio.io/inject': 'false' } };
  const ours = { managedFields: [entry(MANAGER, OUR_FIELDS)] };
  const rows = [
    { name: 'never seen, not ours: pending', metadata: {}, status: undefined, drift: false },
    { name: 'seen in sync with the same leaves: drift', metadata: {}, status: seen, drift: true },
    { name: 'status lost, held by our manager: drift', metadata: ours, status: {}, drift: true },
    {
      name: 'status lost, held by somebody else: pending',
      metadata: { managedFields: [entry('helm', OUR_FIELDS)] },
      status: {},
      drift: false,
    },
    {
      name: 'seen in sync with other leaves: pending, though our manager holds the field',
      metadata: ours,
      status: { lastInSync: { workload: 'another' } },
      drift: false,
    },
  ];
  it.each(rows)('$name', ({ metadata, status, drift }) => {
    const plan = evaluate(wired({ ...wrong, metadata }), scrape({}, status === undefined ? {} : { status }));
    expect(plan.fields.filter(differs).map(({ wasInSync }) => wasInSync)).toEqual([drift]);
  });

  it('counts a wish that spec changed as pending, not as drift', () => {
    const resource = scrape({ certificates: { outputDirectory: '/etc/new' } }, { status: seen });
    const plan = evaluate(wired({ metadata: ours }), resource);
    expect(plan.fields.filter(differs).map(({ path, wasInSync }) => [path, wasInSync])).toEqual([
      [`${A}[proxy.istio.io/config].proxyMetadata.OUTPUT_CERTS`, false],
      [`${A}[sidecar.istio.io/userVolumeMount][istio-output-certs].mountPath`, false],
    ]);
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

describe('mode of the workload part', () => {
  const rows = [
    { name: 'Auto', spec: {}, mode: 'Enforce' },
    { name: 'mode Observe', spec: { mode: 'Observe' as const }, mode: 'Observe' },
    { name: 'suspend', spec: { suspend: true }, mode: 'Observe' },
    { name: 'manage Observe', spec: { manage: { workload: 'Observe' as const } }, mode: 'Observe' },
    {
      name: 'manage Enforce under mode Observe',
      spec: { mode: 'Observe' as const, manage: { workload: 'Enforce' as const } },
      mode: 'Observe',
    },
    {
      name: 'manage Ignore under suspend',
      spec: { suspend: true, manage: { workload: 'Ignore' as const } },
      mode: 'Ignore',
    },
  ];
  it.each(rows)('$name is $mode', ({ spec, mode }) => {
    expect(evaluate(statefulSet(), scrape(spec)).mode).toBe(mode);
  });
});

it('wires what WIRED_ANNOTATIONS and EMPTY_TEMPLATE_RECORD say, so that the builders stay true', () => {
  expect(applied(evaluate(statefulSet())).body).toMatchObject({
    metadata: { annotations: { [RECORD]: EMPTY_TEMPLATE_RECORD } },
    spec: { template: { metadata: { annotations: WIRED_ANNOTATIONS } } },
  });
});
