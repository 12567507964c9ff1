import { describe, expect, it } from 'vitest';
import type { EnvVar, Pod, Volume } from '../../../src/api/kubernetes.ts';
import { proxyModeOf, readProxy, type Proxy } from '../../../src/plan/istio-proxy/proxy.ts';
import { podOf, type PodOptions } from '../../support/pod.ts';
import { wired } from '../../support/stateful-set.ts';

interface Given extends PodOptions {
  readonly env?: readonly EnvVar[];
  /** Mounted into istio-proxy. */
  readonly volume?: Volume & { readonly at: string };
  readonly users?: { readonly pod?: number; readonly prometheus?: number };
}

function injected({ env = [], volume, users = {}, ...options }: Given): Pod {
  const pod = podOf(wired(), options);
  const proxied = <T extends { readonly name: string }>(each: T): T =>
    each.name !== 'istio-proxy'
      ? { ...each, securityContext: { runAsUser: users.prometheus } }
      : {
          ...each,
          env,
          volumeMounts: volume === undefined ? [] : [{ name: volume.name, mountPath: volume.at }],
        };
  return {
    ...pod,
    spec: {
      ...pod.spec,
      ...(users.pod === undefined ? {} : { securityContext: { runAsUser: users.pod } }),
      containers: pod.spec.containers.map(proxied),
      initContainers: (pod.spec.initContainers ?? []).map(proxied),
      volumes: [...(pod.spec.volumes ?? []), ...(volume === undefined ? [] : [volume])],
    },
  };
}

const PLAIN: Proxy = {
  pod: 'prometheus-0',
  version: '1.30.3',
  isNative: false,
  hasEnvoy: true,
  hasReadinessProbe: true,
  computedOutput: undefined,
  usesForeignSocket: false,
  usesMountedFiles: false,
  prometheusUser: undefined,
};
const UDS = '/var/run/secrets/workload-spiffe-uds';
const FILES = '/var/run/secrets/workload-spiffe-credentials';
const csi = { driver: 'csi.spiffe.io', readOnly: true };

describe('readProxy', () => {
  const rows: { name: string; given: Given; want: Partial<Proxy> }[] = [
    { name: 'a proxy as Istio injects it', given: {}, want: {} },
    { name: 'a native proxy', given: { proxy: 'native' }, want: { isNative: true } },
    {
      name: 'a distroless tag',
      given: { proxyImage: 'istio/proxyv2:1.30.3-distroless' },
      want: { version: '1.30.3' },
    },
    {
      name: 'a tag and a digest',
      given: { proxyImage: 'registry:5000/proxyv2:1.9.4@sha256:00ff' },
      want: { version: '1.9.4' },
    },
    { name: 'the tag latest', given: { proxyImage: 'istio/proxyv2:latest' }, want: { version: undefined } },
    { name: 'a digest', given: { proxyImage: 'istio/proxyv2@sha256:01' }, want: { version: undefined } },
    {
      name: 'a proxy without Envoy',
      given: { env: [{ name: 'DISABLE_ENVOY', value: 'true' }] },
      want: { hasEnvoy: false },
    },
    {
      name: 'a proxy with Envoy, which its last value says',
      given: {
        env: [
          { name: 'DISABLE_ENVOY', value: '1' },
          { name: 'DISABLE_ENVOY', value: 'false' },
        ],
      },
      want: {},
    },
    {
      name: 'a word that Go takes for no boolean',
      given: { env: [{ name: 'DISABLE_ENVOY', value: 'yes' }] },
      want: {},
    },
    {
      name: 'a socket of another name',
      given: { env: [{ name: 'WORKLOAD_IDENTITY_SOCKET_FILE', value: 'spire.sock' }] },
      want: { usesForeignSocket: true },
    },
    {
      name: "Istio's own socket, named",
      given: { env: [{ name: 'WORKLOAD_IDENTITY_SOCKET_FILE', value: 'socket' }] },
      want: {},
    },
    {
      name: "SPIRE's volume in place of the socket's",
      given: { volume: { name: 'workload-socket', csi, at: UDS } },
      want: { usesForeignSocket: true },
    },
    {
      name: "Istio's own volume for the socket",
      given: { volume: { name: 'workload-socket', emptyDir: {}, at: `${UDS}/` } },
      want: {},
    },
    {
      name: 'mounted files, asked for',
      given: { env: [{ name: 'FILE_MOUNTED_CERTS', value: 'True' }] },
      want: { usesMountedFiles: true },
    },
    {
      name: "mounted files in place of Istio's own volume",
      given: { volume: { name: 'workload-certs', csi, at: FILES } },
      want: { usesMountedFiles: true },
    },
    {
      name: "Istio's own volume for files",
      given: { volume: { name: 'workload-certs', emptyDir: {}, at: FILES } },
      want: {},
    },
    {
      name: 'a certificate to start with, which keeps nothing from being renewed',
      given: { env: [{ name: 'PROV_CERT', value: '/etc/prov' }] },
      want: {},
    },
    { name: "the pod's user", given: { users: { pod: 65534 } }, want: { prometheusUser: 65534 } },
    {
      name: "the container's user before the pod's",
      given: { users: { pod: 65534, prometheus: 1337 } },
      want: { prometheusUser: 1337 },
    },
  ];
  it.each(rows)('reads $name', ({ given, want }) => {
    expect(readProxy(injected(given), 'prometheus')).toEqual({ ...PLAIN, ...want });
  });

  it('finds no proxy in a pod that was not injected', () => {
    expect(readProxy(podOf(wired(), { proxy: 'none' }), 'prometheus')).toBeUndefined();
  });
});

describe('proxyModeOf', () => {
  it.each([
    { isNative: false, hasEnvoy: true, mode: 'Container' },
    { isNative: false, hasEnvoy: false, mode: 'ContainerWithoutEnvoy' },
    { isNative: true, hasEnvoy: true, mode: 'Native' },
    { isNative: true, hasEnvoy: false, mode: 'NativeWithoutEnvoy' },
  ])('is $mode where isNative is $isNative and hasEnvoy is $hasEnvoy', ({ mode, ...proxy }) => {
    expect(proxyModeOf({ ...PLAIN, ...proxy })).toBe(mode);
  });
});
