// The story: a Prometheus whose legacy certificate is dead, taken to green mutual TLS by meshscrape in a real mesh.
// Istio's injector, agents and CA, Prometheus and its reload are real; what is checked is what Prometheus itself stores.
import { beforeAll, describe, expect, inject, it } from 'vitest';

import type { KubeObject } from '../../../testbed/api/kube-object.ts';
import { SECURE_JOB } from '../../../testbed/mesh/legacy-world.ts';
import { legacySecret } from '../../../testbed/stand-ins/legacy-secret.ts';
import { useTestBed } from '../../support/control-plane.ts';
import { useController } from '../../support/controller.ts';
import { useLegacySecrets } from '../../support/legacy-secrets.ts';
import { condition, useStory } from '../../support/story.ts';
import { interruptIstiod, resumeIstiod } from './istiod-switch.ts';
import { SCRAPE_SECONDS, reportGap, useMeshStory } from './mesh-story.ts';

const EXPIRED = new Date('2026-01-31T12:00:00Z');

const bed = useTestBed({ kubelet: false });
const { kubeconfig, eventsOf, applyComponent } = useLegacySecrets(bed);
const story = useMeshStory(bed, async () =>
  Promise.resolve(legacySecret({ namespace: bed.namespace, notAfter: EXPIRED })),
);
useController({ kubeconfig });
const { names, scrape, becomes } = useStory(bed);
const all = names('prometheus');
const istiod = inject('istiodSwitch');

/** Everything as it should be, in the words of status. */
async function whole(): Promise<KubeObject> {
  await becomes('prometheus', 'Ready', { status: 'True' });
  return becomes('prometheus', 'TargetsUp', { status: 'True' });
}

beforeAll(async () => {
  await applyComponent();
});

describe('before: the certificate of the legacy secret has expired', () => {
  it('Prometheus finds every secure target down, and the plain one up', async () => {
    const seen = async (): Promise<string[]> =>
      (await story.scraping.lines()).map(({ job, target, health }) => `${job} ${target}: ${health}`);
    await expect
      .poll(seen, { timeout: 90_000, interval: 200 })
      .toEqual([
        'kubernetes-pods batch: up',
        ...['orders', 'payments', 'stock'].map((target) => `${SECURE_JOB} ${target}: down`),
      ]);
    for (const { scrapes, failures } of story.world.secure) {
      expect(scrapes).toEqual([]);
      expect(failures).toContainEqual(expect.stringMatching(/certificate/));
    }
  });

  it('status says why, and since when, before anything is written', async () => {
    const uid = await story.podUid();
    await scrape('prometheus', { mode: 'Observe', deletionPolicy: 'Restore' });
    await becomes('prometheus', 'SecretsStale', {
      status: 'True',
      reason: 'LegacySecretExpired',
      message: expect.stringContaining('istio.default expired 2026-01-31T12:00:00Z'),
    });
    const resource = await becomes('prometheus', 'Ready', { status: 'False', reason: 'PendingChanges' });
    expect(resource.status.staleSecrets).toMatchObject([
      { secret: 'istio.default', state: 'Present', notAfter: '2026-01-31T12:00:00Z', expired: true },
    ]);
    expect(await story.podUid()).toBe(uid);
  });
});

describe('the cure', () => {
  it('takes every secure target up, with one restart', async () => {
    const [sinceMs, uid] = [Date.now(), await story.podUid()];
    await bed.api.patch(all.resource, { spec: { mode: 'Enforce' } });
    await becomes('prometheus', 'Ready', { status: 'True' });
    process.stdout.write(`Ready ${Date.now() - sinceMs} ms after the change to Enforce\n`);
    await story.allUp();
    process.stdout.write(`every target up after ${Date.now() - sinceMs} ms\n`);
    const resource = await whole();
    expect(condition(resource, 'Ready')?.reason).toBe('Succeeded');
    expect(await story.podUid()).not.toBe(uid);
    expect((await bed.api.get(all.statefulSet)).metadata.generation).toBe(2);
    const gaps = await story.scraping.gaps(sinceMs);
    reportGap('the migration, one restart of the pod', gaps);
    expect(gaps.plain.failed).toBe(0);
  });

  it('is the mesh at work: the proxy is injected, Prometheus comes as its service account', async () => {
    const { spec } = await bed.api.get({ apiVersion: 'v1', kind: 'Pod', metadata: story.world.pod });
    expect(spec.initContainers.map(({ name }: { name: string }) => name)).toContain('istio-proxy');
    const prometheus = story.world.node.container(story.world.pod, 'prometheus');
    expect(await prometheus.list('/etc/prom-certs')).toEqual([
      ...['cert-chain.pem', 'key.pem', 'root-cert.pem'],
    ]);
    for (const { scrapes, name } of story.world.secure) {
      expect(scrapes.at(-1)?.peer).toBe(`spiffe://cluster.local/ns/${bed.namespace}/sa/default`);
      const series = `testbed_target_scrapes_total{job="${SECURE_JOB}",target="${name}"}`;
      expect(await story.scraping.prometheus.query(series)).toHaveLength(1);
    }
  });

  it('is one line of kubectl', async () => {
    const { stdout } = await bed.kubectl('get', 'promscrape', '-n', bed.namespace);
    process.stdout.write(stdout);
    const [head, line] = stdout.split('\n').map((row) => row.trim().split(/\s+/));
    expect(head).toEqual(['NAME', 'READY', 'REASON', 'JOBS', 'TARGETS', 'AGE']);
    expect(line?.slice(0, -1)).toEqual(['prometheus', 'True', 'Succeeded', '1/1', '3/3']);
  });
});

describe('from then on', () => {
  it('certificates rotate twice, and scraping goes on', async () => {
    const sinceMs = Date.now();
    await expect
      .poll(() => story.scraping.serialsSince(sinceMs).length, { timeout: 90_000, interval: 200 })
      .toBeGreaterThan(2);
    const gaps = await story.scraping.gaps(sinceMs);
    reportGap('two rotations', gaps);
    // One scrape may fall between two of the three files.
    expect(gaps.secure.seconds).toBeLessThan(gaps.plain.seconds + 1.5 * SCRAPE_SECONDS);
    expect(await story.scraping.secureUp()).toBe(3);
  });

  it('a config that was turned back is corrected, with no restart', async () => {
    const [sinceMs, uid] = [Date.now(), await story.podUid()];
    const text = (await bed.api.get(all.configMap)).data?.['prometheus.yaml'] ?? '';
    const back = text.replaceAll('/etc/prom-certs/', '/etc/certs/');
    expect(back).not.toBe(text);
    await bed.api.patch(
      all.configMap,
      { data: { 'prometheus.yaml': back } },
      { fieldManager: 'kubectl-edit' },
    );
    await bed.api.waitForObject(all.resource, (resource) => {
      expect(resource?.status?.drift).toMatchObject({ activeCount: 0, detectedTotal: 3 });
      return true;
    });
    expect((await bed.api.get(all.configMap)).data?.['prometheus.yaml']).toBe(text);
    const resource = await whole();
    expect(resource.status.drift.fields[0]).toMatchObject({
      ...{ changedBy: { manager: 'kubectl-edit' }, resolution: 'Corrected' },
    });
    await story.goesOn();
    expect(await story.podUid()).toBe(uid);
    const gaps = await story.scraping.gaps(sinceMs);
    reportGap('drift of the config', gaps);
    expect(gaps.secure.seconds).toBeLessThan(gaps.plain.seconds + 1.5 * SCRAPE_SECONDS);
  });

  it('wiring that was taken out is put back, and costs no more than the restarts', async () => {
    const sinceMs = Date.now();
    const { drift } = (await bed.api.get(all.resource)).status as { drift: { detectedTotal: number } };
    const annotations = { 'proxy.istio.io/config': null };
    await bed.api.patch(
      all.statefulSet,
      { spec: { template: { metadata: { annotations } } } },
      { fieldManager: 'kubectl-edit' },
    );
    await bed.api.waitForObject(all.resource, (resource) => {
      expect(resource?.status?.drift).toMatchObject({
        ...{ activeCount: 0, detectedTotal: drift.detectedTotal + 2 },
      });
      return true;
    });
    await whole();
    await story.allUp();
    const gaps = await story.scraping.gaps(sinceMs);
    reportGap('drift of the pod template', gaps);
    expect(gaps.secure.seconds).toBeLessThan(gaps.plain.seconds + 2 * SCRAPE_SECONDS);
  });

  it('an outage of istiod breaks nothing, and status says what it knows', async () => {
    const [sinceMs, uid] = [Date.now(), await story.podUid()];
    await interruptIstiod(istiod);
    try {
      await bed.api.delete(all.peerAuthentication);
      const resource = await becomes('prometheus', 'MeshPolicyApplied', {
        status: 'False',
        message: expect.stringContaining('failed calling webhook "validation.istio.io"'),
      });
      for (const type of ['WorkloadWired', 'CertificatesReady', 'ConfigRewritten', 'Reloaded', 'TargetsUp'])
        expect(condition(resource, type)).toMatchObject({ status: 'True' });
      expect(condition(resource, 'Ready')).toMatchObject({
        ...{ status: 'Unknown', reason: 'ProgressingWithRetry' },
      });
      expect(resource.status.targets.summary).toBe('3/3');
      await story.goesOn();
    } finally {
      await resumeIstiod(istiod);
    }
    await whole();
    expect(await bed.api.find(all.peerAuthentication)).toBeDefined();
    await story.goesOn();
    const gaps = await story.scraping.gaps(sinceMs);
    reportGap('an outage of istiod', gaps);
    expect(gaps.secure.seconds).toBeLessThan(gaps.plain.seconds + 1.5 * SCRAPE_SECONDS);
    expect(await story.podUid()).toBe(uid);
  });
});

describe('the end', () => {
  it('Restore is refused for the config, since the old certificate is dead, and scraping goes on', async () => {
    const [sinceMs, uid] = [Date.now(), await story.podUid()];
    const before = await bed.api.get(all.configMap);
    await bed.api.delete(all.resource);
    await bed.api.waitForObject(all.resource, (object) => object === undefined);
    const events = await eventsOf('prometheus', 1);
    expect(events).toContainEqual(
      expect.objectContaining({
        reason: 'RestoreWouldBreakScraping',
        note: expect.stringContaining('istio.default expired 2026-01-31T12:00:00Z') as string,
      }),
    );
    expect((await bed.api.get(all.configMap)).data).toEqual(before.data);
    await story.goesOn();
    expect(await story.podUid()).toBe(uid);
    expect(await story.scraping.secureUp()).toBe(3);
    const gaps = await story.scraping.gaps(sinceMs);
    reportGap('the deletion', gaps);
    expect(gaps.secure.seconds).toBeLessThan(gaps.plain.seconds + 1.5 * SCRAPE_SECONDS);
  });
});
