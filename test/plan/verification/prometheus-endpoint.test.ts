import { describe, expect, it } from 'vitest';
import type { Pod } from '../../../src/api/kubernetes.ts';
import { endpointOf } from '../../../src/plan/verification/prometheus-endpoint.ts';

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
    ['an address without port', ['--web.listen-address=nine'], '--web.listen-address nine names no port'],
  ])('reads %s', (_name, args, expected) => {
    expect(ask(args)).toBe(expected);
  });

  it('brackets an IPv6 address', () => {
    expect(ask([], 'fd00::7')).toBe('http://[fd00::7]:9090');
  });

  it('knows no address before the pod has one', () => {
    expect(ask([], '')).toBe('the pod has no address yet');
  });
});
