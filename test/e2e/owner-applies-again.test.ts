// The owner of a shared ConfigMap goes on with server-side apply after our edit, without force, as Argo CD and Flux do.
import { expect, it } from 'vitest';
import { useTestBed } from '../support/control-plane.ts';
import { useController } from '../support/controller.ts';
import { useStory } from '../support/story.ts';
import { PROMETHEUS_YAML, REWRITTEN_YAML, statefulSet } from '../support/world.ts';

const bed = useTestBed();
const controller = useController({ kubeconfig: () => bed.kubeconfig });
const { scrape, becomes, names } = useStory(bed);

it.each([
  { name: 'alone', what: 'nothing but prometheus.yaml', more: {} },
  { name: 'beside', what: 'another key too', more: { 'rules.yaml': 'groups: []\n' } },
])('does not conflict with the owner of a ConfigMap of $what', async ({ name, more }) => {
  const all = names(name);
  const applied = (text: string): Promise<unknown> =>
    bed.api.apply(
      { ...all.configMap, data: { 'prometheus.yaml': text, ...more } },
      { fieldManager: 'argocd-controller' },
    );
  await applied(PROMETHEUS_YAML);
  await bed.api.create(statefulSet({ namespace: bed.namespace, name }));
  await scrape(name);
  await becomes(name, 'Ready', { status: 'True' });
  expect((await bed.api.get(all.configMap)).data?.['prometheus.yaml']).toBe(REWRITTEN_YAML);
  await controller.checkAgain(`${bed.namespace}/${name}`);
  const { resourceVersion } = (await bed.api.get(all.configMap)).metadata;
  await controller.checkAgain(`${bed.namespace}/${name}`);
  expect((await bed.api.get(all.configMap)).metadata.resourceVersion).toBe(resourceVersion);

  await applied(`${PROMETHEUS_YAML}# more\n`);
  await bed.api.waitForObject(
    all.configMap,
    (object) => object?.data?.['prometheus.yaml'] === `${REWRITTEN_YAML}# more\n`,
  );
  await applied(`${REWRITTEN_YAML}# more\n`);
});
