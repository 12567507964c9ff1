import { describe, expect, it } from 'vitest';

import type { StatefulSet } from '../../src/api/kubernetes.ts';
import { plan } from '../../src/plan/plan.ts';
import { present, reads } from '../support/answers.ts';
import { entry, OUR_FIELDS } from '../support/managed-fields.ts';
import { podOf } from '../support/pod.ts';
import { MANAGER, scrape } from '../support/scrape.ts';
import { snapshot, type SnapshotOptions } from '../support/snapshot.ts';
import { EMPTY_TEMPLATE_RECORD, statefulSet, wired } from '../support/stateful-set.ts';
import { actions } from './world.ts';

const RECORD = { 'meshscrape.dev/original-template': EMPTY_TEMPLATE_RECORD };
const ours = { annotations: RECORD, managedFields: [entry(MANAGER, OUR_FIELDS)] };
const drifted = wired({ metadata: ours, labels: { 'sidecar.istio.io/inject': 'false' } });
const last = {
  outputDirectory: '/etc/istio-output-certs',
  mountPath: '/etc/prom-certs',
  volumeName: 'istio-output-certs',
};

/** What is done about a workload whose ConfigMap does not exist. */
function doneTo(of: StatefulSet, seen: SnapshotOptions = {}): readonly string[] {
  const missing = { ...reads({ statefulSet: of }), configMaps: { prometheus: { kind: 'absent' as const } } };
  return actions(plan(snapshot({ statefulSet: of, ...seen, reads: missing })));
}

describe('plan, where the configuration does not exist', () => {
  const rows: { name: string; of: StatefulSet; seen?: SnapshotOptions }[] = [
    { name: 'a template of which nothing is ours', of: statefulSet() },
    {
      name: 'a template that was rolled back, whose record stayed',
      of: statefulSet({ metadata: { annotations: RECORD } }),
    },
    {
      name: 'a template that only records are left in',
      of: statefulSet({ metadata: { managedFields: [entry('meshscrape', ['f:metadata\nf:annotations'])] } }),
    },
    {
      name: 'another mount path, where status was lost',
      of: wired({ metadata: ours }),
      seen: { resource: scrape({ certificates: { mountPath: '/etc/new' } }) },
    },
    {
      name: 'another container',
      of: wired({ metadata: ours, containers: [{ name: 'prom2', image: 'prom/prometheus' }] }),
      seen: {
        resource: scrape(
          { workload: { container: 'prom2' } },
          { status: { certificates: last, workload: { container: 'prometheus' } } },
        ),
      },
    },
  ];
  it.each(rows)('begins nothing with $name', ({ of, seen }) => {
    expect(doneTo(of, seen)).toEqual([]);
  });

  it('corrects the drift of a template that lives', () => {
    expect(doneTo(drifted)).toContain('ApplyTemplate StatefulSet');
  });
});

describe('plan, where inbound policies would be bypassed', () => {
  const of = statefulSet({ labels: { 'sidecar.istio.io/inject': 'true' } });
  const policy = {
    apiVersion: 'security.istio.io/v1',
    kind: 'AuthorizationPolicy',
    metadata: { name: 'only-grafana', namespace: 'app-metrics', uid: 'u', resourceVersion: '1' },
  } as const;
  const answers = { ...reads({ statefulSet: of, pods: [podOf(of)] }), inboundPolicies: present([policy]) };

  it.each([
    { name: 'the template is ours to write', manage: {} },
    { name: 'the template is ignored', manage: { workload: 'Ignore' } },
    { name: 'the template is only observed', manage: { workload: 'Observe' } },
  ] as const)('writes no PeerAuthentication where $name', ({ manage }) => {
    const made = plan(snapshot({ resource: scrape({ manage }), statefulSet: of, reads: answers }));
    expect(actions(made)).not.toContain('ApplyOwned PeerAuthentication');
    expect(made.evaluation?.parts.peerAuthentication.refusal?.reason).toBe('InboundPolicyWouldBeBypassed');
  });
});

describe('plan, where a pod of another workload mounts the ConfigMap', () => {
  const twin = statefulSet({ metadata: { name: 'twin', uid: 'uid-twin' } });
  const claim = (spec: Parameters<typeof scrape>[0]) => ({
    ...scrape({ ...spec, workload: { name: 'twin' } }),
    metadata: { ...scrape().metadata, name: 'twin', uid: 'uid-claim' },
  });
  const rows: { name: string; spec: Parameters<typeof scrape>[0]; begins: boolean }[] = [
    { name: 'a resource that wires it', spec: {}, begins: true },
    { name: 'one that only observes', spec: { mode: 'Observe' }, begins: false },
    { name: 'one that is suspended', spec: { suspend: true }, begins: false },
    { name: 'one that ignores the template', spec: { manage: { workload: 'Ignore' } }, begins: false },
  ];
  it.each(rows)('begins: $begins, with $name', ({ spec, begins }) => {
    const resource = scrape();
    const answers = { ...reads(), podsOfNamespace: present([podOf(twin, { proxy: 'none' })]) };
    const made = plan(snapshot({ resource, resources: [resource, claim(spec)], reads: answers }));
    expect(actions(made).includes('ApplyTemplate StatefulSet')).toBe(begins);
  });
});
