// Advice about wiring by hand that works and is not as good as it could be, and about proxies.
import type { FindingCode } from '../../../../src/api/findings.ts';
import type { StatefulSet } from '../../../../src/api/kubernetes.ts';
import { present } from '../../../support/answers.ts';
import { configMap } from '../../../support/config-map.ts';
import { owned } from '../../../support/owned-objects.ts';
import type { PodOptions } from '../../../support/pod.ts';
import { podOf } from '../../../support/pod.ts';
import type { SnapshotOptions } from '../../../support/snapshot.ts';
import { REWRITTEN_YAML } from '../../../support/world.ts';
import {
  annotations,
  container,
  labels,
  prometheusYaml,
  resource,
  template,
  type Change,
} from '../changes.ts';
import type { Advice, AdviceRow } from '../row.ts';
import { carefullyWired, handWorld } from '../worlds.ts';

const CONFIG = 'proxy.istio.io/config';
const MOUNTS = 'sidecar.istio.io/userVolumeMount';
const INBOUND = 'traffic.sidecar.istio.io/includeInboundPorts';
const OUTBOUND = 'traffic.sidecar.istio.io/includeOutboundIPRanges';

const config = (directory: string, more = 'holdApplicationUntilProxyStarts: true\n'): string =>
  `proxyMetadata:\n  OUTPUT_CERTS: ${directory}\n${more}`;
const written = (name: string, mountPath: string): string => JSON.stringify([{ name, mountPath }]);
const annotated = (texts: Readonly<Record<string, string>>): StatefulSet =>
  carefullyWired({ options: { annotations: texts } });

interface Lacking {
  readonly code: FindingCode;
  readonly of: StatefulSet;
  readonly words: string;
  readonly change: Change;
  readonly config?: string;
}

function lacking({ code, of, words, change, config: text }: Lacking): AdviceRow {
  const configMaps = { prometheus: present(configMap(text)) };
  const name = `the wiring shows ${code}`;
  const seen = handWorld(of, text === undefined ? {} : { configMaps });
  return { code, name, seen, advice: [{ words, change }] };
}

const volume = (name: string): Change =>
  template((given) => {
    const moved = container('prometheus', (each) => ({
      ...each,
      volumeMounts: (each.volumeMounts ?? []).map((mount) =>
        mount.mountPath === '/etc/own-certs' ? { ...mount, name } : mount,
      ),
    }))(annotations({ [MOUNTS]: written(name, '/etc/own-out') })(given));
    const others = (moved.spec.volumes ?? []).filter(
      (each) => each.emptyDir === undefined && each.name !== name,
    );
    const volumes = [...others, { name, emptyDir: { medium: 'Memory' } }];
    return { ...moved, spec: { ...moved.spec, volumes } };
  });

/** Adopted wiring whose pods show an istio-proxy of that kind. */
function proxied(of: StatefulSet, options: PodOptions = {}): SnapshotOptions {
  const pods = [podOf(of, options)];
  return handWorld(of, { pods });
}
const variable = (text: string): StatefulSet =>
  annotated({ [CONFIG]: config('/etc/own-out', `  ${text}\nholdApplicationUntilProxyStarts: true\n`) });
const without = (options: PodOptions = {}): Change =>
  template(annotations({ [CONFIG]: config('/etc/own-out') }), options);
const shows = (
  code: AdviceRow['code'],
  seen: SnapshotOptions,
  ...advice: [Advice, ...Advice[]]
): AdviceRow => ({
  code,
  name: `a proxy shows ${code}`,
  seen,
  advice,
});
const UPGRADE: Advice = { words: 'or upgrade Istio', change: 'Istio is upgraded outside of what is seen' };
const OLD = { proxyImage: 'docker.io/istio/proxyv2:1.11.8' };
const LATER = { proxyImage: 'docker.io/istio/proxyv2:1.13.9' };
const trust = resource(({ certificates }) => ({ certificates: { ...certificates, trustReadiness: true } }));
const asUser = template(
  container('prometheus', (each) => ({ ...each, securityContext: { runAsUser: 1337 } })),
  { proxyImage: 'docker.io/istio/proxyv2:1.9.2' },
);
const probed = annotated({ 'sidecar.istio.io/rewriteAppHTTPProbers': '' });
const withProbe = container('prometheus', (each) => ({
  ...each,
  readinessProbe: { httpGet: { path: '/-/ready', port: 9090 } },
}));
const elsewhere = REWRITTEN_YAML.replaceAll('/etc/prom-certs/', '/etc/nowhere/');

const DECLARED = 'Declare it as an emptyDir with medium: Memory';
const mounted = template(
  container('prometheus', (each) => ({
    ...each,
    volumeMounts: [...(each.volumeMounts ?? []), { name: 'own-certs', mountPath: '/etc/own-certs' }],
  })),
);
const DISABLE = { selector: { matchLabels: { app: 'prometheus' } }, mtls: { mode: 'DISABLE' } };
const policy: Change = {
  of: ['PeerAuthentication/added'],
  make: (seen) => ({
    ...seen,
    peerAuthentications: present([owned('PeerAuthentication', DISABLE, { name: 'added' })]),
  }),
};
const ambient = carefullyWired({ options: { labels: { 'istio.io/dataplane-mode': 'ambient' } } });

export const FINDING_ADVICE: readonly AdviceRow[] = [
  lacking({
    code: 'OutputDirectoryNotMounted',
    of: carefullyWired({ proxyMount: '/elsewhere' }),
    words: 'Mount the volume at /etc/own-out',
    change: template(annotations({ [MOUNTS]: written('own-certs', '/etc/own-out') })),
  }),
  lacking({
    code: 'OutputDirectoryReadOnly',
    of: carefullyWired({ proxyReadOnly: true }),
    words: 'Remove readOnly there',
    change: template(annotations({ [MOUNTS]: written('own-certs', '/etc/own-out') })),
  }),
  lacking({
    code: 'OutputVolumeUndeclared',
    of: carefullyWired({ volume: { name: 'own-certs' } }),
    words: DECLARED,
    change: volume('own-certs'),
  }),
  lacking({
    code: 'OutputVolumeNotShared',
    of: carefullyWired({ mounts: [] }),
    words: 'Mount it there, read-only',
    change: mounted,
  }),
  lacking({
    code: 'ProxyConfigKeyIgnored',
    of: annotated({ [CONFIG]: `${config('/etc/own-out')}OUTPUT_CERT: /x\n` }),
    words: 'write OUTPUT_CERT below proxyMetadata',
    change: without(),
  }),
  {
    code: 'PeerAuthenticationMissing',
    name: 'adopted wiring has no policy',
    seen: { ...handWorld(carefullyWired()), peerAuthentications: present([]) },
    advice: [{ words: `add a PeerAuthentication with spec ${JSON.stringify(DISABLE)}`, change: policy }],
  },
  shows(
    'AmbientMesh',
    proxied(ambient),
    {
      words: 'Scrape with scheme http and delete this resource',
      change: 'there is no resource then of which anything could be said',
    },
    {
      words: 'or take the pods out of ambient',
      change: template(labels({ 'istio.io/dataplane-mode': undefined }), {}),
    },
  ),
  lacking({
    code: 'OutputDirectoryIsInput',
    of: carefullyWired({ output: '/etc/certs' }),
    words: 'Write to a directory of its own, such as /etc/istio-output-certs',
    change: template(
      annotations({
        [CONFIG]: config('/etc/istio-output-certs'),
        [MOUNTS]: written('own-certs', '/etc/istio-output-certs'),
      }),
    ),
  }),
  lacking({
    code: 'OutputVolumeOnDisk',
    of: carefullyWired({ volume: { name: 'own-certs', emptyDir: {} } }),
    words: 'Use an emptyDir with medium: Memory',
    change: volume('own-certs'),
  }),
  lacking({
    code: 'VolumeNameOfInjector',
    of: carefullyWired({ volume: { name: 'istio-envoy', emptyDir: { medium: 'Memory' } } }),
    words: 'Give it another name',
    change: volume('own-certs'),
  }),
  lacking({
    code: 'TlsFilesElsewhere',
    of: carefullyWired(),
    config: elsewhere,
    words: 'They are in /etc/own-certs',
    change: prometheusYaml((text) => text.replaceAll('/etc/nowhere/', '/etc/own-certs/')),
  }),
  lacking({
    code: 'HoldMissing',
    of: annotated({ [CONFIG]: config('/etc/own-out', '') }),
    words: 'Set holdApplicationUntilProxyStarts: true in annotation proxy.istio.io/config',
    change: template(annotations({ [CONFIG]: config('/etc/own-out') })),
  }),
  lacking({
    code: 'InterceptionOn',
    of: annotated({ [INBOUND]: '*', [OUTBOUND]: '*' }),
    words: `set ${INBOUND} and ${OUTBOUND} to the empty string`,
    change: template(annotations({ [INBOUND]: '', [OUTBOUND]: '' })),
  }),
  lacking({
    code: 'MetricsMerged',
    of: annotated({ 'prometheus.istio.io/merge-metrics': 'true' }),
    words: 'Set prometheus.istio.io/merge-metrics to "false"',
    change: template(annotations({ 'prometheus.istio.io/merge-metrics': 'false' })),
  }),
  lacking({
    code: 'ProbesRewritten',
    of: { ...probed, spec: { ...probed.spec, template: withProbe(probed.spec.template) } },
    words: 'Set sidecar.istio.io/rewriteAppHTTPProbers to "false"',
    change: template(annotations({ 'sidecar.istio.io/rewriteAppHTTPProbers': 'false' })),
  }),
  lacking({
    code: 'CapturePortsIgnored',
    of: variable("INBOUND_CAPTURE_PORTS: ''"),
    words: 'proxyMetadata.INBOUND_CAPTURE_PORTS has no effect',
    change: without(),
  }),
  shows(
    'FilesUnreadable',
    proxied(carefullyWired(), { proxyImage: 'docker.io/istio/proxyv2:1.9.2' }),
    { words: 'Run Prometheus as user 1337 (securityContext.runAsUser)', change: asUser },
    UPGRADE,
  ),
  shows(
    'ReadinessProvesNothing',
    proxied(carefullyWired(), OLD),
    { words: 'Check the files in every pod, then set spec.certificates.trustReadiness', change: trust },
    UPGRADE,
  ),
  shows(
    'NeverRenewedWithoutEnvoy',
    proxied(variable('DISABLE_ENVOY: "true"'), OLD),
    { words: 'Take DISABLE_ENVOY out of proxyMetadata', change: without(OLD) },
    UPGRADE,
  ),
  shows(
    'CertificatesFromSocket',
    proxied(variable('WORKLOAD_IDENTITY_SOCKET_FILE: spire.sock')),
    { words: 'Take the socket away from these pods', change: without() },
    {
      words: 'or let a helper of that agent write the files',
      change: 'the proxy stays as it is, and what it shows',
    },
  ),
  shows(
    'CertificatesFromFiles',
    proxied(variable('FILE_MOUNTED_CERTS: "true"')),
    { words: 'Let the proxy of these pods ask istiod', change: without() },
    {
      words: 'or point the jobs at the mounted files',
      change: 'the proxy stays as it is, and what it shows',
    },
  ),
  shows('ProofImpossible', proxied(carefullyWired(), OLD), {
    words: 'check the files, then set spec.certificates.trustReadiness',
    change: trust,
  }),
  shows(
    'ProofImpossible',
    proxied(variable('DISABLE_ENVOY: "true"'), LATER),
    { words: 'take DISABLE_ENVOY away', change: without(LATER) },
    UPGRADE,
  ),
];
