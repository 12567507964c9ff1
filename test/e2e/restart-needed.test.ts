// A configuration that is mounted by subPath, on the real API server: nobody can ask Prometheus, and the template says it.
import { describe, expect, it } from 'vitest';
import { useTestBed } from '../support/control-plane.ts';
import { useController } from '../support/controller.ts';
import { condition, useStory } from '../support/story.ts';
import { configMap, REWRITTEN_YAML, statefulSet } from '../support/world.ts';

const bed = useTestBed();
const controller = useController({ kubeconfig: () => bed.kubeconfig });
const { names, scrape, becomes } = useStory(bed);

describe('a Prometheus that cannot be asked and mounts its file by subPath', () => {
  it('is known to read the old file, and a person has to restart it', async () => {
    const options = { namespace: bed.namespace, name: 'frozen' };
    const of = statefulSet(options);
    const { containers } = of.spec.template.spec as { containers: { volumeMounts: object[] }[] };
    containers[0]?.volumeMounts.splice(0, 1, {
      ...{ name: 'config', mountPath: '/etc/prometheus/prometheus.yaml', subPath: 'prometheus.yaml' },
    });
    await bed.api.create(configMap(options));
    await bed.api.create(of);
    // The rewrite comes later than the start of the container, by the clock of the controller.
    await controller.advance(60_000);
    await scrape('frozen', { config: { configMap: { name: 'frozen' } } });
    const waiting = await becomes('frozen', 'Reloaded', { status: 'False', reason: 'WaitingForReload' });
    expect(condition(waiting, 'Ready')).toMatchObject({ status: 'Unknown', reason: 'WaitingForReload' });
    expect((await bed.api.get(names('frozen').configMap)).data?.['prometheus.yaml']).toBe(REWRITTEN_YAML);

    await controller.advance(182_000);
    const stuck = await becomes('frozen', 'Ready', { status: 'False', reason: 'RestartNeeded' });
    expect(condition(stuck, 'Stalled')).toMatchObject({ status: 'True', reason: 'RestartNeeded' });
    expect(condition(stuck, 'Reloaded')).toMatchObject({ status: 'False', reason: 'RestartNeeded' });
    expect(condition(stuck, 'Ready')?.message).toContain('frozen-0 still reads the old file');

    await controller.settled();
    const { resourceVersion } = (await bed.api.get(names('frozen').resource)).metadata;
    await controller.checkAgain(`${bed.namespace}/frozen`);
    expect((await bed.api.get(names('frozen').resource)).metadata.resourceVersion).toBe(resourceVersion);
  });
});
