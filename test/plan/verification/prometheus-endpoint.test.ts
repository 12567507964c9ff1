import { describe, expect, it } from 'vitest';
import type { Pod } from '../../../src/api/kubernetes.ts';
import { endpointOf, endpointsOf } from '../../../src/plan/verification/prometheus-endpoint.ts';
import { reads } from '../../support/answers.ts';
import { podOf } from '../../support/pod.ts';
import { subject } from '../../support/snapshot.ts';
import { statefulSet } from '../../support/stateful-set.ts';

function ask(args: readonly string[], podIP = '10.0.0.7'): unknown {
  const container = { name: 'prometheus', args };
  const pod: Pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'p-0', namespace: 'n', uid: 'u', resourceVersion: '1' },
    spec: { containers: [container] },
    status: { podIP },
  };
  const result = endpointOf(pod, container);
  return result.kind === 'endpoint' ? result.endpoint.url : result.message;
}

describe('endpointOf', () => {
  it.each([
    ['no flags', [], 'http://10.0.0.7:9090'],
    ['another port', ['--web.listen-address=:9095'], 'http://10.0.0.7:9095'],
    ['a route prefix', ['--web.route-prefix', '/prom/'], 'http://10.0.0.7:9090/prom'],
    [
      'the path of the external URL',
      ['--web.external-url=https://x.example/a/b/'],
      'http://10.0.0.7:9090/a/b',
    ],
    [
      'a route prefix over an external URL',
      ['--web.external-url=https://x.example/a', '--web.route-prefix=/'],
      'http://10.0.0.7:9090',
    ],
    [
      'web TLS',
      ['--web.config.file=/etc/web.yml'],
      '--web.config.file may ask for TLS or a password, which meshscrape does not have',
    ],
    ['a path as external URL', ['--web.external-url=/prom'], 'http://10.0.0.7:9090/prom'],
    ['an external URL that is none', ['--web.external-url=prom'], 'http://10.0.0.7:9090'],
    ['an address without port', ['--web.listen-address=nine'], '--web.listen-address nine names no port'],
  ])('reads the address of a container with %s', (_name, args, expected) => {
    expect(ask(args)).toBe(expected);
  });

  it('puts an IPv6 address into brackets', () => {
    expect(ask([], 'fd00::7')).toBe('http://[fd00::7]:9090');
  });

  it('knows no address before the pod has one', () => {
    expect(ask([], '')).toBe('the pod has no address yet');
  });

  it('knows no address before kubelet has reported any status', () => {
    const container = { name: 'prometheus' };
    const pod = { ...podOf(statefulSet()), status: {} };
    expect(endpointOf(pod, container)).toEqual({
      ...{ kind: 'unknown', pod: 'prometheus-0', message: 'the pod has no address yet' },
    });
  });
});

describe('endpointsOf', () => {
  it('leaves out a pod that is being deleted', () => {
    const pods = ['prometheus-0', 'prometheus-1'].map((name) => {
      const deletion = name === 'prometheus-0' ? { deletionTimestamp: '2026-03-01T11:59:00Z' } : {};
      const pod = podOf(statefulSet(), { name });
      return { ...pod, metadata: { ...pod.metadata, ...deletion }, status: { podIP: '10.0.0.7' } };
    });
    const { workload, container } = subject({ reads: reads({ pods }) });
    expect(endpointsOf(workload, container)).toEqual([
      { kind: 'endpoint', endpoint: { pod: 'prometheus-1', url: 'http://10.0.0.7:9090' } },
    ]);
  });
});
