import { describe, expect, it } from 'vitest';
import { whyNotWired, type Lack } from '../../../src/plan/certificates/pod-wiring.ts';
import { podOf, type PodOptions } from '../../support/pod.ts';
import { NOW_MS } from '../../support/snapshot.ts';
import { statefulSet, wired } from '../../support/stateful-set.ts';

const paths = {
  outputDirectory: '/etc/istio-output-certs',
  mountPath: '/etc/prom-certs',
  volumeName: 'istio-output-certs',
};
const since = (seconds: number) => [
  { type: 'Ready', status: 'False', lastTransitionTime: new Date(NOW_MS - seconds * 1000).toISOString() },
];
const waiting = (reason: string) => ({ state: { waiting: { reason } } });
const wait = (message: string): Lack => ({ reason: 'WaitingForCertificates', message });
const LOGS = 'kubectl logs -n app-metrics pod/prometheus-0';

const rows: { name: string; pod: PodOptions; want: Lack | undefined }[] = [
  { name: 'a wired pod', pod: {}, want: undefined },
  { name: 'a wired pod with a native sidecar', pod: { proxy: 'native' }, want: undefined },
  {
    name: 'a pod without istio-proxy',
    pod: { proxy: 'none' },
    want: {
      reason: 'PodNotInjected',
      message: 'it has no istio-proxy container: no webhook injected it',
    },
  },
  { name: 'a proxy that starts', pod: { proxy: 'starting' }, want: wait('istio-proxy is not ready') },
  {
    name: 'a proxy that starts for a minute',
    pod: { proxy: 'starting', conditions: since(60) },
    want: { ...wait('istio-proxy is not ready'), retryAfterMs: 60_000 },
  },
  {
    name: 'a proxy that starts for a minute in a pod that was scheduled long ago',
    pod: {
      proxy: 'starting',
      conditions: [
        { type: 'PodScheduled', status: 'True', lastTransitionTime: '2026-03-01T09:00:00Z' },
        ...since(60),
      ],
    },
    want: { ...wait('istio-proxy is not ready'), retryAfterMs: 60_000 },
  },
  {
    name: 'a proxy that is not ready for two minutes',
    pod: { proxy: 'starting', conditions: since(120) },
    want: { reason: 'ProxyNotReady', message: 'istio-proxy is not ready' },
  },
  {
    name: 'a pod that no node takes',
    pod: { proxy: 'starting', conditions: [{ type: 'PodScheduled', status: 'False' }] },
    want: {
      reason: 'PodNotScheduled',
      message: 'no node takes it: kubectl describe -n app-metrics pod/prometheus-0',
    },
  },
  {
    name: 'a proxy that crashes',
    pod: { proxy: 'starting', says: { 'istio-proxy': waiting('CrashLoopBackOff') } },
    want: {
      reason: 'ProxyCrashLooping',
      message: `istio-proxy crashes again and again: ${LOGS} -c istio-proxy --previous`,
    },
  },
  {
    name: 'a native proxy that crashes',
    pod: { proxy: 'native', says: { 'istio-proxy': { ready: false, ...waiting('CrashLoopBackOff') } } },
    want: {
      reason: 'ProxyCrashLooping',
      message: `istio-proxy crashes again and again: ${LOGS} -c istio-proxy --previous`,
    },
  },
  {
    name: 'a proxy whose image does not exist',
    pod: { proxy: 'starting', says: { 'istio-proxy': waiting('ErrImagePull') } },
    want: {
      reason: 'ProxyNotReady',
      message: 'istio-proxy does not start: its image cannot be pulled',
    },
  },
  {
    name: 'an init container that crashes before the proxy',
    pod: {
      proxy: 'starting',
      initContainers: [{ name: 'istio-init' }],
      says: {
        'istio-init': { ready: false, ...waiting('CrashLoopBackOff') },
        'istio-proxy': waiting('PodInitializing'),
      },
    },
    want: {
      reason: 'ProxyNotReady',
      message: `init container istio-init crashes again and again: ${LOGS} -c istio-init --previous`,
    },
  },
  {
    name: 'a Prometheus that starts',
    pod: { running: false },
    want: wait('prometheus is not running'),
  },
  {
    name: 'a Prometheus that crashes',
    pod: { running: false, says: { prometheus: waiting('CrashLoopBackOff') } },
    want: {
      reason: 'PrometheusNotRunning',
      message: `prometheus crashes again and again: ${LOGS} -c prometheus --previous`,
    },
  },
  {
    name: 'a Prometheus that is not running for two minutes',
    pod: { running: false, conditions: since(121) },
    want: { reason: 'PrometheusNotRunning', message: 'prometheus is not running' },
  },
  {
    name: 'a pod that is being deleted',
    pod: { proxy: 'none', metadata: { deletionTimestamp: 'now' } },
    want: wait('it is being deleted'),
  },
];

describe('whyNotWired', () => {
  it.each(rows)('gives $want.reason for $name', ({ pod, want }) => {
    expect(whyNotWired(podOf(wired(), pod), { container: 'prometheus', paths, nowMs: NOW_MS })).toEqual(want);
  });

  it('evaluates a pod without the volume to an old template', () => {
    const old = podOf(statefulSet());
    expect(whyNotWired(old, { container: 'prometheus', paths, nowMs: NOW_MS })).toEqual(
      wait('no volume of certificates is mounted at /etc/prom-certs'),
    );
  });
});
