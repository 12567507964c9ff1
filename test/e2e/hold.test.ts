// The pod template is not written again within the interval: each write restarts Prometheus. Time alone opens the gate.
import { describe, expect, it } from 'vitest';
import { useTestBed } from '../support/control-plane.ts';
import { useController } from '../support/controller.ts';
import { condition, useStory } from '../support/story.ts';

const bed = useTestBed();
const controller = useController({ kubeconfig: () => bed.kubeconfig, templateWriteInterval: '10m' });
const { becomes, converged } = useStory(bed);

const KEY = 'prometheus.istio.io/merge-metrics';

describe('drift of the pod template shortly after a write', () => {
  it('is reported at once and corrected when the interval is over', async () => {
    const all = await converged('held');
    await bed.api.patch(
      all.statefulSet,
      { spec: { template: { metadata: { annotations: { [KEY]: 'true' } } } } },
      { fieldManager: 'kubectl-edit' },
    );
    const held = await becomes('held', 'WorkloadWired', { status: 'False', reason: 'TemplateWriteInterval' });
    expect(condition(held, 'Drifted')).toMatchObject({ status: 'True', reason: 'DriftDetected' });
    expect((await bed.api.get(all.statefulSet)).spec.template.metadata.annotations[KEY]).toBe('true');
    await controller.advance(10 * 60_000);
    await becomes('held', 'Drifted', { status: 'False', reason: 'DriftCorrected' });
    expect((await bed.api.get(all.statefulSet)).spec.template.metadata.annotations[KEY]).toBe('false');
  });

  it('does not hold back a new generation of the resource', async () => {
    const all = await converged('asked');
    await bed.api.patch(
      all.statefulSet,
      { spec: { template: { metadata: { annotations: { [KEY]: 'true' } } } } },
      { fieldManager: 'kubectl-edit' },
    );
    await becomes('asked', 'Drifted', { status: 'True' });
    await bed.api.patch(all.resource, { spec: { interval: '20m' } });
    await becomes('asked', 'Drifted', { status: 'False', reason: 'DriftCorrected' });
  });
});
