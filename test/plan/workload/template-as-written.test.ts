import { describe, expect, it } from 'vitest';
import type { StatefulSet } from '../../../src/api/kubernetes.ts';
import { nextPod, templateAsWritten } from '../../../src/plan/workload/template-as-written.ts';
import { entry, LABEL_FIELDS } from '../../support/managed-fields.ts';
import { MANAGER, scrape } from '../../support/scrape.ts';
import { subject } from '../../support/snapshot.ts';
import { statefulSet, wired } from '../../support/stateful-set.ts';

const written = (of: StatefulSet, spec = {}) =>
  templateAsWritten(subject({ statefulSet: of, resource: scrape(spec) }));

describe('templateAsWritten', () => {
  it.each([
    { name: 'a legacy template', of: statefulSet() },
    { name: 'a template that is wired already', of: wired() },
    {
      name: 'a template with another volume of our name and another mount at our path',
      of: wired({
        volumes: [{ name: 'istio-output-certs', emptyDir: {} }],
        mounts: [{ name: 'config', mountPath: '/etc/prom-certs' }],
      }),
    },
  ])('is the wired one for $name', ({ of }) => {
    expect(written(of)).toEqual(wired().spec.template);
  });

  it('takes away a label of ours that is no longer desired, and keeps one that is not ours', () => {
    const metadata = { managedFields: [entry(MANAGER, [LABEL_FIELDS])] };
    const canary = { istio: { revision: 'canary' } };
    const labels = { app: 'prometheus', 'istio.io/rev': 'canary' };
    expect(written(wired({ metadata }), canary).metadata?.labels).toEqual(labels);
    expect(written(wired(), canary).metadata?.labels).toEqual({
      ...labels,
      'sidecar.istio.io/inject': 'true',
    });
  });

  it('takes a mount that is spelled with a trailing slash for the one at our path', () => {
    const of = wired({
      mounts: [{ name: 'istio-output-certs', mountPath: '/etc/prom-certs/', readOnly: true }],
    });
    expect(written(of)).toEqual(of.spec.template);
  });

  it('mounts the volume into the Prometheus container alone', () => {
    const of = statefulSet({ containers: [{ name: 'reloader' }] });
    expect(written(of).spec.containers[1]).toEqual({ name: 'reloader' });
  });
});

describe('nextPod', () => {
  it("is what the workload's controller would create, but for its name", () => {
    const of = wired({
      spec: { volumeClaimTemplates: [{ metadata: { name: 'data' } }, { metadata: { name: 'config' } }] },
    });
    const made = nextPod(subject({ statefulSet: of }), of.spec.template);
    expect(made).toMatchObject({ apiVersion: 'v1', kind: 'Pod' });
    expect(made.metadata).toEqual({
      generateName: 'prometheus-',
      namespace: 'app-metrics',
      ...of.spec.template.metadata,
      ownerReferences: [
        {
          apiVersion: 'apps/v1',
          kind: 'StatefulSet',
          name: 'prometheus',
          uid: 'uid-workload',
          controller: true,
        },
      ],
    });
    const { volumes, ...spec } = made.spec;
    const { volumes: declared, ...ofTemplate } = of.spec.template.spec;
    expect(spec).toEqual(ofTemplate);
    // A claim comes before a volume of the template that has its name.
    expect(volumes).toEqual([
      ...(declared ?? []).filter(({ name }) => name !== 'config'),
      { name: 'data', persistentVolumeClaim: { claimName: 'data-prometheus-0' } },
      { name: 'config', persistentVolumeClaim: { claimName: 'config-prometheus-0' } },
    ]);
  });
});
