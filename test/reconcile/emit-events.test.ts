import { describe, expect, it } from 'vitest';
import type { ReportedEvent } from '../../src/report/event.ts';
import { emitEvents } from '../../src/reconcile/emit-events.ts';
import { World } from './world.ts';

const resource = {
  apiVersion: 'meshscrape.dev/v1alpha1',
  kind: 'PrometheusIstioScrape',
  namespace: 'app-metrics',
  name: 'prometheus',
};
const workload = { apiVersion: 'apps/v1', kind: 'StatefulSet', namespace: 'app-metrics', name: 'prometheus' };
const content = {
  type: 'Warning',
  reason: 'VolumeNameTaken',
  action: 'Reconcile',
  note: 'taken (docs/troubleshooting.md#volumenametaken)',
} as const;
const events: readonly ReportedEvent[] = [
  { ...content, regarding: 'Resource' },
  { ...content, regarding: 'Workload' },
];

describe('emitEvents', () => {
  it('emits one Event for each, regarding the one and related to the other', async () => {
    const world = new World();
    await emitEvents(world.resource(), world.cluster, events);
    const own = { ...resource, uid: 'uid-resource' };
    const other = { ...workload, uid: 'uid-workload' };
    expect(world.cluster.events).toEqual([
      { ...content, regarding: own, related: other },
      { ...content, regarding: other, related: own },
    ]);
  });

  it('leaves out those for the owner of a workload that is gone, and relates the others to nothing', async () => {
    const world = new World();
    world.cluster.remove('StatefulSet', 'prometheus');
    await emitEvents(world.resource(), world.cluster, events.toReversed());
    expect(world.cluster.events).toStrictEqual([
      { ...content, regarding: { ...resource, uid: 'uid-resource' } },
    ]);
  });
});
