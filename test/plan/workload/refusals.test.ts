import { describe, expect, it } from 'vitest';
import { fingerprint } from '../../../src/plan/model/field.ts';
import { entry, LABEL_FIELDS, MOUNT_FIELDS, OUR_FIELDS } from '../../support/managed-fields.ts';
import { MANAGER, scrape } from '../../support/scrape.ts';
import { statefulSet, wired, type WorkloadOptions } from '../../support/stateful-set.ts';
import { applied, differing, evaluate, MOUNT } from './evaluated.ts';

describe('planWorkload, in what it refuses', () => {
  const appliedLabel = { managedFields: [entry(MANAGER, [LABEL_FIELDS])] };
  const rows: { name: string; template: WorkloadOptions; reason: string; says: string }[] = [
    {
      name: 'the volume name with a secret (the article)',
      template: { volumes: [{ name: 'istio-output-certs', secret: { secretName: 'istio.default' } }] },
      reason: 'VolumeNameTaken',
      says: 'the pod template already declares volume istio-output-certs from secret: set spec.certificates.volumeName to a free name',
    },
    {
      name: 'the volume name with an emptyDir on disk that we never made',
      template: { volumes: [{ name: 'istio-output-certs', emptyDir: {} }] },
      reason: 'VolumeNameTaken',
      says: 'the pod template already declares volume istio-output-certs from an emptyDir on disk: set spec.certificates.volumeName to a free name',
    },
    {
      name: 'the volume name with an emptyDir on disk where it applied other fields only',
      template: { volumes: [{ name: 'istio-output-certs', emptyDir: {} }], metadata: appliedLabel },
      reason: 'VolumeNameTaken',
      says: 'from an emptyDir on disk',
    },
    {
      name: 'another volume at the mount path where it applied other fields only',
      template: { mounts: [{ name: 'data', mountPath: '/etc/prom-certs' }], metadata: appliedLabel },
      reason: 'MountPathTaken',
      says: 'already mounts volume data at /etc/prom-certs, which',
    },
    {
      name: 'the volume name in sidecar.istio.io/userVolume, from another source',
      template: {
        annotations: {
          'sidecar.istio.io/userVolume': '{"istio-output-certs":{"secret":{"secretName":"x"}}}',
        },
      },
      reason: 'VolumeNameTaken',
      says: 'annotation sidecar.istio.io/userVolume declares istio-output-certs from another source: set spec.certificates.volumeName to a free name',
    },
    {
      name: 'a sidecar.istio.io/userVolume that cannot be read',
      template: { annotations: { 'sidecar.istio.io/userVolume': '{' } },
      reason: 'AnnotationNotMergeable',
      says: 'annotation sidecar.istio.io/userVolume of the pod template cannot be read: ',
    },
    ...(
      [
        ['at', '/etc/prom-certs'],
        ['at (with a trailing slash)', '/etc/prom-certs/'],
        ['below', '/etc/prom-certs/old'],
        ['above', '/etc'],
        ['above, the root', '/'],
      ] as const
    ).map(([where, mountPath]) => ({
      name: `a mount ${where} the mount path`,
      template: { mounts: [{ name: 'data', mountPath }] },
      reason: 'MountPathTaken',
      says: `container prometheus already mounts volume data at ${mountPath}, which is at, below or above /etc/prom-certs: set spec.certificates.mountPath to a free directory`,
    })),
    {
      name: 'a proxy.istio.io/config that is no YAML',
      template: { annotations: { 'proxy.istio.io/config': '{{ .Values.proxy }}' } },
      reason: 'AnnotationNotMergeable',
      says: 'annotation proxy.istio.io/config of the pod template cannot be merged: ',
    },
    {
      name: 'a userVolumeMount that is no JSON',
      template: { annotations: { 'sidecar.istio.io/userVolumeMount': 'certs:/etc' } },
      reason: 'AnnotationNotMergeable',
      says: 'annotation sidecar.istio.io/userVolumeMount of the pod template cannot be merged: ',
    },
  ];
  it.each(rows)('refuses $name and writes nothing', ({ template, reason, says }) => {
    const plan = evaluate(statefulSet(template));
    expect(plan.refusal).toMatchObject({ reason, stalled: true });
    expect(plan.refusal?.message).toContain(says);
    expect(plan.action).toBeUndefined();
    expect(plan.fields).toHaveLength(13);
  });

  it.each([
    { name: 'a mount at a neighbour with a common prefix', mountPath: '/etc/prom-certs2' },
    { name: 'a mount at a sibling', mountPath: '/etc/prometheus-data' },
  ])('accepts $name', ({ mountPath }) => {
    expect(evaluate(statefulSet({ mounts: [{ name: 'data', mountPath }] })).refusal).toBeUndefined();
  });

  it('accepts a userVolume that declares our memory volume too', () => {
    const of = statefulSet({
      annotations: {
        'sidecar.istio.io/userVolume': '{"istio-output-certs":{"emptyDir":{"medium":"Memory"}}}',
      },
    });
    expect(evaluate(of).refusal).toBeUndefined();
  });

  it('corrects a volume on disk that was memory when it was applied', () => {
    const of = wired({
      metadata: {
        managedFields: [
          entry(
            MANAGER,
            OUR_FIELDS.filter((path) => !path.includes('emptyDir')),
          ),
        ],
      },
      volumes: [{ name: 'istio-output-certs', emptyDir: {} }],
    });
    const status = { lastInSync: { workload: fingerprint(evaluate(wired()).fields) } };
    const plan = evaluate(of, scrape({}, { status }));
    expect([plan.refusal, differing(plan)]).toEqual([
      undefined,
      ['spec.template.spec.volumes[name=istio-output-certs].emptyDir.medium'],
    ]);
    expect(applied(plan).forceable).toContain(
      '.spec.template.spec.volumes[name="istio-output-certs"].emptyDir',
    );
  });

  it('corrects a mount of another volume at the path that it applied', () => {
    const status = { lastInSync: { workload: fingerprint(evaluate(wired()).fields) } };
    const of = wired({
      metadata: {
        managedFields: [
          entry(
            MANAGER,
            OUR_FIELDS.filter((path) => !path.endsWith(`${MOUNT_FIELDS}\nf:name`)),
          ),
        ],
      },
      mounts: [{ name: 'config', mountPath: '/etc/prom-certs', readOnly: true }],
    });
    const plan = evaluate(of, scrape({}, { status }));
    expect([plan.refusal, differing(plan)]).toEqual([undefined, [`${MOUNT}.name`]]);
  });
});
