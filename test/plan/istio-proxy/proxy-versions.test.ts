import { describe, expect, it } from 'vitest';
import type { ObjectMeta } from '../../../src/api/kubernetes.ts';
import { ambientFindings, proxyFindings } from '../../../src/plan/istio-proxy/proxy-versions.ts';
import type { Proxy } from '../../../src/plan/istio-proxy/proxy.ts';
import { podOf } from '../../support/pod.ts';
import { wired } from '../../support/stateful-set.ts';

const proxy = (version: string | undefined, rest: Partial<Proxy> = {}): Proxy => ({
  pod: 'prometheus-0',
  version,
  isNative: false,
  hasEnvoy: true,
  hasReadinessProbe: true,
  computedOutput: undefined,
  usesForeignSocket: false,
  usesMountedFiles: false,
  prometheusUser: undefined,
  ...rest,
});
const TARGET = 'StatefulSet/prometheus';
const codes = (...proxies: readonly Proxy[]) => proxyFindings(TARGET, proxies, false).map(({ code }) => code);
const EARLY = 'ReadinessProvesNothing';

describe('proxyFindings', () => {
  const bare = { hasEnvoy: false };
  const spire = { usesForeignSocket: true };
  const files = { usesMountedFiles: true };
  const rows: { name: string; seen: Proxy; want: string[] }[] = [
    { name: 'a proxy of today', seen: proxy('1.30.3'), want: [] },
    { name: 'the last before 0600', seen: proxy('1.8.6'), want: [EARLY] },
    { name: 'the first with 0600', seen: proxy('1.9.0'), want: ['FilesUnreadable', EARLY] },
    { name: 'the last with 0600', seen: proxy('1.9.3'), want: ['FilesUnreadable', EARLY] },
    { name: 'the first with 0644', seen: proxy('1.9.4'), want: [EARLY] },
    { name: '0600 and the user of the files', seen: proxy('1.9.3', { prometheusUser: 1337 }), want: [EARLY] },
    {
      name: '0600 and another user',
      seen: proxy('1.9.3', { prometheusUser: 65534 }),
      want: ['FilesUnreadable', EARLY],
    },
    {
      name: 'an unknown patch level, which counts as 0',
      seen: proxy('1.9'),
      want: ['FilesUnreadable', EARLY],
    },
    { name: 'the last whose readiness proves nothing', seen: proxy('1.11.8'), want: [EARLY] },
    { name: 'the first whose readiness proves it', seen: proxy('1.12.0'), want: [] },
    { name: 'a minor version of three digits', seen: proxy('1.100.0'), want: [] },
    { name: 'a next major version', seen: proxy('2.0.0', bare), want: [] },
    { name: 'DISABLE_ENVOY before it meant anything', seen: proxy('1.10.6', bare), want: [EARLY] },
    {
      name: 'the first without Envoy',
      seen: proxy('1.11.0', bare),
      want: [EARLY, 'NeverRenewedWithoutEnvoy'],
    },
    { name: 'the last that never renews', seen: proxy('1.13.9', bare), want: ['NeverRenewedWithoutEnvoy'] },
    { name: 'the first that renews', seen: proxy('1.14.0', bare), want: [] },
    { name: 'a foreign socket before it meant anything', seen: proxy('1.13.9', spire), want: [] },
    { name: 'a foreign socket', seen: proxy('1.14.0', spire), want: ['CertificatesFromSocket'] },
    { name: 'mounted files', seen: proxy('1.30.3', files), want: ['CertificatesFromFiles'] },
    { name: 'an unknown version', seen: proxy(undefined), want: ['ProxyVersionUnknown'] },
    {
      name: 'an unknown version, which is taken for a new one',
      seen: proxy(undefined, { ...bare, ...spire }),
      want: ['CertificatesFromSocket', 'ProxyVersionUnknown'],
    },
  ];
  it.each(rows)('reports $want for $name ($seen.version)', ({ seen, want }) => {
    expect(codes(seen)).toEqual(want);
  });

  it('reports each once, of the first pod, with what it means and the fix', () => {
    const pods = ['prometheus-1', 'prometheus-0', 'prometheus-2'];
    expect(
      proxyFindings(
        TARGET,
        pods.map((pod) => proxy('1.13.9', { pod, ...bare })),
        false,
      ),
    ).toEqual([
      {
        code: 'NeverRenewedWithoutEnvoy',
        target: 'StatefulSet/prometheus',
        message:
          'prometheus-0 (istio-proxy 1.13.9): Without Envoy, istio-proxy before 1.14 writes the files once and never again. Take DISABLE_ENVOY out of proxyMetadata, or upgrade Istio.',
      },
    ]);
  });

  it('leaves out what readiness proves where spec trusts it', () => {
    expect(proxyFindings(TARGET, [proxy('1.9.4')], true)).toEqual([]);
    expect(proxyFindings(TARGET, [proxy('1.9.3')], true)).toMatchObject([{ code: 'FilesUnreadable' }]);
  });

  it('finds nothing where no pod has a proxy', () => {
    expect(codes()).toEqual([]);
  });
});

describe('ambientFindings', () => {
  const redirected = { annotations: { 'ambient.istio.io/redirection': 'enabled' } };
  const ambient = { 'istio.io/dataplane-mode': 'ambient' };
  const rows: {
    name: string;
    metadata: Partial<ObjectMeta>;
    namespace?: Readonly<Record<string, string>>;
    found: number;
  }[] = [
    { name: 'a pod of an ambient namespace', metadata: {}, namespace: ambient, found: 1 },
    {
      name: 'a pod that leaves its ambient namespace out',
      metadata: { labels: { 'istio.io/dataplane-mode': 'none' } },
      namespace: ambient,
      found: 0,
    },
    { name: 'a pod of no mesh', metadata: {}, found: 0 },
    { name: 'a pod that ztunnel has', metadata: redirected, found: 1 },
    {
      name: 'a pod that asks for it',
      metadata: { labels: { 'istio.io/dataplane-mode': 'ambient' } },
      found: 1,
    },
    {
      name: 'a pod that asks to be left out',
      metadata: { labels: { 'istio.io/dataplane-mode': 'none' } },
      found: 0,
    },
    {
      name: 'a pod with a sidecar, which ambient leaves alone',
      metadata: {
        labels: { 'istio.io/dataplane-mode': 'ambient' },
        annotations: { ...redirected.annotations, 'sidecar.istio.io/status': '{}' },
      },
      found: 0,
    },
  ];
  it.each(rows)('reports $name $found times', ({ metadata, namespace = {}, found }) => {
    const pods = [podOf(wired(), { metadata })];
    expect(ambientFindings(TARGET, pods, namespace)).toHaveLength(found);
  });

  it('names the first pod', () => {
    const pods = ['prometheus-1', 'prometheus-0'].map((name) =>
      podOf(wired(), { name, metadata: redirected }),
    );
    expect(ambientFindings(TARGET, pods, {})).toMatchObject([
      {
        code: 'AmbientMesh',
        target: 'StatefulSet/prometheus',
        message: expect.stringMatching(/^prometheus-0: The pod is in the ambient mesh/) as string,
      },
    ]);
  });
});
