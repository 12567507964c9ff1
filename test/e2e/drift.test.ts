// One change from outside to each single owned field, on the real API server: each is corrected and counted.
import { load } from 'js-yaml';
import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../../testbed/api/kube-object.ts';
import { useTestBed } from '../support/control-plane.ts';
import { useController } from '../support/controller.ts';
import { condition, useStory, type Names } from '../support/story.ts';
import { REWRITTEN_YAML } from '../support/world.ts';

const bed = useTestBed({ kubelet: false });
useController({ kubeconfig: () => bed.kubeconfig });
const { names, becomes, converged } = useStory(bed);

const EDIT = { fieldManager: 'kubectl-edit' } as const;

interface Change {
  readonly name: string;
  readonly target: keyof Names;
  readonly patch: object;
  readonly type?: 'merge' | 'strategic' | 'json';
}

const annotation = (key: string, value: string | null): Change => ({
  name: `annotation ${key} ${value === null ? 'removed' : 'changed'}`,
  target: 'statefulSet',
  patch: { spec: { template: { metadata: { annotations: { [key]: value } } } } },
});

const CHANGES: readonly Change[] = [
  annotation('sidecar.istio.io/inject', 'false'),
  annotation('traffic.sidecar.istio.io/includeInboundPorts', '9090'),
  annotation('traffic.sidecar.istio.io/includeOutboundIPRanges', '*'),
  annotation('traffic.sidecar.istio.io/includeOutboundPorts', null),
  annotation('sidecar.istio.io/rewriteAppHTTPProbers', 'true'),
  annotation('prometheus.istio.io/merge-metrics', null),
  annotation(
    'proxy.istio.io/config',
    'proxyMetadata:\n  OUTPUT_CERTS: /elsewhere\nholdApplicationUntilProxyStarts: true\n',
  ),
  annotation('proxy.istio.io/config', 'proxyMetadata:\n  OUTPUT_CERTS: /etc/istio-output-certs\n'),
  annotation('proxy.istio.io/config', null),
  annotation('sidecar.istio.io/userVolumeMount', '{}'),
  annotation('sidecar.istio.io/userVolumeMount', '{"istio-output-certs":{"mountPath":"/other"}}'),
  {
    name: 'label changed',
    target: 'statefulSet',
    patch: { spec: { template: { metadata: { labels: { 'sidecar.istio.io/inject': 'false' } } } } },
  },
  {
    name: 'label removed',
    target: 'statefulSet',
    patch: { spec: { template: { metadata: { labels: { 'sidecar.istio.io/inject': null } } } } },
  },
  {
    name: 'volume on disk',
    target: 'statefulSet',
    type: 'strategic',
    patch: {
      spec: { template: { spec: { volumes: [{ name: 'istio-output-certs', emptyDir: { medium: '' } }] } } },
    },
  },
  {
    name: 'volume and mount removed',
    target: 'statefulSet',
    type: 'json',
    patch: [
      { op: 'test', path: '/spec/template/spec/volumes/2/name', value: 'istio-output-certs' },
      { op: 'remove', path: '/spec/template/spec/containers/0/volumeMounts/2' },
      { op: 'remove', path: '/spec/template/spec/volumes/2' },
    ],
  },
  {
    name: 'mount removed',
    target: 'statefulSet',
    type: 'json',
    patch: [
      {
        op: 'test',
        path: '/spec/template/spec/containers/0/volumeMounts/2/name',
        value: 'istio-output-certs',
      },
      { op: 'remove', path: '/spec/template/spec/containers/0/volumeMounts/2' },
    ],
  },
  {
    name: 'mount writable',
    target: 'statefulSet',
    type: 'json',
    patch: [
      {
        op: 'test',
        path: '/spec/template/spec/containers/0/volumeMounts/2/name',
        value: 'istio-output-certs',
      },
      { op: 'replace', path: '/spec/template/spec/containers/0/volumeMounts/2/readOnly', value: false },
    ],
  },
  {
    name: 'mount of another volume',
    target: 'statefulSet',
    type: 'json',
    patch: [
      {
        op: 'test',
        path: '/spec/template/spec/containers/0/volumeMounts/2/name',
        value: 'istio-output-certs',
      },
      { op: 'replace', path: '/spec/template/spec/containers/0/volumeMounts/2/name', value: 'istio-certs' },
    ],
  },
  { name: 'Sidecar egress', target: 'sidecar', patch: { spec: { egress: [{ hosts: ['*/*'] }] } } },
  {
    name: 'Sidecar selector changed',
    target: 'sidecar',
    patch: { spec: { workloadSelector: { labels: { app: 'else' } } } },
  },
  {
    name: 'Sidecar selector narrowed by a foreign label',
    target: 'sidecar',
    patch: { spec: { workloadSelector: { labels: { extra: 'yes' } } } },
  },
  {
    name: 'Sidecar foreign field',
    target: 'sidecar',
    patch: { spec: { outboundTrafficPolicy: { mode: 'REGISTRY_ONLY' } } },
  },
  {
    name: 'Sidecar label',
    target: 'sidecar',
    patch: { metadata: { labels: { 'meshscrape.dev/resource': null } } },
  },
  {
    name: 'Sidecar annotation',
    target: 'sidecar',
    patch: { metadata: { annotations: { 'meshscrape.dev/resource-uid': null } } },
  },
  {
    name: 'PeerAuthentication mode',
    target: 'peerAuthentication',
    patch: { spec: { mtls: { mode: 'STRICT' } } },
  },
  {
    name: 'PeerAuthentication selector',
    target: 'peerAuthentication',
    patch: { spec: { selector: { matchLabels: { app: 'else' } } } },
  },
  {
    name: 'PeerAuthentication foreign port',
    target: 'peerAuthentication',
    patch: { spec: { portLevelMtls: { '9090': { mode: 'STRICT' } } } },
  },
  {
    name: 'PeerAuthentication label',
    target: 'peerAuthentication',
    patch: { metadata: { labels: { 'meshscrape.dev/resource': 'someone' } } },
  },
  ...(
    [
      ['ca_file', '/etc/prom-certs/root-cert.pem', '/etc/certs/root-cert.pem'],
      ['cert_file', '/etc/prom-certs/cert-chain.pem', '/etc/certs/cert-chain.pem'],
      ['key_file', '/etc/prom-certs/key.pem', '/tmp/key.pem'],
      ['insecure_skip_verify', 'insecure_skip_verify: true', 'insecure_skip_verify: no'],
    ] as const
  ).map(([field, from, to]) => ({
    name: `config ${field}`,
    target: 'configMap' as const,
    patch: { data: { 'prometheus.yaml': REWRITTEN_YAML.replace(from, to) } },
  })),
];

/** Spec and data as their readers understand them; status and versions move on their own. */
function substance(object: KubeObject): object {
  const { labels, annotations } = object.metadata;
  const spec = structuredClone(object.spec);
  const template = spec?.template?.metadata?.annotations as Record<string, unknown> | undefined;
  // These two are documents inside an annotation: a merge keeps what is there, so spacing may differ.
  for (const key of ['proxy.istio.io/config', 'sidecar.istio.io/userVolumeMount']) {
    if (typeof template?.[key] === 'string') template[key] = load(template[key]);
  }
  return { spec, data: object.data, labels, annotations };
}

describe('drift of one field', () => {
  it('is corrected and counted, field by field', async () => {
    const all = await converged('drift', {}, { replicas: 0 });
    let detected = 0;
    const done: string[] = [];
    for (const { name, target, patch, type } of CHANGES) {
      const object = all[target];
      const before = await bed.api.get(object);
      const changed = await bed.api.patch(object, patch, { type: type ?? 'merge', ...EDIT });
      expect(substance(changed), name).not.toEqual(substance(before));
      await bed.api.waitForObject(
        object,
        (live) => {
          expect(substance(live as KubeObject)).toEqual(substance(before));
          return true;
        },
        { what: name },
      );
      const seen = await bed.api.waitForObject(
        all.resource,
        (resource) => {
          expect(condition(resource, 'Drifted')).toMatchObject({ status: 'False', reason: 'DriftCorrected' });
          expect(condition(resource, 'Ready')).toMatchObject({ status: 'True' });
          return (resource?.status?.drift.detectedTotal as number) > detected;
        },
        { what: `${name}: counted` },
      );
      detected = seen?.status.drift.detectedTotal as number;
      done.push(name);
    }
    expect(done).toHaveLength(CHANGES.length);
    expect(detected).toBeGreaterThanOrEqual(CHANGES.length);
  }, 180_000);

  it('is reported and left alone in Observe', async () => {
    await converged('reported', {}, { replicas: 0 });
    const { resource, configMap } = names('reported');
    await bed.api.patch(resource, { spec: { mode: 'Observe' } });
    await becomes('reported', 'Ready', { status: 'True' });
    const legacy = REWRITTEN_YAML.replace('/etc/prom-certs/key.pem', '/etc/certs/key.pem');
    await bed.api.patch(configMap, { data: { 'prometheus.yaml': legacy } }, EDIT);
    const seen = await becomes('reported', 'Drifted', { status: 'True', reason: 'DriftDetected' });
    expect(seen.status.drift).toMatchObject({ activeCount: 1, detectedTotal: 1 });
    expect(condition(seen, 'Ready')).toMatchObject({ status: 'False', reason: 'DriftDetected' });
    expect((await bed.api.get(configMap)).data?.['prometheus.yaml']).toBe(legacy);
  });
});
