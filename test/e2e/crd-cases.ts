// For each rule of the CRD, by path and place among the rules of that path: what it takes and what it refuses.

export type CelCases =
  | {
      readonly kind: 'values';
      readonly accept: readonly unknown[];
      readonly reject: readonly unknown[];
      /** Where the values are put, if not at the rule's own path. */
      readonly set?: string;
      /** Where the API server reports the refusal, if not at the rule's own path. */
      readonly field?: string;
    }
  /** Tried apart: it takes two requests. */
  | { readonly kind: 'immutable' };

const LABEL = {
  kind: 'values',
  accept: ['a', 'prometheus', 'prometheus-2', '0', 'a'.repeat(63)],
  reject: ['Prometheus', '-a', 'a-', 'a.b', 'a_b', 'a\n', 'ä'],
} as const;

const OBJECT_NAME = {
  kind: 'values',
  accept: ['a', 'prometheus', 'team.prometheus-2', '0', 'a'.repeat(253)],
  reject: ['Prometheus', '-a', 'a-', 'a..b', '.a', 'a.', 'a.-b', 'a_b', 'a/b', 'a\n'],
} as const;

const DURATION = {
  kind: 'values',
  accept: ['1m', '60s', '10m', '1h', '1h30m', '0h1m0s', '24h', '1440m', '86400s', '23h59m60s'],
  reject: [
    '',
    '59s',
    '0m',
    '24h1s',
    '86401s',
    '99h',
    '10',
    '1.5h',
    '1d',
    '-5m',
    '10m ',
    '5m1h',
    '1 week',
    'P1D',
    '10ms',
    '1000h',
  ],
} as const;

const PATH = {
  kind: 'values',
  accept: ['/a', '/etc/x-certs', '/opt/A_b.c-1/d', '/_x', '/etc/a..'],
  reject: [
    'a',
    '/',
    '/a/',
    '//a',
    '/a//b',
    '/a/.',
    '/a/..',
    '/../a',
    '/.hidden',
    '/-a',
    '/a:b',
    '/a b',
    '/a\n',
    '/a\u0000b',
    '/ä',
    '/$(X)',
    'etc/certs',
  ],
} as const;

export const CEL_CASES: Readonly<Record<string, CelCases>> = {
  ' 0': {
    kind: 'values',
    set: 'metadata.name',
    field: 'metadata',
    accept: ['a', 'a'.repeat(63), 'with.dots'],
    reject: ['a'.repeat(64), 'a'.repeat(253)],
  },
  'spec 0': {
    kind: 'values',
    set: 'spec',
    field: 'spec.certificates.mountPath',
    accept: [
      spec({ certificates: { mountPath: '/etc/certs-new' } }),
      spec({ certificates: { mountPath: '/etc/cert' } }),
      spec({ config: { legacyDirectories: ['/etc/prom-certs-old'] } }),
      spec({ config: { legacyDirectories: ['/etc/prom-certs'] }, certificates: { mountPath: '/etc/new' } }),
    ],
    reject: [
      spec({ certificates: { mountPath: '/etc/certs' } }),
      spec({ certificates: { mountPath: '/etc/istio-certs' } }),
      spec({ certificates: { mountPath: '/etc/certs/new' } }),
      spec({ certificates: { mountPath: '/etc' } }),
      spec({ config: { legacyDirectories: ['/etc/prom-certs'] } }),
      spec({ config: { legacyDirectories: ['/a', '/etc/prom-certs/old'] } }),
      spec({ config: { legacyDirectories: ['/etc'] } }),
    ],
  },
  'spec.workload.kind 0': { kind: 'immutable' },
  'spec.workload.name 0': { kind: 'immutable' },
  'spec.workload.name 1': OBJECT_NAME,
  'spec.workload.container 0': LABEL,
  'spec.workload.rolloutDeadline 0': DURATION,
  'spec.config.configMap.name 0': OBJECT_NAME,
  'spec.config.configMap.key 0': {
    kind: 'values',
    accept: ['prometheus.yaml', 'a', '_', '-', '.hidden', 'A_b-c.1', 'a'.repeat(253)],
    reject: ['.', '..', '..data', 'a/b', 'a b', 'ä', 'a\n'],
  },
  'spec.config.legacyDirectories[] 0': PATH,
  'spec.certificates.outputDirectory 0': PATH,
  'spec.certificates.outputDirectory 1': {
    kind: 'values',
    accept: [
      '/etc/istio-output-certs',
      '/etc/certs-out',
      '/etc/istiox',
      '/var/lib/istio-certs',
      '/var/runner',
    ],
    reject: [
      ...[
        '/etc/certs',
        '/etc/certs/out',
        '/etc',
        '/etc/istio',
        '/etc/istio/proxy',
        '/var/lib/istio',
        '/var/lib',
        '/var',
      ],
      ...[
        '/run',
        '/run/secrets',
        '/var/run',
        '/var/run/secrets/workload-spiffe-credentials',
        '/proc',
        '/proc/self/root/etc/certs',
      ],
      ...['/sys', '/sys/fs', '/dev', '/dev/shm'],
    ],
  },
  'spec.certificates.mountPath 0': PATH,
  'spec.certificates.mountPath 1': {
    kind: 'values',
    accept: ['/etc/prom-certs', '/runner', '/var/lib/prom-certs', '/device'],
    reject: [
      '/proc',
      '/proc/1',
      '/sys',
      '/sys/fs',
      '/dev',
      '/dev/shm',
      '/run',
      '/run/x',
      '/var/run',
      '/var/run/x',
      '/var',
    ],
  },
  'spec.certificates.volumeName 0': LABEL,
  'spec.certificates.volumeName 1': {
    kind: 'values',
    accept: ['istio-output-certs', 'istio-certs', 'istio-envoy-2'],
    reject: [
      ...[
        'workload-socket',
        'credential-socket',
        'workload-certs',
        'gke-workload-certificate',
        'custom-bootstrap-volume',
      ],
      ...[
        'istio-envoy',
        'istio-data',
        'istio-podinfo',
        'istio-token',
        'istiod-ca-cert',
        'istio-ca-crl',
        'lightstep-certs',
      ],
    ],
  },
  'spec.istio.namespace 0': LABEL,
  'spec.istio.revision 0': {
    kind: 'values',
    accept: ['', 'default', '1-30-3', 'stable', 'a'.repeat(56)],
    reject: ['1.30.3', 'Stable', '-a', 'a-', 'a_b', 'a\n'],
  },
  'spec.sidecar.egressHosts[] 0': {
    kind: 'values',
    accept: [
      ...[
        'istio-system/*',
        './*',
        '*/*',
        'istio-system/istiod.istio-system.svc.cluster.local',
        '*/*.svc.cluster.local',
      ],
      ...['./a.b', 'ns/1.example.com'],
    ],
    reject: [
      ...[
        'istio-system',
        '/a.b',
        'istio-system/',
        'ns/a',
        'ns/*a.b',
        'ns/a.*.b',
        'ns/a.b.',
        'ns/a..b',
        'ns/a.1',
        'NS/a.b',
      ],
      ...['n.s/a.b', 'ns/A.b', 'ns/a.b/c', '~/*', 'ns/a_b.c', 'ns/a.b\n', `ns/${'a'.repeat(64)}.b`, '**/a.b'],
    ],
  },
  'spec.interval 0': DURATION,
};

function spec(fields: Record<string, unknown>): Record<string, unknown> {
  return { workload: { name: 'prometheus' }, ...fields };
}
