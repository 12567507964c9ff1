import { describe, expect, it } from 'vitest';

import {
  agentEnvironment,
  argumentsOf,
  imageDefaults,
  imageOf,
  prometheusArgs,
} from '../../../testbed/mesh/images.ts';

describe('imageOf', () => {
  it.each([
    { name: 'the proxy by its name', container: { name: 'istio-proxy', image: 'x' }, image: 'pilot-agent' },
    { name: 'Prometheus by its name', container: { name: 'prometheus', image: 'x' }, image: 'prometheus' },
    {
      name: 'Prometheus by its image',
      container: { name: 'a', image: 'prom/prometheus:v3' },
      image: 'prometheus',
    },
    {
      name: 'no other image',
      container: { name: 'a', image: 'prometheus-config-reloader:v1' },
      image: 'pause',
    },
  ])('knows $name', ({ container, image }) => {
    expect(imageOf(container)).toBe(image);
  });
});

describe('prometheusArgs', () => {
  const added = '--web.listen-address=127.0.1.2:9090';
  it.each([
    { name: 'adds the address where none is named', args: ['--a'], expected: ['--a', added] },
    { name: 'gives a bare port the host', args: ['--web.listen-address=:9090'], expected: [added] },
    {
      name: 'replaces the wildcard in two words',
      args: ['--web.listen-address', '0.0.0.0:80'],
      expected: ['--web.listen-address', '127.0.1.2:80'],
    },
    {
      name: 'keeps a host',
      args: ['--web.listen-address=localhost:9090'],
      expected: ['--web.listen-address=localhost:9090'],
    },
  ])('$name', ({ args, expected }) => {
    expect(prometheusArgs(args, '127.0.1.2')).toEqual(expected);
  });
});

describe('argumentsOf', () => {
  it.each([
    {
      name: "the image's where the container has none",
      container: {},
      expected: imageDefaults.prometheus.args,
    },
    { name: 'args', container: { args: ['--a'] }, expected: ['--a'] },
    { name: 'command alone', container: { command: ['/bin/prometheus', '--b'] }, expected: ['--b'] },
    { name: 'both', container: { command: ['x', '--b'], args: ['--a'] }, expected: ['--b', '--a'] },
  ])('answers $name', ({ container, expected }) => {
    expect(argumentsOf(container, imageDefaults.prometheus)).toEqual(expected);
  });
});

describe('agentEnvironment', () => {
  it("changes the status port and keeps the injector's other settings", () => {
    const injected = { OUTPUT_CERTS: '/x', PROXY_CONFIG: '{"discoveryAddress":"d:1","statusPort":15020}\n' };
    expect(agentEnvironment(injected, { statusPort: 7, secretTtl: '30s' })).toEqual({
      OUTPUT_CERTS: '/x',
      PROXY_CONFIG: '{"discoveryAddress":"d:1","statusPort":7}',
      DISABLE_ENVOY: 'true',
      CLOUD_PLATFORM: 'none',
      SECRET_TTL: '30s',
    });
  });
});
