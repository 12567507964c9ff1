import { describe, expect, it } from 'vitest';
import type { StatefulSet } from '../../../src/api/kubernetes.ts';
import type { UndoPlan } from '../../../src/plan/undo/undo.ts';
import { configMap } from '../../support/config-map.ts';
import { entry, MOUNT_FIELDS, OUR_FIELDS, VOLUME_FIELDS } from '../../support/managed-fields.ts';
import { MANAGER } from '../../support/scrape.ts';
import { EMPTY_TEMPLATE_RECORD, wired } from '../../support/stateful-set.ts';
import { PROMETHEUS_YAML } from '../../support/world.ts';
import { doing, operations, ours, ourTemplate, TEMPLATE_RECORD, undo } from './world.ts';

describe('undoTemplate', () => {
  const restored = configMap(PROMETHEUS_YAML);
  const template = (of: StatefulSet) => undo({ of, config: restored });

  it('takes every field out of the template in one patch', () => {
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
    expect(plan.actions[0]).toMatchObject({ release: true, gates: true, fieldManager: MANAGER });
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
      name: 'restores the original text of a merged annotation',
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
      name: 'keeps what was added to a merged annotation since',
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
      name: 'restores a replaced value',
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
      name: 'leaves values that were set before with the same text',
      of: withRecord(record({ labels: { 'sidecar.istio.io/inject': 'true' }, volume: true, mount: true })),
      hasNot: [
        '…/metadata/labels/sidecar.istio.io~1inject',
        '…/spec/volumes/2',
        '…/spec/containers/0/volumeMounts/2',
      ],
    },
    {
      name: 'leaves a value that was changed since',
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
      name: 'leaves what another manager applies: annotation, label, volume and mount',
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
      name: 'leaves a volume that was there before, and takes the mount out',
      of: withRecord(record({ volume: true })),
      has: [{ op: 'remove', path: '/spec/template/spec/containers/0/volumeMounts/2' }],
      hasNot: ['…/spec/volumes/2'],
    },
    {
      name: 'leaves a mount that was there before, and the volume for its sake',
      of: withRecord(record({ mount: true })),
      hasNot: ['…/spec/volumes/2', '…/spec/containers/0/volumeMounts/2'],
    },
    {
      name: 'leaves a volume that another manager applies, and takes the mount out',
      of: withRecord(EMPTY_TEMPLATE_RECORD, {}, [ours, entry('argocd', [VOLUME_FIELDS])]),
      has: [{ op: 'remove', path: '/spec/template/spec/containers/0/volumeMounts/2' }],
      hasNot: ['…/spec/volumes/2'],
    },
    {
      name: 'leaves a mount that another manager applies, and the volume for its sake',
      of: withRecord(EMPTY_TEMPLATE_RECORD, {}, [ours, entry('argocd', [MOUNT_FIELDS])]),
      hasNot: ['…/spec/volumes/2', '…/spec/containers/0/volumeMounts/2'],
    },
    {
      name: 'leaves the mount of another volume at our path',
      of: withRecord(EMPTY_TEMPLATE_RECORD, { mounts: [{ name: 'config', mountPath: '/etc/prom-certs' }] }),
      has: [{ op: 'remove', path: '/spec/template/spec/volumes/2' }],
      hasNot: ['…/spec/containers/0/volumeMounts/2'],
    },
    {
      name: 'leaves the mount of our volume at another path, and the volume for its sake',
      of: withRecord(EMPTY_TEMPLATE_RECORD, {
        mounts: [{ name: 'istio-output-certs', mountPath: '/elsewhere' }],
      }),
      hasNot: ['…/spec/volumes/2', '…/spec/containers/0/volumeMounts/2'],
    },
    {
      name: 'takes the volume out where the mount was taken out by hand',
      of: withRecord(EMPTY_TEMPLATE_RECORD, { mounts: [] }),
      has: [{ op: 'remove', path: '/spec/template/spec/volumes/2' }],
      hasNot: ['…/spec/containers/0/volumeMounts/2'],
    },
    {
      name: 'takes the mount out where the volume was taken out by hand',
      of: withRecord(EMPTY_TEMPLATE_RECORD, { volumes: [] }),
      has: [{ op: 'remove', path: '/spec/template/spec/containers/0/volumeMounts/2' }],
      hasNot: ['…/spec/volumes/2'],
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

  it('keeps the volume that an init container came to mount', () => {
    const of = withRecord(EMPTY_TEMPLATE_RECORD);
    const { template: pod } = of.spec;
    const initContainers = [
      { name: 'init', volumeMounts: [{ name: 'istio-output-certs', mountPath: '/c' }] },
    ];
    const spec = { ...of.spec, template: { ...pod, spec: { ...pod.spec, initContainers } } };
    const paths = pathsOf(template({ ...of, spec }));
    expect(paths).toContain('…/spec/containers/0/volumeMounts/2');
    expect(paths).not.toContain('…/spec/volumes/2');
  });

  const updated = entry(MANAGER, OUR_FIELDS, { operation: 'Update' });
  it.each([
    {
      name: 'only gives up ownership where its last patch has taken everything out',
      of: withRecord(undefined, {}, [entry('argocd', OUR_FIELDS), updated]),
      does: 'ReleaseOwnership StatefulSet',
    },
    {
      name: 'only gives up ownership where it applied nothing to the template',
      of: withRecord(undefined, {}, [entry('kubectl', ['f:spec']), entry(MANAGER, ['f:metadata'])]),
      does: 'ReleaseOwnership StatefulSet',
    },
    {
      name: 'takes the fields out where the record exists and its own entry was lost to an update',
      of: withRecord(EMPTY_TEMPLATE_RECORD, {}, [entry('kubectl', ['f:spec']), updated]),
      does: 'PatchObject StatefulSet',
    },
  ])('$name', ({ of, does }) => {
    const plan = template(of);
    expect([doing(plan)[0], plan.events]).toEqual([does, []]);
  });

  it('leaves a template that it never wrote', () => {
    expect(doing(template(wired()))).toEqual(['DeleteObject Sidecar', 'DeleteObject PeerAuthentication']);
  });
});
