// Advice about what is in the way of volume, mount and annotations of the pod template.
import type { Volume } from '../../../../src/api/kubernetes.ts';
import { scrape } from '../../../support/scrape.ts';
import type { SnapshotOptions } from '../../../support/snapshot.ts';
import { statefulSet, type WorkloadOptions } from '../../../support/stateful-set.ts';
import { annotations, resource, template, type Change } from '../changes.ts';
import type { Advice, AdviceRow } from '../row.ts';
import { applied, carefullyWired, handWorld, legacyWith } from '../worlds.ts';

const CONFIG = 'proxy.istio.io/config';
const MOUNTS = 'sidecar.istio.io/userVolumeMount';
const VOLUMES = 'sidecar.istio.io/userVolume';
const INBOUND = 'traffic.sidecar.istio.io/includeInboundPorts';

const certificates = (set: object): Change =>
  resource((spec) => ({ certificates: { ...spec.certificates, ...set } }));
const annotated = (texts: Readonly<Record<string, string>>): WorkloadOptions => ({ annotations: texts });

/** An annotation into which nothing can be merged, and the text in which a person has followed the words. */
function unmergeable(
  key: string,
  [words, before, after]: readonly [words: string, before: string, after: string],
  more: readonly Advice[] = [],
): AdviceRow {
  return {
    code: 'AnnotationNotMergeable',
    name: `${key} is ${before}`,
    seen: legacyWith(statefulSet(annotated({ [key]: before }))),
    advice: [{ words, change: template(annotations({ [key]: after })) }, ...more],
  };
}

const taken = (volume: Volume): AdviceRow => ({
  code: 'VolumeNameTaken',
  name: `the template has a volume of that name: ${JSON.stringify(volume)}`,
  seen: legacyWith(statefulSet({ volumes: [volume] })),
  advice: [
    {
      words: 'set spec.certificates.volumeName to a free name',
      change: certificates({ volumeName: 'mesh-certs' }),
    },
  ],
});

const UNSET = 'leave outputDirectory, mountPath and volumeName of spec.certificates unset';
const SETTINGS =
  'or set all three to what is there: outputDirectory /etc/own-out, mountPath /etc/own-certs, volumeName own-certs';
const AUTO = 'set spec.manage.workload to Auto, so that the wiring that is there is adopted as it is';
const unset = resource(({ certificates: { trustReadiness } }) => ({ certificates: { trustReadiness } }));
const ORDERED: readonly [Advice, Advice] = [
  { words: UNSET, change: unset },
  {
    words: SETTINGS,
    change: certificates({
      outputDirectory: '/etc/own-out',
      mountPath: '/etc/own-certs',
      volumeName: 'own-certs',
    }),
  },
];
const auto = resource(({ manage }) => ({ manage: { ...manage, workload: 'Auto' } }));
const enforced = scrape({ manage: { workload: 'Enforce' } });
const careful = handWorld(applied(carefullyWired()));
const onDisk = handWorld(applied(carefullyWired({ volume: { name: 'own-certs', emptyDir: {} } })));
const unheld = carefullyWired({
  options: annotated({
    [CONFIG]: 'proxyMetadata: {OUTPUT_CERTS: /etc/own-out}\nholdApplicationUntilProxyStarts: false\n',
  }),
});
const slashed = handWorld(
  applied(
    carefullyWired({
      output: '/etc/istio-output-certs',
      mounts: ['/etc/prom-certs/'],
      volume: { name: 'mesh', emptyDir: { medium: 'Memory' } },
    }),
  ),
);
/** Prometheus mounts nothing of it; spec orders it completed at /etc/mine. */
const completed = (output: string): SnapshotOptions => ({
  ...handWorld(applied(carefullyWired({ output, mounts: [] }))),
  resource: scrape({
    manage: { workload: 'Enforce' },
    certificates: { outputDirectory: '/etc/mine' },
  }),
});
const CORRECTED = {
  [CONFIG]: 'proxyMetadata:\n  OUTPUT_CERTS: /etc/mine\nholdApplicationUntilProxyStarts: true\n',
  [MOUNTS]: '[{"name":"own-certs","mountPath":"/etc/mine"}]',
};
const intercepted = applied(statefulSet(annotated({ [INBOUND]: '9090' })));

export const TEMPLATE_ADVICE: readonly AdviceRow[] = [
  taken({ name: 'istio-output-certs', secret: {} }),
  taken({ name: 'istio-output-certs', emptyDir: {} }),
  {
    code: 'VolumeNameTaken',
    name: 'an annotation has a volume of that name',
    seen: legacyWith(
      statefulSet(annotated({ [VOLUMES]: '{"istio-output-certs":{"secret":{"secretName":"x"}}}' })),
    ),
    advice: [
      {
        words: 'set spec.certificates.volumeName to a free name',
        change: certificates({ volumeName: 'mesh-certs' }),
      },
    ],
  },
  {
    code: 'MountPathTaken',
    name: 'something else is mounted below the mount path',
    seen: legacyWith(statefulSet({ mounts: [{ name: 'config', mountPath: '/etc/prom-certs/deep' }] })),
    advice: [
      {
        words: 'set spec.certificates.mountPath to a free directory',
        change: certificates({ mountPath: '/etc/mesh-certs' }),
      },
    ],
  },
  unmergeable(CONFIG, ['give it "key: value" lines, or remove it', 'proxyMetadata: []', 'proxyMetadata: {}']),
  unmergeable(CONFIG, ['fix it by hand', 'a: [', '']),
  unmergeable(CONFIG, ['spell it proxyMetadata', 'proxymetadata: {A: b}', 'proxyMetadata: {A: b}']),
  unmergeable(CONFIG, ['put it in quotes', 'proxyMetadata: {A: 1}', 'proxyMetadata: {A: "1"}']),
  unmergeable(CONFIG, ['remove that line', '%YAML 1.1\n---\nconcurrency: 1\n', 'concurrency: 1\n']),
  unmergeable(CONFIG, [
    'keep one',
    'proxyMetadata: {A: b}\nproxy_metadata: {C: d}\n',
    'proxyMetadata: {A: b, C: d}\n',
  ]),
  unmergeable(CONFIG, ['write the value plainly', 'proxyMetadata: &a {A: b}\n', 'proxyMetadata: {A: b}\n']),
  unmergeable(MOUNTS, ['it must be a JSON object by volume name', '"x"', '{}']),
  unmergeable(MOUNTS, ['add one', '{"x":{}}', '{"x":{"mountPath":"/x"}}']),
  unmergeable(MOUNTS, [
    'remove it',
    '{"istio-output-certs":{"mountPath":"/etc/istio-output-certs","subPath":"x"}}',
    '{"istio-output-certs":{"mountPath":"/etc/istio-output-certs"}}',
  ]),
  {
    code: 'AnnotationNotMergeable',
    name: 'another volume is mounted in istio-proxy where the certificates are to go',
    seen: legacyWith(
      statefulSet(annotated({ [MOUNTS]: '{"config":{"mountPath":"/etc/istio-output-certs/"}}' })),
    ),
    advice: [
      {
        words: 'set spec.certificates.outputDirectory to another directory',
        change: certificates({ outputDirectory: '/etc/mesh-output' }),
      },
      {
        words: 'or move that mount',
        change: template(annotations({ [MOUNTS]: '{"config":{"mountPath":"/etc/elsewhere"}}' })),
      },
    ],
  },
  {
    code: 'AnnotationNotMergeable',
    name: 'sidecar.istio.io/userVolume cannot be read',
    seen: legacyWith(statefulSet(annotated({ [VOLUMES]: '"x"' }))),
    advice: [{ words: 'correct it there', change: template(annotations({ [VOLUMES]: '{}' })) }],
  },
  {
    code: 'FieldConflict',
    name: 'somebody intercepts a port on purpose',
    seen: legacyWith(intercepted),
    advice: [
      { words: 'change it there', change: template(annotations({ [INBOUND]: '' })) },
      {
        words: 'or set spec.conflictPolicy to Force',
        change: resource(() => ({ conflictPolicy: 'Force' })),
      },
    ],
  },
  {
    code: 'FieldConflict',
    name: 'spec orders another directory than the one of a wiring that works',
    seen: { ...careful, resource: scrape({ certificates: { outputDirectory: '/etc/mine' } }) },
    advice: ORDERED,
  },
  {
    code: 'FieldConflict',
    name: 'a wiring that works lies in a legacy directory, and spec orders another',
    seen: {
      ...handWorld(applied(carefullyWired({ mounts: ['/etc/istio-certs'] }))),
      resource: scrape({ certificates: { outputDirectory: '/etc/mine' } }),
    },
    advice: [{ words: `${UNSET}, which takes what is there`, change: unset }],
  },
  {
    code: 'FieldConflict',
    name: 'a wiring that does not fit is to be completed elsewhere than it writes',
    seen: completed('/etc/own-out'),
    advice: [
      {
        words: 'set spec.certificates.outputDirectory to /etc/own-out',
        change: certificates({ outputDirectory: '/etc/own-out' }),
      },
      { words: 'or change it there', change: template(annotations(CORRECTED)) },
    ],
  },
  {
    code: 'FieldConflict',
    name: 'a wiring that does not fit is to be completed, and writes where no spec may',
    seen: completed('/etc/certs'),
    advice: [
      { words: 'change it there', change: template(annotations(CORRECTED)) },
      {
        words: 'or set spec.conflictPolicy to Force',
        change: resource(() => ({ conflictPolicy: 'Force' })),
      },
    ],
  },
  {
    code: 'AnnotationNotMergeable',
    name: "Istio's own recipe with its trailing slash, and spec orders another volume",
    seen: { ...slashed, resource: scrape({ certificates: { volumeName: 'istio-output-certs' } }) },
    advice: [
      { words: UNSET, change: unset },
      {
        words:
          'or set all three to what is there: outputDirectory /etc/istio-output-certs, mountPath /etc/prom-certs, volumeName mesh',
        change: certificates({
          outputDirectory: '/etc/istio-output-certs',
          mountPath: '/etc/prom-certs',
          volumeName: 'mesh',
        }),
      },
    ],
  },
  {
    code: 'FieldConflict',
    name: 'spec orders another directory than the one of a wiring that works where no spec may',
    seen: {
      ...handWorld(applied(carefullyWired({ output: '/etc/certs' }))),
      resource: scrape({ certificates: { outputDirectory: '/etc/mine' } }),
    },
    advice: [{ words: `${UNSET}, which takes what is there`, change: unset }],
  },
  {
    code: 'FieldConflict',
    name: 'a wiring that works is to be completed, and its owner does not want the hold',
    seen: { ...handWorld(applied(unheld)), resource: enforced },
    advice: [{ words: AUTO, change: auto }],
  },
  {
    code: 'AnnotationNotMergeable',
    name: 'spec orders another volume than the one of a wiring that works',
    seen: { ...careful, resource: scrape({ certificates: { volumeName: 'mine' } }) },
    advice: ORDERED,
  },
  {
    code: 'MountPathTaken',
    name: 'spec orders a mount below the one of a wiring that works',
    seen: { ...careful, resource: scrape({ certificates: { mountPath: '/etc/own-certs/deep' } }) },
    advice: ORDERED,
  },
  {
    code: 'VolumeNameTaken',
    name: 'spec orders the volume of somebody else beside a wiring that works',
    seen: {
      ...careful,
      resource: scrape({ certificates: { outputDirectory: '/etc/mine', volumeName: 'config' } }),
    },
    advice: ORDERED,
  },
  {
    code: 'VolumeNameTaken',
    name: 'a wiring that works on disk is to be completed',
    seen: { ...onDisk, resource: enforced },
    advice: [{ words: AUTO, change: auto }],
  },
];
