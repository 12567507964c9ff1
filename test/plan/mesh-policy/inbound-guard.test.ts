import { describe, expect, it } from 'vitest';
import type { InboundPolicy } from '../../../src/api/kubernetes.ts';
import { inboundGuard } from '../../../src/plan/mesh-policy/inbound-guard.ts';
import type { Reads } from '../../../src/plan/model/snapshot.ts';
import { findTarget } from '../../../src/plan/workload/target.ts';
import {
  podOf,
  present,
  scrape,
  snapshot,
  statefulSet,
  wired,
  type SnapshotOptions,
} from '../../support/builders.ts';

const controllerOf = (apiVersion: string, kind: string) => ({
  metadata: { ownerReferences: [{ apiVersion, kind, name: 'main', uid: 'u', controller: true }] },
});

describe('findTarget', () => {
  const own = scrape();
  const other = (name: string, creationTimestamp: string, workload = 'prometheus') =>
    scrape({ workload: { name: workload } }, { metadata: { name, creationTimestamp, uid: name } });

  it('finds the StatefulSet and its container', () => {
    const target = findTarget(snapshot());
    expect(target).toMatchObject({
      kind: 'found',
      statefulSet: { metadata: { name: 'prometheus' } },
      container: { name: 'prometheus' },
    });
  });

  const rows: { name: string; seen: SnapshotOptions; reason: string; stalled: boolean; says: string }[] = [
    {
      name: 'no StatefulSet',
      seen: { statefulSet: { kind: 'absent' } },
      reason: 'WorkloadNotFound',
      stalled: false,
      says: 'StatefulSet/prometheus does not exist in namespace app-metrics; it is picked up when it appears',
    },
    {
      name: 'a StatefulSet that may not be read',
      seen: { statefulSet: { kind: 'unreadable', message: 'cannot list statefulsets' } },
      reason: 'NotAuthorized',
      stalled: false,
      says: 'StatefulSets cannot be read: cannot list statefulsets',
    },
    {
      name: 'one of the Prometheus operator',
      seen: { statefulSet: statefulSet(controllerOf('monitoring.coreos.com/v1', 'Prometheus')) },
      reason: 'OwnedByController',
      stalled: true,
      says: 'StatefulSet/prometheus belongs to Prometheus/main, which would undo every change: set podMetadata.annotations and labels, volumes, volumeMounts and scrapeClasses[].tlsConfig of that Prometheus instead',
    },
    {
      name: 'one of another controller',
      seen: { statefulSet: statefulSet(controllerOf('example.org/v1', 'Shop')) },
      reason: 'OwnedByController',
      stalled: true,
      says: 'StatefulSet/prometheus belongs to Shop/main, which would undo every change: change that Shop instead',
    },
    {
      name: 'one that an older resource claims',
      seen: { resources: [own, other('zebra', '2026-03-01T09:00:00Z')] },
      reason: 'TargetClaimed',
      stalled: true,
      says: 'StatefulSet/prometheus is already managed by PrometheusIstioScrape/zebra, which is older: delete one of the two',
    },
    {
      name: 'one that a resource of the same second claims, by name',
      seen: { resources: [own, other('alpha', '2026-03-01T10:00:00Z')] },
      reason: 'TargetClaimed',
      stalled: true,
      says: 'PrometheusIstioScrape/alpha',
    },
    {
      name: 'the oldest of several claims',
      seen: {
        resources: [other('second', '2026-03-01T09:30:00Z'), own, other('first', '2026-03-01T09:00:00Z')],
      },
      reason: 'TargetClaimed',
      stalled: true,
      says: 'PrometheusIstioScrape/first,',
    },
    {
      name: 'a claim before a missing StatefulSet',
      seen: { statefulSet: { kind: 'absent' }, resources: [own, other('zebra', '2026-03-01T09:00:00Z')] },
      reason: 'TargetClaimed',
      stalled: true,
      says: 'zebra',
    },
    {
      name: 'containers of which none is named prometheus',
      seen: {
        statefulSet: statefulSet({
          spec: { template: { spec: { containers: [{ name: 'a' }, { name: 'b' }] } } },
        }),
      },
      reason: 'ContainerNotFound',
      stalled: true,
      says: 'none of the containers (a, b) is named prometheus: name the right one in spec.workload.container',
    },
    {
      name: 'a container of spec that is not there',
      seen: { resource: scrape({ workload: { container: 'server' } }) },
      reason: 'ContainerNotFound',
      stalled: true,
      says: 'spec.workload.container is server, but the containers are prometheus',
    },
  ];
  it.each(rows)('refuses $name', ({ seen, reason, stalled, says }) => {
    const target = findTarget(snapshot({ resource: own, ...seen }));
    if (target.kind !== 'refused') throw new Error('it was found');
    expect(target.refusal).toMatchObject({ reason, stalled });
    expect(target.refusal.message).toContain(says);
  });

  it.each([
    { name: 'a younger claim', resources: [own, other('alpha', '2026-03-01T11:00:00Z')] },
    { name: 'a later name of the same second', resources: [own, other('zebra', '2026-03-01T10:00:00Z')] },
    {
      name: 'an older resource of another workload',
      resources: [own, other('zebra', '2026-03-01T09:00:00Z', 'else')],
    },
  ])('is not bothered by $name', ({ resources }) => {
    expect(findTarget(snapshot({ resource: own, resources })).kind).toBe('found');
  });

  it('does not mind an owner that is no controller', () => {
    const ownerReferences = [{ apiVersion: 'v1', kind: 'Shop', name: 'x', uid: 'u' }];
    expect(findTarget(snapshot({ statefulSet: statefulSet({ metadata: { ownerReferences } }) })).kind).toBe(
      'found',
    );
  });

  it('takes the only container, whatever its name', () => {
    const of = statefulSet({ spec: { template: { spec: { containers: [{ name: 'server' }] } } } });
    expect(findTarget(snapshot({ statefulSet: of }))).toMatchObject({ container: { name: 'server' } });
  });
});

describe('inboundGuard', () => {
  const legacy = statefulSet();
  const policy = (kind: string, namespace: string, matchLabels?: object): InboundPolicy =>
    ({
      apiVersion: 'security.istio.io/v1beta1',
      kind,
      metadata: { name: 'deny', namespace, uid: 'p', resourceVersion: '1' },
      ...(matchLabels === undefined ? {} : { spec: { selector: { matchLabels } } }),
    }) as InboundPolicy;
  const intercepting = present([podOf(legacy)]);
  const none = present([podOf(legacy, { proxy: 'none' })]);
  const guard = (reads: Reads, of = legacy, spec = {}) =>
    inboundGuard(snapshot({ statefulSet: of, resource: scrape(spec), reads }), of);

  const rows: {
    name: string;
    reads: Reads;
    of?: typeof legacy;
    spec?: object;
    reason?: string;
    needs?: string[];
  }[] = [
    { name: 'asks for the pods first', reads: {}, needs: ['Pods'] },
    { name: 'asks nothing more where no pod is in the mesh', reads: { pods: none } },
    {
      name: 'asks nothing of pods that belong to others',
      reads: { pods: present([podOf(wired({ metadata: { uid: 'other' } }))]) },
    },
    {
      name: 'asks for policies where a pod intercepts',
      reads: { pods: intercepting },
      needs: ['InboundPolicies'],
    },
    {
      name: 'asks for policies where a native sidecar intercepts',
      reads: { pods: present([podOf(legacy, { proxy: 'native' })]) },
      needs: ['InboundPolicies'],
    },
    { name: 'asks nothing of a template that has interception off already', reads: {}, of: wired() },
    { name: 'asks nothing when allowed', reads: {}, spec: { workload: { allowUnprotectedInbound: true } } },
    { name: 'is content without policies', reads: { pods: intercepting, inboundPolicies: present([]) } },
    {
      name: 'is content where the CRDs are absent',
      reads: { pods: intercepting, inboundPolicies: { kind: 'absent' } },
    },
    {
      name: 'is content with policies for other pods',
      reads: {
        pods: intercepting,
        inboundPolicies: present([policy('AuthorizationPolicy', 'app-metrics', { app: 'x' })]),
      },
    },
    {
      name: 'refuses a policy for these pods',
      reads: {
        pods: intercepting,
        inboundPolicies: present([policy('AuthorizationPolicy', 'app-metrics', { app: 'prometheus' })]),
      },
      reason: 'InboundPolicyWouldBeBypassed',
    },
    {
      name: 'refuses a policy without a selector',
      reads: {
        pods: intercepting,
        inboundPolicies: present([policy('RequestAuthentication', 'istio-system')]),
      },
      reason: 'InboundPolicyWouldBeBypassed',
    },
    {
      name: 'refuses unreadable policies',
      reads: { pods: intercepting, inboundPolicies: { kind: 'unreadable', message: 'no' } },
      reason: 'NotAuthorized',
    },
    {
      name: 'refuses unreadable pods: nobody knows whether they intercept',
      reads: { pods: { kind: 'unreadable', message: 'cannot list pods' } },
      reason: 'NotAuthorized',
    },
  ];
  it.each(rows)('$name', ({ reads, of, spec, reason, needs = [] }) => {
    const { refusal, needs: asked } = guard(reads, of, spec);
    expect([refusal?.reason, asked.map(({ kind }) => kind)]).toEqual([reason, needs]);
  });

  it('names every policy that would be bypassed', () => {
    const policies = [
      policy('AuthorizationPolicy', 'app-metrics', { app: 'prometheus' }),
      policy('RequestAuthentication', 'istio-system'),
    ];
    expect(guard({ pods: intercepting, inboundPolicies: present(policies) }).refusal).toEqual({
      reason: 'InboundPolicyWouldBeBypassed',
      stalled: true,
      message:
        "today's pods are in the mesh with inbound interception, and turning it off would bypass AuthorizationPolicy app-metrics/deny, RequestAuthentication istio-system/deny: set spec.workload.allowUnprotectedInbound if that is acceptable",
    });
  });
});
