import { describe, expect, it } from 'vitest';
import { lacksFinalizer } from '../../../src/plan/undo/has-written.ts';
import { plan } from '../../../src/plan/plan.ts';
import { present } from '../../support/answers.ts';
import { entry, OUR_FIELDS } from '../../support/managed-fields.ts';
import { owned } from '../../support/owned-objects.ts';
import { MANAGER, scrape } from '../../support/scrape.ts';
import { snapshot, type SnapshotOptions } from '../../support/snapshot.ts';
import { statefulSet, wired } from '../../support/stateful-set.ts';

const ours = wired({
  metadata: { managedFields: [entry('kubectl', ['f:spec']), entry(MANAGER, OUR_FIELDS)] },
});
const recorded = { mode: 'Enforce', isRecorded: true } as const;
const FINALIZERS = { metadata: { finalizers: ['meshscrape.dev/undo'] } };
const uid = (of: string) => ({ annotations: { 'meshscrape.dev/resource-uid': of } });

describe('lacksFinalizer', () => {
  const rows: readonly {
    readonly name: string;
    readonly seen?: SnapshotOptions;
    readonly config?: Parameters<typeof lacksFinalizer>[1];
    readonly lacks: boolean;
  }[] = [
    { name: 'a resource that wrote nothing', lacks: false },
    { name: 'fields of ours in the pod template', seen: { statefulSet: ours }, lacks: true },
    {
      name: 'what a resource of another name wrote',
      seen: { statefulSet: ours, resource: scrape({}, { metadata: { name: 'other' } }) },
      lacks: false,
    },
    {
      name: 'a Sidecar of ours',
      seen: { sidecars: present([owned('Sidecar', undefined, uid('uid-resource'))]) },
      lacks: true,
    },
    {
      name: 'a PeerAuthentication of ours',
      seen: { peerAuthentications: present([owned('PeerAuthentication', undefined, uid('uid-resource'))]) },
      lacks: true,
    },
    {
      name: 'a PeerAuthentication that a resource of the same name left behind',
      seen: { peerAuthentications: present([owned('PeerAuthentication', undefined, uid('uid-before'))]) },
      lacks: false,
    },
    { name: 'a record in the ConfigMap', config: recorded, lacks: true },
    {
      name: 'a record in a ConfigMap that is only observed',
      config: { ...recorded, mode: 'Observe' },
      lacks: false,
    },
    { name: 'no record in the ConfigMap', config: { ...recorded, isRecorded: false }, lacks: false },
    {
      name: 'a finalizer that is there',
      seen: { statefulSet: ours, resource: scrape({}, FINALIZERS) },
      config: recorded,
      lacks: false,
    },
    {
      name: 'the finalizer of another',
      seen: { statefulSet: ours, resource: scrape({}, { metadata: { finalizers: ['foregroundDeletion'] } }) },
      lacks: true,
    },
    {
      name: 'a workload that is gone',
      seen: { statefulSet: { kind: 'absent' } },
      lacks: false,
    },
  ];
  it.each(rows)('says $lacks of $name', ({ seen = {}, config, lacks }) => {
    expect(lacksFinalizer(snapshot(seen), config)).toBe(lacks);
  });
});

describe('plan, in whether the finalizer is to be set', () => {
  const left = { sidecars: present([owned('Sidecar', undefined, uid('uid-resource'))]) };
  it.each([
    {
      name: 'not in Observe, where nothing was written',
      seen: { resource: scrape({ mode: 'Observe' }) },
      needs: false,
    },
    { name: 'before the first write', seen: {}, needs: true },
    {
      name: 'again in Observe, where something was written before',
      seen: { resource: scrape({ mode: 'Observe' }), statefulSet: ours },
      needs: true,
    },
    {
      name: 'again where the workload is gone',
      seen: { ...left, statefulSet: { kind: 'absent' as const } },
      needs: true,
    },
    {
      name: 'not where the workload never was',
      seen: { statefulSet: { kind: 'absent' as const } },
      needs: false,
    },
    {
      name: 'not where it is set',
      seen: { ...left, statefulSet: statefulSet(), resource: scrape({}, FINALIZERS) },
      needs: false,
    },
  ])('is so: $name', ({ seen, needs }) => {
    expect(plan(snapshot(seen)).needsFinalizer).toBe(needs);
  });
});
