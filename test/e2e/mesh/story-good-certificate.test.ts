// The second story: the legacy certificate is still good, so nothing may be lost: neither on the way to the new files but
// what the pod's own restart costs every target, nor on the way back with Restore.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, expect, inject, it } from 'vitest';

import type { KubeObject } from '../../../testbed/api/kube-object.ts';
import type { ProcessGroup } from '../../../testbed/control-plane/process-group.ts';
import { startAgent } from '../../../testbed/mesh/agent.ts';
import { legacySecretOf } from '../../../testbed/stand-ins/legacy-secret.ts';
import { useTestBed } from '../../support/control-plane.ts';
import { useController } from '../../support/controller.ts';
import { useLegacySecrets } from '../../support/legacy-secrets.ts';
import { condition, useStory } from '../../support/story.ts';
import { SCRAPE_SECONDS, reportGap, useMeshStory } from './mesh-story.ts';

const bed = useTestBed({ kubelet: false });
const { kubeconfig, eventsOf, applyComponent } = useLegacySecrets(bed);
const story = useMeshStory(bed, certificateOfTheMesh);
useController({ kubeconfig });
const { names, scrape, becomes } = useStory(bed);
const all = names('prometheus');

/** As if Citadel's CA were the mesh's still: what istiod signs today, for the day that an agent may ask for. */
async function certificateOfTheMesh(processes: ProcessGroup): Promise<KubeObject> {
  const { api, namespace } = bed;
  const shared = { api, processes, namespace, mesh: inject('mesh') };
  const { certificates, program } = await startAgent({ ...shared, name: 'legacy', secretTtl: '23h' });
  await program.stop('SIGKILL');
  const read = async (file: string): Promise<string> => readFile(join(certificates, file), 'utf8');
  return legacySecretOf({
    namespace,
    cert: await read('cert-chain.pem'),
    key: await read('key.pem'),
    root: await read('root-cert.pem'),
  });
}

/** What the migration must leave as it found it, and Restore bring back. */
interface Original {
  readonly config: string | undefined;
  readonly template: unknown;
}

async function original(): Promise<Original> {
  const configMap = await bed.api.get(all.configMap);
  const statefulSet = await bed.api.get(all.statefulSet);
  return { config: configMap.data?.['prometheus.yaml'], template: statefulSet.spec.template };
}

let before: Original;

beforeAll(async () => {
  await applyComponent();
  before = await original();
});

it('before: every target is up with the legacy certificate', async () => {
  await story.allUp();
  const [target] = story.world.secure;
  expect(target?.scrapes.at(-1)?.peer).toBe(`spiffe://cluster.local/ns/${bed.namespace}/sa/default`);
});

it('the migration loses no scrape but the restart of the pod', async () => {
  const [sinceMs, uid] = [Date.now(), await story.podUid()];
  await scrape('prometheus', { deletionPolicy: 'Restore' });
  await becomes('prometheus', 'Ready', { status: 'True' });
  const resource = await becomes('prometheus', 'TargetsUp', { status: 'True' });
  expect(resource.status.targets.summary).toBe('3/3');
  expect(condition(resource, 'SecretsStale')).toMatchObject({
    ...{ status: 'True', reason: 'LegacySecretExpiring' },
  });
  await story.goesOn();
  expect(await story.podUid()).not.toBe(uid);
  expect((await bed.api.get(all.statefulSet)).metadata.generation).toBe(2);
  const gaps = await story.scraping.gaps(sinceMs);
  reportGap('the migration with a good certificate', gaps);
  expect(gaps.secure.failed).toBe(0);
  expect(gaps.secure.seconds).toBeLessThan(gaps.plain.seconds + 2 * SCRAPE_SECONDS);
  const serials = story.world.secure.map(({ scrapes }) => new Set(scrapes.map(({ serial }) => serial)).size);
  for (const count of serials) expect(count).toBeGreaterThan(1);
});

it('Restore brings the original bytes back, and loses no more', async () => {
  const sinceMs = Date.now();
  await bed.api.delete(all.resource);
  await bed.api.waitForObject(all.configMap, (object) => object?.data?.['prometheus.yaml'] === before.config);
  reportTime('the original prometheus.yaml is back', sinceMs);
  // Prometheus itself says that it reads the old paths again: nobody waits five minutes.
  await bed.api.waitForObject(all.resource, (object) => object === undefined, { timeoutMs: 180_000 });
  expect(await original()).toEqual(before);
  for (const object of [all.sidecar, all.peerAuthentication])
    expect(await bed.api.find(object)).toBeUndefined();
  await bed.api.waitForObject(all.statefulSet, (object) => object?.status?.updatedReplicas === 1);
  await bed.api.waitForObject(
    all.statefulSet,
    (object) => object?.status?.observedGeneration === 3 && object.status.readyReplicas === 1,
  );
  await story.allUp();
  await story.goesOn();
  const gaps = await story.scraping.gaps(sinceMs);
  reportGap('Restore', gaps);
  expect(gaps.secure.failed).toBe(0);
  expect(gaps.secure.seconds).toBeLessThan(gaps.plain.seconds + 2 * SCRAPE_SECONDS);
  const said = (await eventsOf('prometheus', 0)).map(({ reason }) => reason);
  expect(said).not.toContain('RestoreWouldBreakScraping');
  expect(said).not.toContain('RestoreUnverified');
});

function reportTime(what: string, sinceMs: number): void {
  process.stdout.write(`${what} after ${Date.now() - sinceMs} ms\n`);
}
