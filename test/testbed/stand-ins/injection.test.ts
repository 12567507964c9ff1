import { describe, expect, it } from 'vitest';

import type { KubeObject } from '../../../testbed/api/kube-object.ts';
import { inject, type InjectionOptions } from '../../../testbed/stand-ins/injection.ts';

const OPTIONS = { revision: 'default', native: false, istioVersion: '1.30.3' };

interface Parts {
  readonly labels?: Record<string, string>;
  readonly annotations?: Record<string, string>;
  readonly spec?: object;
}

function pod({ labels = {}, annotations = {}, spec = {} }: Parts = {}): KubeObject {
  const containers = [{ name: 'prometheus', volumeMounts: [] }];
  return { apiVersion: 'v1', kind: 'Pod', metadata: { labels, annotations }, spec: { containers, ...spec } };
}

/** The pod as injected; fails when it is not. */
function injectedPod(parts: Parts, options: Partial<InjectionOptions> = {}): KubeObject {
  const injection = inject(pod(parts), 'monitoring', { ...OPTIONS, ...options });
  if (injection.kind !== 'injected') throw new Error(JSON.stringify(injection));
  return injection.pod;
}

function containerNames({ spec }: KubeObject, field = 'containers'): string[] {
  return (spec[field] as { name: string }[]).map(({ name }) => name);
}

interface Named {
  readonly name: string;
  readonly mountPath?: string;
  readonly volumeMounts?: readonly Named[];
}

describe('inject', () => {
  const skips: { name: string; parts: Parts; namespace?: string }[] = [
    { name: 'host network', parts: { spec: { hostNetwork: true } } },
    { name: 'a system namespace', parts: {}, namespace: 'kube-system' },
    { name: 'label false', parts: { labels: { 'sidecar.istio.io/inject': 'false' } } },
    {
      name: 'annotation false without a label',
      parts: { annotations: { 'sidecar.istio.io/inject': 'false' } },
    },
  ];
  it.each(skips)('leaves the pod alone: $name', ({ parts, namespace = 'monitoring' }) => {
    expect(inject(pod(parts), namespace, OPTIONS)).toEqual({ kind: 'skipped' });
  });

  it('puts istio-proxy last, or first when it holds the application', () => {
    expect(containerNames(injectedPod({}))).toEqual(['prometheus', 'istio-proxy']);
    const annotations = { 'proxy.istio.io/config': 'holdApplicationUntilProxyStarts: true' };
    expect(containerNames(injectedPod({ annotations }))).toEqual(['istio-proxy', 'prometheus']);
  });

  it('lets the annotation overrule whether the sidecar is native', () => {
    const annotations = { 'sidecar.istio.io/nativeSidecar': 'false' };
    expect(containerNames(injectedPod({}, { native: true }), 'initContainers')).toEqual([
      'istio-init',
      'istio-proxy',
    ]);
    expect(containerNames(injectedPod({ annotations }, { native: true }), 'initContainers')).toEqual([
      'istio-init',
    ]);
  });

  it.each([
    { name: 'an array', value: '[{"name":"certs","mountPath":"/etc/certs-out"}]' },
    { name: 'an object', value: '{"certs":{"mountPath":"/etc/certs-out"}}' },
  ])('takes user mounts as $name', ({ value }) => {
    const { spec } = injectedPod({ annotations: { 'sidecar.istio.io/userVolumeMount': value } });
    const proxy = (spec.containers as Named[]).at(-1);
    expect(proxy?.volumeMounts).toContainEqual({ name: 'certs', mountPath: '/etc/certs-out' });
  });

  const twoMounts = [
    { name: 'leaves two mounts of one path', own: [], names: ['istio-envoy', 'mine'] },
    {
      name: 'merges two mounts of one path with those of a proxy that is there, its own name winning',
      own: [{ name: 'istio-proxy', volumeMounts: [{ name: 'own', mountPath: '/etc/istio/proxy' }] }],
      names: ['own'],
    },
  ];
  it.each(twoMounts)('$name', ({ own, names }) => {
    const annotations = {
      'sidecar.istio.io/userVolumeMount': '[{"name":"mine","mountPath":"/etc/istio/proxy"}]',
    };
    const containers = [{ name: 'prometheus' }, ...own];
    const { spec } = injectedPod({ annotations, spec: { containers } });
    const mounts = (spec.containers as Named[]).at(-1)?.volumeMounts ?? [];
    expect(
      mounts.filter(({ mountPath }) => mountPath === '/etc/istio/proxy').map(({ name }) => name),
    ).toEqual(names);
  });

  const versions = [
    { istioVersion: '1.5.0', env: undefined },
    { istioVersion: '1.8.6', env: undefined },
    { istioVersion: '1.9.0', env: '/own' },
    { istioVersion: '1.10.4', env: '/own' },
    { istioVersion: '2.0.0', env: '/own' },
  ];
  it.each(versions)('at $istioVersion, leaves OUTPUT_CERTS of a proxy that is there at $env', (row) => {
    const own = { name: 'istio-proxy', env: [{ name: 'OUTPUT_CERTS', value: '/own' }] };
    const containers = [own, { name: 'prometheus' }];
    const { spec } = injectedPod({ spec: { containers } }, { istioVersion: row.istioVersion });
    expect(containerNames({ spec } as KubeObject)).toEqual(['prometheus', 'istio-proxy']);
    const env = (spec.containers[1] as { env: { name: string; value?: string }[] }).env;
    expect(env.find(({ name }) => name === 'OUTPUT_CERTS')?.value).toBe(row.env);
    expect(env.map(({ name }) => name)).toContain('PILOT_CERT_PROVIDER');
  });

  it('gives a volume named twice both sources, for the API server to refuse', () => {
    const annotations = { 'sidecar.istio.io/userVolume': '[{"name":"certs","secret":{"secretName":"x"}}]' };
    const { spec } = injectedPod({ annotations, spec: { volumes: [{ name: 'certs', emptyDir: {} }] } });
    const volumes = (spec.volumes as Named[]).filter(({ name }) => name === 'certs');
    expect(volumes).toEqual([{ name: 'certs', emptyDir: {}, secret: { secretName: 'x' } }]);
  });

  it('takes the scraping over unless an annotation forbids it', () => {
    const scrape = { 'prometheus.io/scrape': 'true', 'prometheus.io/port': '9090' };
    const kept = { ...scrape, 'prometheus.istio.io/merge-metrics': 'false' };
    expect(injectedPod({ annotations: scrape }).metadata.annotations).toMatchObject({
      'prometheus.io/port': '15020',
    });
    expect(injectedPod({ annotations: kept }).metadata.annotations).toMatchObject({
      'prometheus.io/port': '9090',
    });
  });

  it('accepts a misspelt key in silence, as Istio does', () => {
    const annotations = { 'proxy.istio.io/config': 'proxyMetaData: {OUTPUT_CERTS: /x}' };
    expect(JSON.stringify(injectedPod({ annotations }).spec)).not.toContain('OUTPUT_CERTS');
  });
});
