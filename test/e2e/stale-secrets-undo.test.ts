// Restore and the certificates that the jobs would read again, on the real API server. No clock is pushed here: the API
// server stamps deletions with its own.
import { beforeAll, describe, expect, it } from 'vitest';

import type { KubeObject } from '../../testbed/api/kube-object.ts';
import { useTestBed } from '../support/control-plane.ts';
import { useController } from '../support/controller.ts';
import { useLegacySecrets } from '../support/legacy-secrets.ts';
import { useStory } from '../support/story.ts';
import { PROMETHEUS_YAML, REWRITTEN_YAML } from '../support/world.ts';

const bed = useTestBed({ kubelet: false });
const { kubeconfig, legacyWorld, secretOf, eventsOf, applyComponent, widenComponent } = useLegacySecrets(bed);
useController({ kubeconfig });
const { becomes } = useStory(bed);

/** What was said about certificates; what else may go wrong at an undo is in undo.test.ts. */
async function verdicts(name: string, events: number): Promise<readonly KubeObject[]> {
  const words = ['RestoreUnverified', 'RestoreWouldBreakScraping'];
  return (await eventsOf(name, events)).filter(({ reason }) => words.includes(String(reason)));
}

describe('deletion with Restore, without a permission on Secrets', () => {
  it('restores nothing where nobody can check and no target was seen up', async () => {
    const all = await legacyWorld('unsure', {
      secret: 'istio.unsure',
      spec: { mode: 'Enforce', deletionPolicy: 'Restore' },
    });
    await becomes('unsure', 'Ready', { status: 'True' });
    await bed.api.delete(all.resource);
    await bed.api.waitForObject(all.resource, (object) => object === undefined);
    expect((await bed.api.get(all.configMap)).data?.['prometheus.yaml']).toBe(REWRITTEN_YAML);
    const said = (await verdicts('unsure', 1)).map(({ reason }) => reason);
    expect(said).toEqual(['RestoreWouldBreakScraping']);
  });
});

describe('deletion with Restore, with the component read-legacy-secrets', () => {
  beforeAll(async () => {
    await applyComponent();
    await widenComponent();
  });

  it('restores, and has nothing to say, where the certificate is good', async () => {
    await bed.api.create(secretOf('good', Date.now() + 86_400_000));
    const all = await legacyWorld('good', {
      secret: 'istio.good',
      spec: { mode: 'Enforce', deletionPolicy: 'Restore' },
    });
    await becomes('good', 'Ready', { status: 'True' });
    await bed.api.delete(all.resource);
    await bed.api.waitForObject(all.resource, (object) => object === undefined);
    expect((await bed.api.get(all.configMap)).data?.['prometheus.yaml']).toBe(PROMETHEUS_YAML);
    expect(await verdicts('good', 1)).toEqual([]);
  });

  it.each([
    { name: 'gone', account: undefined, why: 'secret istio.gone does not exist' },
    { name: 'ended', account: 'ended', why: 'secret istio.ended expired' },
  ])('does not restore jobs whose certificate is $name', async ({ name, account, why }) => {
    if (account !== undefined) await bed.api.create(secretOf(account, Date.now() - 86_400_000));
    const all = await legacyWorld(name, {
      secret: `istio.${name}`,
      spec: { mode: 'Enforce', deletionPolicy: 'Restore' },
    });
    await becomes(name, 'Ready', { status: 'True' });
    const before = await bed.api.get(all.statefulSet);
    await bed.api.delete(all.resource);
    await bed.api.waitForObject(all.resource, (object) => object === undefined);
    expect((await bed.api.get(all.statefulSet)).spec).toEqual(before.spec);
    expect((await bed.api.get(all.configMap)).data?.['prometheus.yaml']).toContain('/etc/prom-certs/key.pem');
    const events = await verdicts(name, account === undefined ? 1 : 2);
    expect(events.map(({ reason, note, series }) => ({ reason, note, series }))).toEqual([
      { reason: 'RestoreWouldBreakScraping', note: expect.stringContaining(why), series: undefined },
    ]);
  });
});
