import { describe, expect, it } from 'vitest';
import { findTarget } from '../../../src/plan/workload/target.ts';
import { present, reads } from '../../support/answers.ts';
import { scrape } from '../../support/scrape.ts';
import { snapshot, type SnapshotOptions } from '../../support/snapshot.ts';
import { statefulSet } from '../../support/stateful-set.ts';

const ABSENT = { kind: 'absent' } as const;

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
      workload: { kind: 'StatefulSet', target: 'StatefulSet/prometheus' },
      container: { name: 'prometheus' },
    });
  });

  const rows: {
    name: string;
    seen: SnapshotOptions;
    reason: string;
    stalled: boolean | 'Later';
    says: string;
  }[] = [
    {
      name: 'a StatefulSet that does not exist, where there is none at all',
      seen: { statefulSet: ABSENT },
      reason: 'WorkloadNotFound',
      stalled: 'Later',
      says: 'StatefulSet/prometheus does not exist in namespace app-metrics: only StatefulSets are managed; StatefulSets there: none; it is picked up when it appears',
    },
    {
      name: 'a StatefulSet that does not exist, naming the nearest of others',
      seen: {
        statefulSet: ABSENT,
        statefulSets: ['redis', 'thanos', 'my-prometheus', 'promtheus', 'web'].map((name) =>
          statefulSet({ metadata: { name } }),
        ),
      },
      reason: 'WorkloadNotFound',
      stalled: 'Later',
      says: 'StatefulSets there: my-prometheus, promtheus, redis and 2 more;',
    },
    {
      name: 'a StatefulSet that does not exist, where a Deployment has its name',
      seen: { statefulSet: ABSENT, reads: { ...reads(), namesakes: present(['Deployment']) } },
      reason: 'WorkloadNotFound',
      stalled: 'Later',
      says: 'does not exist in namespace app-metrics: there is a Deployment of that name, but only StatefulSets are managed; StatefulSets there: none;',
    },
    {
      name: 'a StatefulSet that does not exist, where two other kinds have its name',
      seen: { statefulSet: ABSENT, reads: { ...reads(), namesakes: present(['Deployment', 'DaemonSet']) } },
      reason: 'WorkloadNotFound',
      stalled: 'Later',
      says: ': there is a Deployment and a DaemonSet of that name, but only',
    },
    {
      name: 'a StatefulSet that does not exist, where nothing else has its name',
      seen: { statefulSet: ABSENT, reads: { ...reads(), namesakes: ABSENT } },
      reason: 'WorkloadNotFound',
      stalled: 'Later',
      says: 'in namespace app-metrics: only StatefulSets are managed;',
    },
    {
      name: 'a StatefulSet that may not be read',
      seen: { statefulSet: { kind: 'unreadable', message: 'cannot list statefulsets' } },
      reason: 'NotAuthorized',
      stalled: false,
      says: 'StatefulSets cannot be read: cannot list statefulsets',
    },
    {
      name: 'a StatefulSet of the Prometheus operator',
      seen: { statefulSet: statefulSet(controllerOf('monitoring.coreos.com/v1', 'Prometheus')) },
      reason: 'OwnedByController',
      stalled: true,
      says: 'StatefulSet/prometheus belongs to Prometheus/main, which would undo every change: set podMetadata.annotations and labels, volumes, volumeMounts and scrapeClasses[].tlsConfig of that Prometheus instead',
    },
    {
      name: 'a StatefulSet of another controller',
      seen: { statefulSet: statefulSet(controllerOf('example.org/v1', 'Shop')) },
      reason: 'OwnedByController',
      stalled: true,
      says: 'StatefulSet/prometheus belongs to Shop/main, which would undo every change: change that Shop instead',
    },
    {
      name: 'a StatefulSet that an older resource claims',
      seen: { resources: [own, other('zebra', '2026-03-01T09:00:00Z')] },
      reason: 'TargetClaimed',
      stalled: true,
      says: 'StatefulSet/prometheus is already managed by PrometheusIstioScrape/zebra, which is older: delete this one, or the older one if this is to manage it',
    },
    {
      name: 'a StatefulSet that a resource of the same second and an earlier name claims',
      seen: { resources: [own, other('alpha', '2026-03-01T10:00:00Z')] },
      reason: 'TargetClaimed',
      stalled: true,
      says: 'PrometheusIstioScrape/alpha',
    },
    {
      name: 'a StatefulSet for the oldest of several claims',
      seen: {
        resources: [other('second', '2026-03-01T09:30:00Z'), own, other('first', '2026-03-01T09:00:00Z')],
      },
      reason: 'TargetClaimed',
      stalled: true,
      says: 'PrometheusIstioScrape/first,',
    },
    {
      name: 'a claimed StatefulSet that does not exist, for the claim',
      seen: { statefulSet: ABSENT, resources: [own, other('zebra', '2026-03-01T09:00:00Z')] },
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
      says: 'none of the containers (a, b) is named prometheus, and not exactly one of them has the argument --config.file: name the right one in spec.workload.container',
    },
    {
      name: 'a container that shows nothing of Prometheus',
      seen: {
        resource: scrape({ manage: { workload: 'Ignore' } }),
        statefulSet: statefulSet({ spec: { template: { spec: { containers: [{ name: 'shop' }] } } } }),
      },
      reason: 'NotAScraper',
      stalled: true,
      says: 'container shop shows nothing of Prometheus',
    },
    {
      name: 'a container of spec that does not exist',
      seen: { resource: scrape({ workload: { container: 'server' } }) },
      reason: 'ContainerNotFound',
      stalled: true,
      says: 'spec.workload.container is server, but the containers are prometheus: name one of these',
    },
  ];
  it.each(rows)('refuses $name', ({ seen, reason, stalled, says }) => {
    const target = findTarget(snapshot({ resource: own, ...seen }));
    if (target.kind !== 'refused') throw new Error('it was found');
    expect(target.refusal).toMatchObject({ reason, stalled });
    expect(target.needs).toEqual([]);
    expect(target.refusal.message).toContain(says);
  });

  it('asks which other kinds have the name of a StatefulSet that does not exist', () => {
    const target = findTarget(snapshot({ statefulSet: ABSENT, reads: {} }));
    expect(target).toMatchObject({
      refusal: { reason: 'WorkloadNotFound' },
      needs: [{ kind: 'Namesakes' }],
    });
  });

  it.each([
    { name: 'a younger claim', resources: [own, other('alpha', '2026-03-01T11:00:00Z')] },
    { name: 'a later name of the same second', resources: [own, other('zebra', '2026-03-01T10:00:00Z')] },
    {
      name: 'an older resource of another workload',
      resources: [own, other('zebra', '2026-03-01T09:00:00Z', 'else')],
    },
  ])('accepts $name', ({ resources }) => {
    expect(findTarget(snapshot({ resource: own, resources })).kind).toBe('found');
  });

  it('accepts an owner that is no controller', () => {
    const ownerReferences = [{ apiVersion: 'v1', kind: 'Shop', name: 'x', uid: 'u' }];
    expect(findTarget(snapshot({ statefulSet: statefulSet({ metadata: { ownerReferences } }) })).kind).toBe(
      'found',
    );
  });

  it('takes the only container, whatever its name', () => {
    const containers = [{ name: 'server', image: 'prom/prometheus' }];
    const of = statefulSet({ spec: { template: { spec: { containers } } } });
    expect(findTarget(snapshot({ statefulSet: of }))).toMatchObject({ container: { name: 'server' } });
  });
});
