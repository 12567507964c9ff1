// Events on the real API server: each transition once, on the resource and on the StatefulSet for its owner, as the real
// kubectl shows them; and none where nothing flips.
import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../../testbed/api/kube-object.ts';
import { useTestBed } from '../support/control-plane.ts';
import { useController } from '../support/controller.ts';
import { useStory, type Names } from '../support/story.ts';
import { untilQuiet } from '../support/until-quiet.ts';

const bed = useTestBed();
const controller = useController({ kubeconfig: () => bed.kubeconfig });
const { names, world, scrape, becomes, converged } = useStory(bed);

const PORTS = 'traffic.sidecar.istio.io/includeInboundPorts';

interface Reported {
  readonly kind: string;
  readonly type: string;
  readonly reason: string;
  readonly action: string;
  readonly note: string;
  readonly count: number;
}

/** Every Event of a resource and its StatefulSet, in order, once no reconcile is under way. */
async function reported(name: string): Promise<readonly Reported[]> {
  await controller.settled();
  const { items } = await bed.api.list(`/apis/events.k8s.io/v1/namespaces/${bed.namespace}/events`);
  return items
    .filter((event) => event['reportingController'] === 'meshscrape.dev/controller')
    .filter((event) => (event['regarding'] as KubeObject['metadata']).name === name)
    .toSorted((a, b) => (String(a['eventTime']) < String(b['eventTime']) ? -1 : 1))
    .map((event) => ({
      kind: (event['regarding'] as { kind: string }).kind,
      type: String(event['type']),
      reason: String(event['reason']),
      action: String(event['action']),
      note: String(event['note']),
      count: (event['series'] as { count: number } | undefined)?.count ?? 1,
    }));
}

const reasons = (all: readonly Reported[], kind: string): readonly string[] =>
  all.filter((each) => each.kind === kind).map(({ type, reason }) => `${type} ${reason}`);

async function edited(all: Names, change: Readonly<Record<string, string | null>>): Promise<void> {
  const patch = { spec: { template: { metadata: { annotations: change } } } };
  await bed.api.patch(all.statefulSet, patch, { fieldManager: 'kubectl-edit' });
}

async function corrected(name: string, total: number): Promise<void> {
  await bed.api.waitForObject(
    names(name).resource,
    (object) => object?.status?.drift.detectedTotal === total && object.status.drift.activeCount === 0,
    { what: `${name}: ${total} corrected` },
  );
}

describe('a migration', () => {
  it('is reported step by step, and to the owner of the StatefulSet what restarts it', async () => {
    await converged('migrated');
    const all = await reported('migrated');
    const own = reasons(all, 'PrometheusIstioScrape');
    // Pods and their rollout come as they come: that Ready waits in between is no event.
    expect(own).toEqual([
      'Normal TemplateWritten',
      'Warning LegacySecretMounted',
      'Normal ConfigRewritten',
      'Normal AppliedUnverified',
    ]);
    expect(all.filter(({ kind }) => kind === 'StatefulSet')).toEqual([
      {
        kind: 'StatefulSet',
        type: 'Normal',
        reason: 'TemplateWritten',
        action: 'WriteTemplate',
        note: 'Wire istio-proxy into the pod template: 13 of 13 fields differ; pods get it when the update strategy of the StatefulSet replaces them',
        count: 1,
      },
    ]);
  });

  it('is shown by kubectl describe, of either object', async () => {
    const resource = await bed.kubectl('describe', 'promscrape', 'migrated', '-n', bed.namespace);
    expect(resource.code).toBe(0);
    const lines = [
      ...resource.stdout.matchAll(/^ {2}(?:Normal|Warning) +(\w+) .* meshscrape.dev\/controller +\S/gm),
    ];
    const own = (await reported('migrated')).filter(({ kind }) => kind === 'PrometheusIstioScrape');
    // In the order in which it happened.
    expect(lines.map(([, reason]) => reason)).toEqual(own.map(({ reason }) => reason));
    expect(lines).toHaveLength(4);
    const workload = await bed.kubectl('describe', 'statefulset', 'migrated', '-n', bed.namespace);
    expect(workload.stdout).toMatch(
      /^ {2}Normal +TemplateWritten .* meshscrape.dev\/controller +Wire istio-proxy/m,
    );
  });
});

describe('where nothing flips', () => {
  it('sends none over three checks, a relist and a restart', async () => {
    await converged('still');
    await untilQuiet(controller, bed);
    const before = await reported('still');
    const key = `${bed.namespace}/still`;
    for (let check = 0; check < 3; check += 1) await controller.checkAgain(key);
    await controller.relist();
    await controller.checkAgain(key);
    await controller.restart();
    await controller.checkAgain(key);
    expect(controller.writes.filter((write) => write.endsWith('/still'))).toEqual([]);
    expect(await reported('still')).toEqual(before);
  });

  it('sends none for a refusal that stays', async () => {
    const all = await world('refused', { replicas: 0, templateAnnotations: { [PORTS]: '9090' } });
    await scrape('refused');
    await becomes('refused', 'Ready', { status: 'False', reason: 'FieldConflict' });
    const before = await reported('refused');
    for (const kind of ['PrometheusIstioScrape', 'StatefulSet']) {
      expect(before).toContainEqual({
        kind,
        type: 'Warning',
        reason: 'FieldConflict',
        action: kind === 'StatefulSet' ? 'Reconcile' : 'CheckFields',
        note: expect.stringContaining(PORTS) as string,
        count: 1,
      });
    }
    for (let check = 0; check < 3; check += 1) await controller.checkAgain(`${bed.namespace}/refused`);
    await controller.restart();
    await controller.checkAgain(`${bed.namespace}/refused`);
    expect(await reported('refused')).toEqual(before);
    await edited(all, { [PORTS]: null });
    await becomes('refused', 'Ready', { status: 'True' });
    expect(reasons((await reported('refused')).slice(before.length), 'PrometheusIstioScrape')).toContain(
      'Normal NoConflict',
    );
  });
});

describe('drift', () => {
  it('is reported with who made it, to both, and the same again raises the series', async () => {
    const all = await converged('drifting', {}, { replicas: 0 });
    const before = await reported('drifting');
    await edited(all, { [PORTS]: '9090' });
    await corrected('drifting', 1);
    const first = (await reported('drifting')).slice(before.length);
    const note =
      'corrected: StatefulSet/drifting: 1 field, last by kubectl-edit (docs/troubleshooting.md#driftcorrected)';
    const event = { type: 'Warning', reason: 'DriftCorrected', action: 'CorrectDrift', note, count: 1 };
    expect(first.filter(({ reason }) => reason === 'DriftCorrected')).toEqual([
      { ...event, kind: 'PrometheusIstioScrape' },
      { ...event, kind: 'StatefulSet' },
    ]);
    await edited(all, { [PORTS]: '9090' });
    await corrected('drifting', 2);
    const again = (await reported('drifting')).filter(({ reason }) => reason === 'DriftCorrected');
    expect(again.map(({ kind, count }) => [kind, count])).toEqual([
      ['PrometheusIstioScrape', 2],
      ['StatefulSet', 2],
    ]);
  });

  it('is reported once while it lasts in Observe, and reported to be over', async () => {
    const all = await converged('observed', {}, { replicas: 0 });
    await bed.api.patch(all.resource, { spec: { mode: 'Observe' } });
    await becomes('observed', 'Ready', { status: 'True', reason: 'Succeeded', observedGeneration: 2 });
    const before = await reported('observed');
    await edited(all, { [PORTS]: '9090' });
    await becomes('observed', 'Drifted', { status: 'True' });
    await controller.checkAgain(`${bed.namespace}/observed`);
    await edited(all, { [PORTS]: '' });
    await becomes('observed', 'Drifted', { status: 'False' });
    const after = await reported('observed');
    const drifted =
      'StatefulSet/observed: 1 field, last by kubectl-edit (docs/troubleshooting.md#driftdetected)';
    expect(after.slice(before.length).map(({ kind, reason, note }) => [kind, reason, note])).toEqual([
      ['PrometheusIstioScrape', 'DriftDetected', drifted],
      ['StatefulSet', 'DriftDetected', drifted],
      ['PrometheusIstioScrape', 'NoDriftDetected', 'nothing that was in sync differs'],
    ]);
    // Ready in the same words as before.
    expect(after.find(({ reason }) => reason === 'Ready')?.count).toBe(2);
  });
});
