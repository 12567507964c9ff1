import { describe, expect, it } from 'vitest';
import type { ConfigMap, StatefulSet } from '../../../src/api/kubernetes.ts';
import type { PrometheusIstioScrapeStatus } from '../../../src/api/prometheus-istio-scrape.gen.ts';
import type { PrometheusIstioScrape } from '../../../src/api/resource.ts';
import { planUndo, type UndoPlan } from '../../../src/plan/undo/undo.ts';
import { present, reads } from '../../support/answers.ts';
import { configMap } from '../../support/config-map.ts';
import { entry, OUR_FIELDS } from '../../support/managed-fields.ts';
import { owned } from '../../support/owned-objects.ts';
import { MANAGER, scrape } from '../../support/scrape.ts';
import { NOW_MS, snapshot } from '../../support/snapshot.ts';
import { EMPTY_TEMPLATE_RECORD, wired } from '../../support/stateful-set.ts';
import { PROMETHEUS_YAML, REWRITTEN_YAML } from '../../support/world.ts';

const TEMPLATE_RECORD = 'meshscrape.dev/original-template';
const CONFIG_RECORD = 'meshscrape.dev/original-tls-config';
const JOB = 'kubernetes-pods-istio-secure';
const RECORD =
  '{"prometheus":{"prometheus.yaml":{"version":1,"mountPaths":["/etc/prom-certs"],"jobs":{"kubernetes-pods-istio-secure":{"ca_file":"/etc/certs/root-cert.pem","cert_file":"\\"/etc/certs/cert-chain.pem\\"","key_file":"/etc/certs/key.pem"}}}}}';

const ours = entry(MANAGER, OUR_FIELDS);
const ourTemplate = wired({
  metadata: {
    managedFields: [entry('kubectl', ['f:spec']), ours],
    annotations: { [TEMPLATE_RECORD]: EMPTY_TEMPLATE_RECORD },
  },
});
const ourConfig = configMap(REWRITTEN_YAML, {
  metadata: { annotations: { [CONFIG_RECORD]: RECORD, other: 'x' } },
});
const policies = {
  sidecars: present([owned('Sidecar', undefined, { managedFields: [entry(MANAGER, ['f:spec'])] })]),
  peerAuthentications: present([
    owned('PeerAuthentication', undefined, { managedFields: [entry(MANAGER, ['f:spec'])] }),
  ]),
};
const STATUS: PrometheusIstioScrapeStatus = { config: { configMap: 'prometheus', key: 'prometheus.yaml' } };

interface World {
  readonly policy?: 'Retain' | 'Restore';
  readonly of?: StatefulSet;
  readonly config?: ConfigMap;
  readonly status?: PrometheusIstioScrapeStatus;
  readonly deletedAt?: string;
  /** Other resources of the namespace. */
  readonly resources?: readonly PrometheusIstioScrape[];
}

function undo({
  policy = 'Restore',
  of = ourTemplate,
  config = ourConfig,
  status = STATUS,
  deletedAt,
  resources = [],
}: World = {}): UndoPlan {
  const resource = scrape(
    { deletionPolicy: policy },
    { status, metadata: { deletionTimestamp: deletedAt ?? '2026-03-01T11:59:00Z' } },
  );
  return planUndo(
    snapshot({
      ...policies,
      resource,
      resources: [resource, ...resources],
      statefulSet: of,
      nowMs: NOW_MS,
      reads: reads({ configMaps: { prometheus: present(config) } }),
    }),
  );
}
const doing = ({ actions }: UndoPlan) => actions.map(({ kind, target }) => `${kind} ${target.kind}`);
const operations = ({ actions }: UndoPlan, index = 0) => {
  const action = actions[index];
  return action !== undefined && 'operations' in action ? action.operations : [];
};

describe('planUndo with Retain', () => {
  it('takes our entries out of managedFields and nothing else', () => {
    const config = configMap(REWRITTEN_YAML, {
      metadata: { managedFields: [entry(MANAGER, ['f:data'], { operation: 'Update' })] },
    });
    const plan = undo({ policy: 'Retain', config });
    expect(doing(plan)).toEqual([
      'ReleaseOwnership StatefulSet',
      'ReleaseOwnership Sidecar',
      'ReleaseOwnership PeerAuthentication',
      'ReleaseOwnership ConfigMap',
    ]);
    expect(plan.actions.map((_, index) => operations(plan, index).slice(1))).toEqual([
      [{ op: 'remove', path: '/metadata/managedFields/1' }],
      [{ op: 'replace', path: '/metadata/managedFields', value: [{}] }],
      [{ op: 'replace', path: '/metadata/managedFields', value: [{}] }],
      [{ op: 'replace', path: '/metadata/managedFields', value: [{}] }],
    ]);
    expect([plan.events, plan.waitMs]).toEqual([[], 0]);
  });

  it('is done where nothing is ours', () => {
    const plan = planUndo(snapshot({ resource: scrape({ deletionPolicy: 'Retain' }), statefulSet: wired() }));
    expect(plan).toEqual({ needs: [], actions: [], events: [], waitMs: 0 });
  });

  it.each([
    { name: 'the StatefulSet is gone', seen: { statefulSet: { kind: 'absent' as const } } },
    { name: 'nothing may be read', seen: { statefulSet: { kind: 'unreadable' as const, message: 'no' } } },
  ])('does not hang when $name', ({ seen }) => {
    expect(planUndo(snapshot({ resource: scrape(), ...seen })).actions).toEqual([]);
  });
});

describe('planUndo with Restore', () => {
  it('reads the ConfigMap that status names first', () => {
    const resource = scrape({ deletionPolicy: 'Restore' }, { status: STATUS });
    expect(planUndo(snapshot({ resource, reads: {} })).needs).toEqual([
      { kind: 'ConfigMap', name: 'prometheus' },
    ]);
  });

  it('puts the config back first, byte for byte, and drops its record', () => {
    const plan = undo();
    expect(doing(plan)).toEqual(['PatchObject ConfigMap']);
    expect(operations(plan)).toEqual([
      { op: 'replace', path: '/metadata/resourceVersion', value: '5' },
      { op: 'replace', path: '/data/prometheus.yaml', value: PROMETHEUS_YAML },
      { op: 'remove', path: '/metadata/annotations/meshscrape.dev~1original-tls-config' },
    ]);
    expect(plan.events).toEqual([
      {
        type: 'Warning',
        reason: 'RestoreUnverified',
        note: 'the jobs read their old files again; whether the certificate of secret istio.default is still valid could not be read',
      },
    ]);
  });

  it('keeps the record of another resource on the same ConfigMap', () => {
    const both = RECORD.replace('{"prometheus":', '{"other":{},"prometheus":');
    const config = configMap(REWRITTEN_YAML, { metadata: { annotations: { [CONFIG_RECORD]: both } } });
    expect(operations(undo({ config })).at(-1)).toEqual({
      op: 'add',
      path: '/metadata/annotations/meshscrape.dev~1original-tls-config',
      value: '{"other":{}}',
    });
  });

  it.each([
    { name: 'leaves a job that another resource reads too to that one', other: {}, restores: false },
    { name: 'restores it where the other one is gone', other: undefined, restores: true },
    {
      name: 'restores it where the other one goes as well',
      other: { metadata: { name: 'other', deletionTimestamp: '2026-03-01T11:59:00Z' } },
      restores: true,
    },
  ])('$name', ({ other, restores }) => {
    const both = JSON.stringify({ ...JSON.parse(RECORD), other: JSON.parse(RECORD).prometheus });
    const config = configMap(REWRITTEN_YAML, { metadata: { annotations: { [CONFIG_RECORD]: both } } });
    const resources = other === undefined ? [] : [scrape({}, { metadata: { name: 'other' }, ...other })];
    const plan = undo({ config, resources });
    expect(operations(plan).map(({ path }) => path)).toEqual([
      '/metadata/resourceVersion',
      ...(restores ? ['/data/prometheus.yaml'] : []),
      '/metadata/annotations/meshscrape.dev~1original-tls-config',
    ]);
    expect(plan.events.map(({ reason }) => reason)).toEqual(restores ? ['RestoreUnverified'] : []);
  });

  const restored = configMap(PROMETHEUS_YAML);
  const running = {
    ...STATUS,
    config: { configMap: 'prometheus', rewrittenJobs: [JOB] },
    workload: { pods: 1 },
  };
  it.each([
    {
      name: 'five minutes after the deletion for a reload that nobody confirms',
      status: running,
      waitMs: 240_000,
    },
    { name: 'not at all without pods', status: { ...running, workload: { pods: 0 } }, waitMs: 0 },
    { name: 'not at all where no job was rewritten', status: STATUS, waitMs: 0 },
    { name: 'no longer than that', status: running, deletedAt: '2026-03-01T11:54:59Z', waitMs: 0 },
  ])('then waits $name', ({ waitMs, ...world }) => {
    const plan = undo({ config: restored, ...world });
    expect(plan.waitMs).toBe(waitMs);
    expect(doing(plan)).toEqual(
      waitMs > 0
        ? []
        : ['PatchObject StatefulSet', 'DeleteObject Sidecar', 'DeleteObject PeerAuthentication'],
    );
  });

  const template = (of: StatefulSet) => undo({ of, config: restored });

  it('takes every leaf out of the template in one patch', () => {
    const plan = template(ourTemplate);
    const A = '/spec/template/metadata/annotations';
    expect(operations(plan)).toEqual([
      { op: 'replace', path: '/metadata/resourceVersion', value: '7' },
      { op: 'remove', path: `${A}/sidecar.istio.io~1inject` },
      { op: 'remove', path: `${A}/traffic.sidecar.istio.io~1includeInboundPorts` },
      { op: 'remove', path: `${A}/traffic.sidecar.istio.io~1includeOutboundIPRanges` },
      { op: 'remove', path: `${A}/traffic.sidecar.istio.io~1includeOutboundPorts` },
      { op: 'remove', path: `${A}/sidecar.istio.io~1rewriteAppHTTPProbers` },
      { op: 'remove', path: `${A}/prometheus.istio.io~1merge-metrics` },
      { op: 'remove', path: `${A}/proxy.istio.io~1config` },
      { op: 'remove', path: `${A}/sidecar.istio.io~1userVolumeMount` },
      { op: 'remove', path: '/spec/template/metadata/labels/sidecar.istio.io~1inject' },
      { op: 'remove', path: '/spec/template/spec/containers/0/volumeMounts/2' },
      { op: 'remove', path: '/spec/template/spec/volumes/2' },
      { op: 'remove', path: '/metadata/annotations/meshscrape.dev~1original-template' },
    ]);
    expect(plan.actions[0]).toMatchObject({ release: true, fieldManager: MANAGER });
    expect(plan.actions.slice(1)).toMatchObject([{ uid: 'uid-Sidecar' }, { uid: 'uid-PeerAuthentication' }]);
  });

  const record = (value: object) =>
    JSON.stringify({ labels: {}, annotations: {}, volume: false, mount: false, ...value });
  const withRecord = (text: string | undefined, rest: Parameters<typeof wired>[0] = {}, others = [ours]) =>
    wired({
      ...rest,
      metadata: { managedFields: others, annotations: text === undefined ? {} : { [TEMPLATE_RECORD]: text } },
    });
  const mergedConfig =
    '# ours\nconcurrency: 1\nproxyMetadata:\n  OUTPUT_CERTS: /etc/istio-output-certs\nholdApplicationUntilProxyStarts: true\n';
  const pathsOf = (plan: UndoPlan) => operations(plan).map(({ path }) => path.replace('/spec/template', '…'));

  const rows: { name: string; of: StatefulSet; has?: object[]; hasNot?: string[] }[] = [
    {
      name: 'puts the original text of a merged annotation back',
      of: withRecord(record({ annotations: { 'proxy.istio.io/config': '# ours\nconcurrency: 1\n' } }), {
        annotations: { 'proxy.istio.io/config': mergedConfig },
      }),
      has: [
        {
          op: 'replace',
          path: '/spec/template/metadata/annotations/proxy.istio.io~1config',
          value: '# ours\nconcurrency: 1\n',
        },
      ],
    },
    {
      name: 'keeps what somebody added to a merged annotation since',
      of: withRecord(EMPTY_TEMPLATE_RECORD, { annotations: { 'proxy.istio.io/config': mergedConfig } }),
      has: [
        {
          op: 'replace',
          path: '/spec/template/metadata/annotations/proxy.istio.io~1config',
          value: '# ours\nconcurrency: 1\n',
        },
      ],
    },
    {
      name: 'puts a replaced value back',
      of: withRecord(
        record({
          annotations: { 'prometheus.istio.io/merge-metrics': 'true' },
          labels: { 'sidecar.istio.io/inject': 'false' },
        }),
      ),
      has: [
        {
          op: 'replace',
          path: '/spec/template/metadata/annotations/prometheus.istio.io~1merge-metrics',
          value: 'true',
        },
        { op: 'replace', path: '/spec/template/metadata/labels/sidecar.istio.io~1inject', value: 'false' },
      ],
    },
    {
      name: 'leaves values that stood there before with the same text',
      of: withRecord(record({ labels: { 'sidecar.istio.io/inject': 'true' }, volume: true, mount: true })),
      hasNot: [
        '…/metadata/labels/sidecar.istio.io~1inject',
        '…/spec/volumes/2',
        '…/spec/containers/0/volumeMounts/2',
      ],
    },
    {
      name: 'leaves a value that somebody changed since',
      of: withRecord(EMPTY_TEMPLATE_RECORD, {
        labels: { 'sidecar.istio.io/inject': 'false' },
        annotations: { 'prometheus.istio.io/merge-metrics': 'true', 'proxy.istio.io/config': '{{' },
      }),
      hasNot: [
        '…/metadata/labels/sidecar.istio.io~1inject',
        '…/metadata/annotations/prometheus.istio.io~1merge-metrics',
        '…/metadata/annotations/proxy.istio.io~1config',
      ],
    },
    {
      name: 'leaves what somebody else applies in a manifest: annotation, label, volume and mount',
      of: withRecord(EMPTY_TEMPLATE_RECORD, {}, [ours, entry('argocd', OUR_FIELDS)]),
      hasNot: [
        '…/metadata/annotations/sidecar.istio.io~1inject',
        '…/metadata/annotations/proxy.istio.io~1config',
        '…/metadata/labels/sidecar.istio.io~1inject',
        '…/spec/volumes/2',
        '…/spec/containers/0/volumeMounts/2',
      ],
    },
    {
      name: 'takes out what client-side apply or a first apply co-owns',
      of: withRecord(EMPTY_TEMPLATE_RECORD, {}, [
        ours,
        entry('kubectl-client-side-apply', OUR_FIELDS, { operation: 'Update' }),
        entry('before-first-apply', OUR_FIELDS, { operation: 'Update' }),
      ]),
      has: [{ op: 'remove', path: '/spec/template/spec/volumes/2' }],
    },
    {
      name: 'keeps the volume that another container came to mount',
      of: withRecord(EMPTY_TEMPLATE_RECORD, {
        containers: [{ name: 'helper', volumeMounts: [{ name: 'istio-output-certs', mountPath: '/c' }] }],
      }),
      has: [{ op: 'remove', path: '/spec/template/spec/containers/0/volumeMounts/2' }],
      hasNot: ['…/spec/volumes/2'],
    },
  ];
  it.each(rows)('$name', ({ of, has = [], hasNot = [] }) => {
    const plan = template(of);
    expect(operations(plan)).toEqual(expect.arrayContaining(has));
    expect(pathsOf(plan).filter((path) => hasNot.includes(path))).toEqual([]);
    expect(operations(plan).length).toBeGreaterThan(1);
  });

  it.each([
    { name: 'lost', of: withRecord(undefined), left: [] },
    {
      name: 'not readable',
      of: withRecord('{'),
      left: [{ op: 'remove', path: '/metadata/annotations/meshscrape.dev~1original-template' }],
    },
  ])('leaves the template of a record that is $name, and says so', ({ of, left }) => {
    const plan = template(of);
    expect(operations(plan).slice(1)).toEqual(left);
    expect(plan.events).toEqual([
      {
        type: 'Warning',
        reason: 'RestoreIncomplete',
        note: 'annotation meshscrape.dev/original-template of StatefulSet prometheus is lost: its pod template is left as it is',
      },
    ]);
  });

  it('leaves a template that we never wrote', () => {
    expect(doing(template(wired()))).toEqual(['DeleteObject Sidecar', 'DeleteObject PeerAuthentication']);
  });

  it('never deletes an object of our name that somebody else made', () => {
    const foreign = { labels: {}, annotations: {} };
    const plan = planUndo(
      snapshot({
        resource: scrape({ deletionPolicy: 'Restore' }),
        sidecars: present([owned('Sidecar', undefined, foreign)]),
        peerAuthentications: present([owned('PeerAuthentication', undefined, { name: 'else' })]),
      }),
    );
    expect(plan.actions).toEqual([]);
  });

  const events = (config: ConfigMap) => undo({ config }).events.map(({ reason, note }) => [reason, note]);
  it('says which key is gone', () => {
    expect(
      events(configMap('', { data: {}, metadata: { annotations: { [CONFIG_RECORD]: RECORD } } }))[0],
    ).toEqual(['RestoreIncomplete', 'left as it is: key prometheus.yaml of ConfigMap prometheus is gone']);
  });

  it('says that a file cannot be edited', () => {
    const [first] = events(configMap('a: [', { metadata: { annotations: { [CONFIG_RECORD]: RECORD } } }));
    expect(first?.[0]).toBe('RestoreIncomplete');
    expect(first?.[1]).toMatch(/^left as it is: prometheus\.yaml cannot be edited: /);
  });

  it('says that the config record is lost, and keeps the wiring that the jobs still need', () => {
    const plan = undo({
      config: configMap(REWRITTEN_YAML, { metadata: { annotations: { [CONFIG_RECORD]: '{' } } }),
    });
    expect(plan.events.map(({ note }) => note)).toEqual([
      'left as it is: the record in ConfigMap prometheus cannot be read',
      'left as it is: ConfigMap prometheus still names files in /etc/prom-certs, so the wiring stays; take it out by hand once no job needs it',
    ]);
    expect(new Set(plan.actions.map(({ kind }) => kind))).toEqual(new Set(['ReleaseOwnership']));
  });

  it('keeps the wiring where the ConfigMap cannot be read: its jobs may name the files', () => {
    const resource = scrape({ deletionPolicy: 'Restore' }, { status: STATUS });
    const configMaps = { prometheus: { kind: 'unreadable' as const, message: 'cannot get configmaps' } };
    const plan = planUndo(
      snapshot({ ...policies, resource, statefulSet: ourTemplate, reads: reads({ configMaps }) }),
    );
    expect(new Set(plan.actions.map(({ kind }) => kind))).toEqual(new Set(['ReleaseOwnership']));
    expect(plan.events).toEqual([
      {
        type: 'Warning',
        reason: 'RestoreIncomplete',
        note: 'left as it is: ConfigMap prometheus cannot be read, and its jobs may need the wiring: cannot get configmaps',
      },
    ]);
  });
});
