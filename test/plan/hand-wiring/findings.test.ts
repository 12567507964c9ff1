import { loadAll } from 'js-yaml';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

import type { StatefulSet, Volume } from '../../../src/api/kubernetes.ts';
import type { NamedFile } from '../../../src/edit/prometheus-yaml/jobs/named-files.ts';
import { assessHandWiring } from '../../../src/plan/hand-wiring/findings.ts';
import { subject } from '../../support/snapshot.ts';
import {
  statefulSet,
  wired,
  WIRED_MOUNT,
  WIRED_VOLUME,
  type WorkloadOptions,
} from '../../support/stateful-set.ts';

function codes(of: StatefulSet, files: readonly NamedFile[] = []): readonly string[] {
  return assessHandWiring({ ...subject({ statefulSet: of }), files }).findings.map(({ code }) => code);
}

const config = (outputCerts: string, more = ''): object => ({
  'proxy.istio.io/config': `holdApplicationUntilProxyStarts: true\nproxyMetadata:\n  OUTPUT_CERTS: ${outputCerts}\n${more}`,
});
const mounted = (name: string, mountPath: string, more: object = {}): object => ({
  'sidecar.istio.io/userVolumeMount': JSON.stringify([{ name, mountPath, ...more }]),
});
const inJob = (file: string, job = 'mesh'): NamedFile => ({ path: `scrape_configs[${job}]`, file });
const output = (volume: Volume, mount = { ...WIRED_MOUNT, name: volume.name }): WorkloadOptions => ({
  annotations: { ...mounted(volume.name, '/etc/istio-output-certs') },
  volumes: [volume],
  mounts: [mount],
});

/** The wiring that meshscrape makes, with annotations laid over. */
const annotated = (...parts: readonly object[]): WorkloadOptions => ({
  annotations: Object.assign({}, ...parts) as Record<string, string>,
});

describe('assessHandWiring', () => {
  it.each([
    { name: 'a legacy template', of: statefulSet() },
    { name: 'the template that meshscrape writes', of: wired() },
    {
      name: 'annotations that cannot be read, which are refused elsewhere',
      of: wired(annotated({ 'sidecar.istio.io/userVolumeMount': 'nonsense' })),
    },
    { name: 'OUTPUT_CERTS without a value', of: wired(annotated(config("''"))) },
  ])('has nothing to say about $name', ({ of }) => {
    expect(codes(of, [inJob('/etc/prom-certs/key.pem')])).toEqual([]);
  });

  it.each(['minimal', 'observe', 'legacy-prometheus', 'recipe-by-hand'])(
    'has nothing to say about examples/%s.yaml',
    (name) => {
      const text = readFileSync(new URL(`../../../examples/${name}.yaml`, import.meta.url), 'utf8');
      const sets = (loadAll(text) as StatefulSet[]).filter(({ kind }) => kind === 'StatefulSet');
      expect(sets.flatMap((of) => codes(of, [inJob('/etc/prom-certs/key.pem')]))).toEqual([]);
    },
  );

  it.each<{ name: string; of: WorkloadOptions; want: readonly string[] }>([
    {
      name: 'the directory that the agent reads',
      of: annotated(config('/etc/certs'), mounted('istio-output-certs', '/etc/certs')),
      want: ['OutputDirectoryIsInput'],
    },
    {
      name: 'the directory that the agent reads with a trailing slash',
      of: annotated(config('/etc/certs/'), mounted('istio-output-certs', '/etc/certs/')),
      want: ['OutputDirectoryIsInput'],
    },
    {
      name: 'a directory below the credentials that the agent reads',
      of: annotated(
        config('/var/run/secrets/workload-spiffe-credentials/out'),
        mounted('istio-output-certs', '/var/run/secrets/workload-spiffe-credentials'),
      ),
      want: ['OutputDirectoryIsInput'],
    },
    {
      name: 'a directory below /etc/certs, which the agent does not read',
      of: annotated(config('/etc/certs/custom'), mounted('istio-output-certs', '/etc/certs/custom')),
      want: [],
    },
    {
      name: 'a mount beside the directory',
      of: annotated(config('/etc/istio-output-certs'), mounted('istio-output-certs', '/etc/istio-out')),
      want: ['OutputDirectoryNotMounted'],
    },
    {
      name: 'a mount that only begins like the directory',
      of: annotated(config('/etc/istio-output-certs'), mounted('istio-output-certs', '/etc/istio-output')),
      want: ['OutputDirectoryNotMounted'],
    },
    {
      name: 'a volume without a mount',
      of: annotated({ 'sidecar.istio.io/userVolumeMount': '' }),
      want: ['OutputDirectoryNotMounted'],
    },
    {
      name: 'a mount that is read-only',
      of: annotated(mounted('istio-output-certs', '/etc/istio-output-certs', { readOnly: true })),
      want: ['OutputDirectoryReadOnly'],
    },
    {
      name: 'a secret as volume',
      of: output({ name: 'certs', secret: { secretName: 'istio.default' } }),
      want: ['OutputDirectoryReadOnly'],
    },
    {
      name: 'an emptyDir on disk',
      of: output({ name: 'certs', emptyDir: {} }),
      want: ['OutputVolumeOnDisk'],
    },
    {
      name: 'a directory of the node',
      of: output({ name: 'certs', hostPath: { path: '/var/certs' } }),
      want: ['OutputVolumeOnDisk'],
    },
    {
      name: 'a volume claim',
      of: {
        ...output({ name: 'certs' }),
        volumes: [],
        spec: {
          volumeClaimTemplates: [{ metadata: { name: 'certs' } }],
          template: { spec: { containers: [] } },
        },
      },
      want: ['OutputVolumeOnDisk'],
    },
    {
      name: 'a volume that is not declared',
      of: { ...annotated(mounted('certs', '/etc/istio-output-certs')), volumes: [], mounts: [] },
      want: ['OutputVolumeUndeclared'],
    },
    {
      name: 'a volume that only the injector declares',
      of: {
        ...annotated(mounted('certs', '/etc/istio-output-certs'), {
          'sidecar.istio.io/userVolume': '[{"name":"certs","emptyDir":{"medium":"Memory"}}]',
        }),
        volumes: [],
        mounts: [],
      },
      want: ['OutputVolumeNotShared'],
    },
    {
      name: 'a volume that the injector puts on disk',
      of: {
        ...annotated(mounted('certs', '/etc/istio-output-certs'), {
          'sidecar.istio.io/userVolume': '{"certs":{"emptyDir":{}}}',
        }),
        volumes: [],
        mounts: [],
      },
      want: ['OutputVolumeOnDisk', 'OutputVolumeNotShared'],
    },
    {
      name: 'the second of two volumes that only the injector declares',
      of: {
        ...annotated(mounted('certs', '/etc/istio-output-certs'), {
          'sidecar.istio.io/userVolume': '{"cache":{"emptyDir":{}},"certs":{"emptyDir":{"medium":"Memory"}}}',
        }),
        volumes: [],
        mounts: [],
      },
      want: ['OutputVolumeNotShared'],
    },
    {
      name: 'another volume in Prometheus',
      of: {
        volumes: [WIRED_VOLUME, { name: 'other', emptyDir: { medium: 'Memory' } }],
        mounts: [{ ...WIRED_MOUNT, name: 'other' }],
      },
      want: ['OutputVolumeNotShared'],
    },
    {
      name: 'a volume with a name of the injector',
      of: output({ name: 'istio-data', emptyDir: { medium: 'Memory' } }),
      want: ['VolumeNameOfInjector'],
    },
    {
      name: 'inbound interception',
      of: annotated({ 'traffic.sidecar.istio.io/includeInboundPorts': '*' }),
      want: ['InterceptionOn'],
    },
    {
      name: 'outbound interception',
      of: annotated({ 'traffic.sidecar.istio.io/includeOutboundIPRanges': '10.0.0.1/32' }),
      want: ['InterceptionOn'],
    },
    {
      name: 'outbound interception of no address',
      of: annotated({
        'traffic.sidecar.istio.io/includeOutboundIPRanges': '*',
        'traffic.sidecar.istio.io/excludeOutboundIPRanges': '10.0.0.0/8, 0.0.0.0/0',
      }),
      want: [],
    },
    {
      name: 'interception that the mode turns off',
      of: annotated({
        'traffic.sidecar.istio.io/includeInboundPorts': '*',
        'sidecar.istio.io/interceptionMode': 'NONE',
      }),
      want: [],
    },
    {
      name: 'merged metrics',
      of: annotated({ 'prometheus.istio.io/merge-metrics': 'true' }),
      want: ['MetricsMerged'],
    },
    {
      name: 'merged metrics of a pod that is not to be scraped',
      of: annotated({ 'prometheus.istio.io/merge-metrics': 'true', 'prometheus.io/scrape': 'false' }),
      want: [],
    },
    {
      name: 'probes through the agent, but no probes',
      of: annotated({ 'sidecar.istio.io/rewriteAppHTTPProbers': 'true' }),
      want: [],
    },
    {
      name: 'probes through the agent',
      of: {
        ...annotated({ 'sidecar.istio.io/rewriteAppHTTPProbers': 'true' }),
        containers: [{ name: 'reloader', livenessProbe: { httpGet: { port: 8080 } } }],
      },
      want: ['ProbesRewritten'],
    },
    {
      name: 'a Prometheus that nobody holds back',
      of: annotated({
        'proxy.istio.io/config': 'proxyMetadata: {OUTPUT_CERTS: /etc/istio-output-certs}',
      }),
      want: ['HoldMissing'],
    },
    {
      name: 'ports that are not read',
      of: annotated(config('/etc/istio-output-certs', '  INBOUND_CAPTURE_PORTS: ""\n')),
      want: ['CapturePortsIgnored'],
    },
  ])('reports $want for $name', ({ of, want }) => {
    const { spec, ...rest } = of;
    const set = wired(rest);
    const claims = spec?.volumeClaimTemplates;
    const whole =
      claims === undefined ? set : { ...set, spec: { ...set.spec, volumeClaimTemplates: claims } };
    expect(codes(whole)).toEqual(want);
  });

  it('names volume istio-certs, which the injector may add itself', () => {
    const volume = { name: 'certs-of-mine', emptyDir: { medium: 'Memory' } };
    const [istios] = wired(output(volume)).spec.template.spec.volumes?.slice(1, 2) ?? [];
    expect(istios?.name).toBe('istio-certs');
    const of = wired({
      annotations: mounted('istio-certs', '/etc/istio-output-certs') as Record<string, string>,
      volumes: [],
      mounts: [],
    });
    expect(codes(of)).toEqual(['OutputDirectoryReadOnly', 'VolumeNameOfInjector']);
  });
});

describe('assessHandWiring, for the directories that jobs name', () => {
  const message = (of: StatefulSet, files: readonly NamedFile[]): readonly string[] =>
    assessHandWiring({ ...subject({ statefulSet: of }), files }).findings.map(
      (each) => `${each.code}: ${each.message}`,
    );

  it.each<{ name: string; file: NamedFile; of?: WorkloadOptions; others?: string[] }>([
    { name: 'the mount of the volume', file: inJob('/etc/prom-certs/key.pem') },
    { name: 'a secret that still exists', file: inJob('/etc/certs/key.pem') },
    { name: 'files with other names', file: inJob('/elsewhere/tls.key') },
    {
      name: 'a place that is no job',
      file: { path: 'remote_write[0].tls_config.key_file', file: '/x/key.pem' },
    },
    {
      name: 'another memory volume where Prometheus does not mount the output, which is reported itself',
      file: inJob('/other/key.pem'),
      of: {
        volumes: [WIRED_VOLUME, { name: 'other', emptyDir: { medium: 'Memory' } }],
        mounts: [{ name: 'other', mountPath: '/other' }],
      },
      others: ['OutputVolumeNotShared'],
    },
    {
      name: 'a directory below the mount, as the proxy writes below its own',
      file: inJob('/etc/prom-certs/deep/key.pem'),
      of: annotated(config('/etc/istio-output-certs/deep')),
    },
  ])('accepts $name', ({ file, of, others = [] }) => {
    expect(codes(wired(of), [file])).toEqual(others);
  });

  it('reports the three files of a job once, and where they are', () => {
    const files = ['root-cert', 'cert-chain', 'key'].map((name) =>
      inJob(`/etc/istio-output-certs/${name}.pem`),
    );
    expect(message(wired(), files)).toEqual([
      'TlsFilesElsewhere: scrape_configs[mesh] reads /etc/istio-output-certs, where container prometheus mounts nothing. They are in /etc/prom-certs.',
    ]);
  });

  it('reports another memory volume, and the wrong directory of the right one', () => {
    const other = { name: 'other', emptyDir: { medium: 'Memory' } };
    const of = wired({
      volumes: [WIRED_VOLUME, other],
      mounts: [WIRED_MOUNT, { name: 'other', mountPath: '/other' }],
    });
    expect(message(of, [inJob('/other/key.pem', 'a'), inJob('/etc/prom-certs/deep/key.pem', 'b')])).toEqual([
      'TlsFilesElsewhere: scrape_configs[a] reads /other in volume other, where istio-proxy writes no certificates. They are in /etc/prom-certs.',
      'TlsFilesElsewhere: scrape_configs[b] reads /etc/prom-certs/deep in volume istio-output-certs, where istio-proxy writes no certificates. They are in /etc/prom-certs.',
    ]);
  });

  it('reports the jobs of included files too', () => {
    const file = { path: 'data[more.yaml].scrape_configs[mesh]', file: '/nowhere/key.pem' };
    expect(codes(wired(), [file])).toEqual(['TlsFilesElsewhere']);
  });
});
