// Restore without a permission on Secrets, on the real API server: the record says whether the jobs worked before.
import { describe, expect, it } from 'vitest';
import { useTestBed } from '../support/control-plane.ts';
import { useController } from '../support/controller.ts';
import { useFlappingPrometheus } from '../support/flapping-prometheus.ts';
import { useLegacySecrets } from '../support/legacy-secrets.ts';
import { useStory } from '../support/story.ts';
import { PROMETHEUS_YAML, REWRITTEN_YAML, statefulSet, configMap } from '../support/world.ts';

const bed = useTestBed();
const { kubeconfig, eventsOf } = useLegacySecrets(bed);
const controller = useController({ kubeconfig });
const { names, scrape, becomes } = useStory(bed);
const flapping = useFlappingPrometheus();

/** A legacy Prometheus that runs, and answers with such targets where some are given. */
async function running(name: string, lastErrors?: readonly string[]): Promise<void> {
  const options = { namespace: bed.namespace, name };
  await bed.api.create(configMap(options));
  await bed.api.create(statefulSet(options));
  const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: `${name}-0`, namespace: bed.namespace } };
  const seen = await bed.api.waitForObject(pod, (object) => object?.status?.podIP !== undefined);
  if (lastErrors === undefined) return;
  await flapping.start(seen?.status.podIP as string, {
    config: PROMETHEUS_YAML,
    targets: () => lastErrors,
  });
}

async function deleted(name: string): Promise<readonly unknown[]> {
  await becomes(name, 'ConfigRewritten', { status: 'True' });
  await controller.settled();
  await bed.api.delete(names(name).resource);
  const events = await eventsOf(name, 1);
  return events.map(({ reason }) => reason);
}

const config = async (name: string) => (await bed.api.get(names(name).configMap)).data?.['prometheus.yaml'];

describe('deletion with Restore, without a permission on Secrets', () => {
  it('goes on where the record says that a target was up before', async () => {
    await running('was-up', ['', 'EOF']);
    await scrape('was-up', { deletionPolicy: 'Restore' });
    expect(await deleted('was-up')).toEqual(['RestoreUnverified']);
    expect(await config('was-up')).toBe(PROMETHEUS_YAML);
  });

  it.each([
    {
      name: 'was-down',
      lastErrors: ['remote error: tls: expired certificate'],
      why: 'every target was down',
    },
    { name: 'was-silent', lastErrors: undefined, why: 'nobody could be asked' },
  ])('leaves everything as it is where $why', async ({ name, lastErrors }) => {
    await running(name, lastErrors);
    await scrape(name, { deletionPolicy: 'Restore' });
    expect(await deleted(name)).toEqual(['RestoreWouldBreakScraping']);
    await bed.api.waitForObject(names(name).resource, (object) => object === undefined);
    expect(await config(name)).toBe(REWRITTEN_YAML);
    expect((await bed.api.get(names(name).statefulSet)).spec.template.metadata.labels).toMatchObject({
      'sidecar.istio.io/inject': 'true',
    });
  });
});
