// Jobs in a file of scrape_config_files: a real Prometheus does not show them in its configuration, only as scrape pools.
import { expect, describe, it } from 'vitest';
import { useTestBed } from '../support/control-plane.ts';
import { useController } from '../support/controller.ts';
import { secureConfig, usePrometheus } from '../support/prometheus.ts';
import { condition, useStory } from '../support/story.ts';
import { configMap, statefulSet } from '../support/world.ts';

const bed = useTestBed();
const controller = useController({ kubeconfig: () => bed.kubeconfig });
const { names, scrape, becomes } = useStory(bed);
const prometheus = usePrometheus();
const { legacy, certs } = prometheus;
const MAIN = `scrape_config_files: ['extra.yaml']\n`;

describe('a Prometheus whose jobs are in an included file', () => {
  it('is Ready once it has loaded the file after the write', async () => {
    const name = 'included';
    const options = { namespace: bed.namespace, name };
    const data = { 'prometheus.yaml': MAIN, 'extra.yaml': secureConfig('extra', legacy, 1) };
    await bed.api.create({ ...configMap(options), data });
    const object = statefulSet(options);
    object.spec.template.spec.containers.push({ name: 'reload', image: 'configmap-reload' });
    await bed.api.create(object);
    await scrape(name, { certificates: { mountPath: certs }, config: { legacyDirectories: [legacy] } });
    await becomes(name, 'ConfigRewritten', { status: 'True' });
    const written = (await bed.api.get(names(name).configMap)).data ?? {};
    expect(written['extra.yaml']).toBe(secureConfig('extra', certs, 1));

    prometheus.writeConfig(written['prometheus.yaml'] ?? '');
    prometheus.writeConfig(written['extra.yaml'] ?? '', 'extra.yaml');
    const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: `${name}-0`, namespace: bed.namespace } };
    const { status } = await bed.api.get(pod);
    await prometheus.start(status.podIP as string);
    await controller.checkAgain(`${bed.namespace}/${name}`);
    const seen = await becomes(name, 'Ready', { status: 'True', reason: 'Succeeded' });
    expect(condition(seen, 'Reloaded')?.message).toBe('1 of 1 replicas serve the new paths');
  });
});
