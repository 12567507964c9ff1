// Advice about wiring by hand that does not fit, or that was adopted and is lost.
import type { Container, StatefulSet } from '../../../../src/api/kubernetes.ts';
import { handMade } from '../../../support/hand-wiring.ts';
import { scrape } from '../../../support/scrape.ts';
import { annotations, container, resource, template } from '../changes.ts';
import type { Advice, AdviceRow } from '../row.ts';
import { applied, carefullyWired, handWorld } from '../worlds.ts';

const CONFIG = 'proxy.istio.io/config';
const MOUNTS = 'sidecar.istio.io/userVolumeMount';
const ENFORCE: Advice = {
  words: 'Or set spec.manage.workload to Enforce, which completes it in place at the price of one restart',
  change: resource(({ manage }) => ({ manage: { ...manage, workload: 'Enforce' } })),
};
const written = (mountPath: string, more: object = {}): string =>
  JSON.stringify([{ name: 'own-certs', mountPath, ...more }]);
const config = (directory: string): string =>
  `proxyMetadata:\n  OUTPUT_CERTS: ${directory}\nholdApplicationUntilProxyStarts: true\n`;
const mounted = (mountPath: string) =>
  container('prometheus', (each) => ({
    ...each,
    volumeMounts: [...(each.volumeMounts ?? []), { name: 'own-certs', mountPath }],
  }));
const declared = template(({ spec, ...rest }) => ({
  ...rest,
  spec: {
    ...spec,
    volumes: [
      ...(spec.volumes ?? []).filter(({ name }) => name !== 'own-certs'),
      { name: 'own-certs', emptyDir: { medium: 'Memory' } },
    ],
  },
}));

const incoherent = (name: string, of: StatefulSet, ...advice: [Advice, ...Advice[]]): AdviceRow => ({
  code: 'WiringIncoherent',
  name,
  seen: handWorld(applied(of)),
  advice,
});

const last = { outputDirectory: '/etc/own-out', mountPath: '/etc/own-certs', volumeName: 'own-certs' };
const lost = (name: string, of: StatefulSet, ...advice: [Advice, ...Advice[]]): AdviceRow => ({
  code: 'AdoptedWiringLost',
  name,
  seen: {
    ...handWorld(applied(of)),
    resource: scrape({}, { status: { certificates: { ...last, adopted: true } } }),
  },
  advice,
});
const AGAIN = 'Set it again (OUTPUT_CERTS /etc/own-out, volume own-certs there and at /etc/own-certs)';

const MEMORY = { volumes: [{ name: 'certs', emptyDir: { medium: 'Memory' } }] };
const OUT = 'take the container out';
const GIVE = 'or give it OUTPUT_CERTS, a plain directory of a volume that container prometheus mounts too';
const proxy = (edit: (each: Container) => Container) => template(container('istio-proxy', edit));
const withoutProxy = template(({ spec, ...rest }) => ({
  ...rest,
  spec: { ...spec, containers: spec.containers.filter(({ name }) => name !== 'istio-proxy') },
}));
const writes = [{ name: 'OUTPUT_CERTS', value: '/etc/istio-certs' }];
const ownProxy = (name: string, of: StatefulSet): AdviceRow => ({
  code: 'ProxyContainerInTemplate',
  name,
  seen: handWorld(of),
  advice: [
    { words: OUT, change: withoutProxy },
    {
      words: GIVE,
      change: proxy((each) => ({
        ...each,
        env: writes,
        volumeMounts: [{ name: 'certs', mountPath: '/etc/istio-certs' }],
      })),
    },
  ],
});

export const WIRING_ADVICE: readonly AdviceRow[] = [
  incoherent(
    'OUTPUT_CERTS names a directory that no mount carries',
    carefullyWired({ proxyMount: '/elsewhere' }),
    {
      words: 'Mount the volume at /etc/own-out',
      change: template(annotations({ [MOUNTS]: written('/etc/own-out') })),
    },
    ENFORCE,
  ),
  incoherent(
    'nothing is mounted in istio-proxy at all',
    carefullyWired({ options: { annotations: { [MOUNTS]: '' } } }),
    {
      words: 'Mount the volume at /etc/own-out',
      change: template(annotations({ [MOUNTS]: written('/etc/own-out') })),
    },
    ENFORCE,
  ),
  incoherent('istio-proxy mounts it read-only', carefullyWired({ proxyReadOnly: true }), {
    words: 'Remove readOnly there',
    change: template(annotations({ [MOUNTS]: written('/etc/own-out') })),
  }),
  incoherent(
    'the certificates are to go into a secret',
    carefullyWired({ volume: { name: 'own-certs', secret: { secretName: 'x' } } }),
    { words: 'Use an emptyDir with medium: Memory', change: declared },
  ),
  incoherent(
    'the volume is declared nowhere',
    carefullyWired({ options: {}, volume: { name: 'own-certs' } }),
    { words: 'Declare it as an emptyDir with medium: Memory', change: declared },
  ),
  incoherent(
    'Prometheus does not mount the volume',
    carefullyWired({ mounts: [] }),
    { words: 'Mount it there, read-only', change: template(mounted('/etc/own-certs')) },
    ENFORCE,
  ),
  incoherent(
    'istio-proxy is to write where it takes its own certificate from',
    carefullyWired({ output: '/var/run/secrets/workload-spiffe-credentials' }),
    {
      words: 'Write to a directory of its own, such as /etc/istio-output-certs',
      change: template(
        annotations({
          [CONFIG]: config('/etc/istio-output-certs'),
          [MOUNTS]: written('/etc/istio-output-certs'),
        }),
      ),
    },
  ),
  lost(
    'its annotation says no more where to',
    carefullyWired({ options: { annotations: { [CONFIG]: 'concurrency: 1\n' } } }),
    { words: AGAIN, change: template(annotations({ [CONFIG]: config('/etc/own-out') })) },
    ENFORCE,
  ),
  lost(
    'its mount is gone',
    carefullyWired({ mounts: [] }),
    { words: 'Mount it there, read-only', change: template(mounted('/etc/own-certs')) },
    { words: AGAIN, change: template(mounted('/etc/own-certs')) },
    ENFORCE,
  ),
  lost(
    'it writes elsewhere, where nothing is mounted',
    carefullyWired({ output: '/etc/new', proxyMount: '/etc/own-out' }),
    {
      words: 'Mount the volume at /etc/new',
      change: template(annotations({ [MOUNTS]: written('/etc/new') })),
    },
    { words: AGAIN, change: template(annotations({ [CONFIG]: config('/etc/own-out') })) },
  ),
  lost('its annotation cannot be read', carefullyWired({ options: { annotations: { [CONFIG]: 'a: [' } } }), {
    words: AGAIN,
    change: template(annotations({ [CONFIG]: config('/etc/own-out') })),
  }),
  ownProxy('a container istio-proxy writes no certificates', handMade({ env: [] }, MEMORY)),
  ownProxy(
    'a container istio-proxy computes where it writes',
    handMade({ env: [{ name: 'OUTPUT_CERTS', valueFrom: {} }] }, MEMORY),
  ),
  ownProxy('a container istio-proxy writes where nothing is mounted', handMade({ volumeMounts: [] }, MEMORY)),
  {
    code: 'ProxyContainerInTemplate',
    name: 'spec orders another directory than the one of a container istio-proxy that works',
    seen: {
      ...handWorld(handMade()),
      resource: scrape({ certificates: { outputDirectory: '/etc/mine' } }),
    },
    advice: [
      {
        words: 'leave outputDirectory, mountPath and volumeName of spec.certificates unset',
        change: resource(({ certificates: { trustReadiness } }) => ({ certificates: { trustReadiness } })),
      },
      {
        words:
          'or set all three to what is there: outputDirectory /etc/istio-certs, mountPath /etc/hand-certs, volumeName certs',
        change: resource(({ certificates }) => ({
          certificates: {
            ...certificates,
            outputDirectory: '/etc/istio-certs',
            mountPath: '/etc/hand-certs',
            volumeName: 'certs',
          },
        })),
      },
    ],
  },
];
