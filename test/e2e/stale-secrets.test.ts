// Citadel's leftover secrets on the real API server, with the permissions of deploy/ and, later, those of the optional component.
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';

import { Transport } from '../../src/kube/http/transport.ts';
import type { KubeObject } from '../../testbed/api/kube-object.ts';
import { useTestBed } from '../support/control-plane.ts';
import { useController } from '../support/controller.ts';
import { useLegacySecrets } from '../support/legacy-secrets.ts';
import { condition, useStory } from '../support/story.ts';
import { untilQuiet } from '../support/until-quiet.ts';

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const JOB = 'scrape_configs[kubernetes-pods-istio-secure]';

const bed = useTestBed();
const { kubeconfig, legacyWorld, secretOf, eventsOf, applyComponent, widenComponent } = useLegacySecrets(bed);
const controller = useController({ kubeconfig });
const { names, becomes } = useStory(bed);

// Every request of the controller passes through one of these two.
const spies = [vi.spyOn(Transport.prototype, 'request'), vi.spyOn(Transport.prototype, 'stream')];
const askedForSecrets = (): readonly string[] =>
  spies
    .flatMap(({ mock }) => mock.calls.map(([{ method, path }]) => `${method} ${path}`))
    .filter((request) => request.includes('/secrets'))
    .filter((request) => request.includes(bed.namespace) || !request.includes('/namespaces/'));
const forgetRequests = (): void => {
  for (const spy of spies) spy.mockClear();
};
/** Every test here runs beside these: they resemble Citadel's, and nobody uses them. */
const createUnrelated = async (): Promise<void> => {
  const data = { 'key.pem': Buffer.alloc(2000, 'k').toString('base64') };
  await Promise.all(
    Array.from({ length: 200 }, (_unused, index) =>
      bed.api.create({
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { name: `istio.unrelated-${index}`, namespace: bed.namespace },
        type: 'istio.io/key-and-cert',
        data,
      }),
    ),
  );
};
beforeAll(createUnrelated);
beforeEach(forgetRequests);
afterAll(() => {
  vi.restoreAllMocks();
});

const text = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}Z`;
/** Certificates have whole seconds. */
const inMs = (ms: number): number => Math.floor((controller.timers.now() + ms) / 1000) * 1000;
// Namespaces of earlier files may still be going, and the controller sees them too.
const writesOn = (name: string): readonly string[] =>
  controller.writes.filter((write) => write.endsWith(`/${name}`));
const key = (name: string): string => `${bed.namespace}/${name}`;

describe('without a permission on Secrets', () => {
  it('names uses, says what cannot be read and which rule is missing, and writes nothing more', async () => {
    await bed.api.create(secretOf('locked', inMs(40 * DAY_MS)));
    await legacyWorld('locked', { secret: 'istio.locked' });
    const seen = await becomes('locked', 'SecretsStale', { status: 'True', reason: 'LegacySecretMounted' });
    expect(condition(seen, 'SecretsStale')?.message).toContain(
      `secret istio.locked may not be read, so its expiry is unknown: grant get on secrets in namespace ${bed.namespace}`,
    );
    expect(seen.status).toMatchObject({ staleSecretCount: 1 });
    expect(seen.status.earliestNotAfter).toBeUndefined();
    expect(seen.status.staleSecrets).toEqual([
      {
        secret: 'istio.locked',
        state: 'Unreadable',
        notAfterState: 'Unreadable',
        optional: true,
        usedBy: [
          { kind: 'StatefulSet', name: 'locked', path: 'spec.template.spec.volumes[name=istio-certs]' },
          {
            kind: 'StatefulSet',
            name: 'locked',
            path: 'spec.template.spec.containers[name=prometheus].volumeMounts[mountPath=/etc/certs]',
          },
          { kind: 'ConfigMap', name: 'locked', path: JOB },
        ],
      },
    ]);
    // The StatefulSet controller has had its say.
    await becomes('locked', 'CertificatesReady', { status: 'True' });
    await controller.checkAgain(key('locked'));
    await untilQuiet(controller, bed);
    forgetRequests();
    expect(await controller.checkAgain(key('locked'))).toMatchObject({ changed: false });
    expect(writesOn('locked')).toEqual([]);
    expect(askedForSecrets()).toEqual([`GET /api/v1/namespaces/${bed.namespace}/secrets/istio.locked`]);
  });
});

describe('with the component read-legacy-secrets', () => {
  it('reads istio.default after kubectl apply -k, and nothing else', async () => {
    const applied = await applyComponent();
    expect(applied).toMatchObject({ code: 0, stderr: '' });
    const notAfter = inMs(60 * DAY_MS);
    await bed.api.create(secretOf('default', notAfter));
    await legacyWorld('granted', { secret: 'istio.default' });
    const seen = await becomes('granted', 'SecretsStale', { status: 'True', reason: 'LegacySecretMounted' });
    expect(seen.status).toMatchObject({
      staleSecretCount: 1,
      earliestNotAfter: text(notAfter),
      staleSecrets: [{ state: 'Present', notAfterState: 'Known', notAfter: text(notAfter), expired: false }],
    });
    expect(condition(seen, 'SecretsStale')?.message).toContain(
      `secret istio.default expires ${text(notAfter)};`,
    );
    // The other one is still out of reach.
    await controller.checkAgain(key('locked'));
    await becomes('locked', 'SecretsStale', { message: expect.stringContaining('may not be read') });
    await widenComponent();
    await controller.checkAgain(key('locked'));
    await becomes('locked', 'SecretsStale', { message: expect.stringContaining('expires') });
  });

  it('reports an absent secret, and a required one plainly', async () => {
    await legacyWorld('absent', { secret: 'istio.absent' });
    const optional = await becomes('absent', 'SecretsStale', { reason: 'LegacySecretMounted' });
    expect(optional.status.staleSecrets).toMatchObject([{ state: 'Absent', optional: true }]);
    expect(optional.status.staleSecrets[0]).not.toHaveProperty('notAfterState');
    expect(condition(optional, 'SecretsStale')?.message).toContain('secret istio.absent does not exist');
    await legacyWorld('required', { secret: 'istio.required', optional: false });
    await becomes('required', 'SecretsStale', {
      message: expect.stringContaining('its mount is not optional, so no new pod can start'),
    });
    await bed.api.create(secretOf('required', inMs(50 * DAY_MS)));
    await controller.checkAgain(key('required'));
    const present = await becomes('required', 'SecretsStale', {
      message: expect.stringContaining('deleting it now would block the next pod start'),
    });
    expect(present.status.staleSecrets).toMatchObject([{ state: 'Present', optional: false }]);
  });

  it('reports an expired one', async () => {
    const notAfter = inMs(-5 * DAY_MS);
    await bed.api.create(secretOf('expired', notAfter));
    await legacyWorld('expired', { secret: 'istio.expired' });
    const seen = await becomes('expired', 'SecretsStale', { reason: 'LegacySecretExpired' });
    expect(seen.status.staleSecrets).toMatchObject([{ expired: true, notAfter: text(notAfter) }]);
    expect((await eventsOf('expired', 1)).map(({ reason, type }) => [type, reason])).toEqual([
      ['Warning', 'LegacySecretExpired'],
    ]);
  });

  it('reports a broken certificate, and never what it holds', async () => {
    const secret = secretOf('broken', inMs(50 * DAY_MS));
    const data = secret.data ?? {};
    const privateKey = data['key.pem'] ?? '';
    secret.data = { ...data, 'cert-chain.pem': privateKey };
    await bed.api.create(secret);
    await legacyWorld('broken', { secret: 'istio.broken' });
    const seen = await becomes('broken', 'SecretsStale', {
      reason: 'LegacySecretMounted',
      message: expect.stringContaining(
        'secret istio.broken cannot be evaluated: it holds no PEM certificate',
      ),
    });
    expect(seen.status.staleSecrets).toMatchObject([{ state: 'Present', notAfterState: 'Invalid' }]);
    const pem = Buffer.from(privateKey, 'base64').toString();
    for (const line of [privateKey, ...pem.split('\n').filter((each) => each.length > 20)]) {
      expect(JSON.stringify([seen, await eventsOf('broken', 0)])).not.toContain(line);
    }
  });

  it('finds a secret of another name by its type, without asking for its data first', async () => {
    const secret = secretOf('copied', inMs(50 * DAY_MS));
    secret.metadata.name = 'my-certificates';
    await bed.api.create(secret);
    await legacyWorld('typed', { secret: 'my-certificates' });
    const seen = await becomes('typed', 'SecretsStale', { status: 'True' });
    expect(seen.status.staleSecrets).toMatchObject([{ secret: 'my-certificates', notAfterState: 'Known' }]);
    await bed.api.create({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'opaque', namespace: bed.namespace },
    });
    await legacyWorld('opaque', { secret: 'opaque' });
    await becomes('opaque', 'SecretsStale', { status: 'False', reason: 'NoLegacySecret' });
  });

  it('sees the old pod while the template is correct already', async () => {
    await bed.api.create(secretOf('old', inMs(50 * DAY_MS)));
    const all = await legacyWorld('old', {
      secret: 'istio.old',
      replicas: 1,
      updateStrategy: { type: 'OnDelete' },
    });
    await bed.api.waitForList(`/api/v1/namespaces/${bed.namespace}/pods`, (pods) =>
      pods.some((pod) => pod.metadata.name === 'old-0' && condition(pod, 'Ready')?.status === 'True'),
    );
    await bed.api.patch(
      all.statefulSet,
      [
        { op: 'remove', path: '/spec/template/spec/containers/0/volumeMounts/1' },
        { op: 'remove', path: '/spec/template/spec/volumes/1' },
      ],
      { type: 'json' },
    );
    const use = [{ kind: 'Pod', name: 'old-0', path: 'spec.volumes[name=istio-certs]' }];
    await bed.api.waitForObject(all.resource, (resource) => {
      expect(resource?.status?.staleSecrets).toMatchObject([{ secret: 'istio.old', usedBy: use }]);
      return true;
    });
    await bed.api.delete({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { ...all.statefulSet.metadata, name: 'old-0' },
    });
    await becomes('old', 'SecretsStale', { status: 'False', reason: 'NoLegacySecret' });
  });

  it('reads only what is in use, and writes nothing at the next reconcile', async () => {
    await untilQuiet(controller, bed);
    forgetRequests();
    expect(await controller.checkAgain(key('granted'))).toMatchObject({ changed: false });
    expect(writesOn('granted')).toEqual([]);
    expect(askedForSecrets()).toContain(`GET /api/v1/namespaces/${bed.namespace}/secrets/istio.default`);
    expect(
      askedForSecrets().filter((each) => !/\/secrets\/[^/?]+$/.test(each) || each.includes('unrelated')),
    ).toEqual([]);
    expect((await bed.api.get(names('granted').resource)).status.staleSecretCount).toBe(1);
  });

  it('reports when the CA of the mesh has changed', async () => {
    const secret = secretOf('rooted', inMs(50 * DAY_MS));
    await bed.api.create(secret);
    const root = (from: KubeObject): KubeObject => ({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'istio-ca-root-cert', namespace: bed.namespace },
      data: {
        'root-cert.pem': Buffer.from(from.data?.['root-cert.pem'] ?? '', 'base64').toString(),
      },
    });
    await bed.api.create(root(secret));
    await legacyWorld('rooted', { secret: 'istio.rooted' });
    await becomes('rooted', 'SecretsStale', { reason: 'LegacySecretMounted' });
    // Until a reconcile is over, nobody knows what it has read.
    await controller.checkAgain(key('rooted'));
    await controller.checkAgain(key('granted'));
    await bed.api.replace(root(secretOf('other', inMs(DAY_MS))));
    // The ConfigMap is watched: no interval has to pass.
    await becomes('rooted', 'SecretsStale', {
      reason: 'LegacySecretOfOtherRoot',
      message: expect.stringContaining('scraping with it fails already'),
    });
    await bed.api.delete(root(secret));
    await becomes('rooted', 'SecretsStale', { reason: 'LegacySecretMounted' });
  });

  it('reports each deadline once, wakes itself for it, and repeats nothing after a restart', async () => {
    const notAfter = inMs(30 * DAY_MS + HOUR_MS);
    await bed.api.create(secretOf('timed', notAfter));
    await legacyWorld('timed', { secret: 'istio.timed', spec: { interval: '24h' } });
    await becomes('timed', 'SecretsStale', { reason: 'LegacySecretMounted' });
    expect(await eventsOf('timed', 0)).toEqual([]);
    const flipped = condition(await bed.api.get(names('timed').resource), 'SecretsStale');
    for (const days of [30, 14, 7, 3, 1]) {
      // The first step is an hour ahead and the interval a day: it is the step that wakes.
      await controller.advanceTo(notAfter - days * DAY_MS + 1000);
      const words = `expires ${text(notAfter)}, in less than ${days} ${days === 1 ? 'day' : 'days'};`;
      const seen = await becomes('timed', 'SecretsStale', {
        reason: 'LegacySecretExpiring',
        message: expect.stringContaining(words),
      });
      expect(condition(seen, 'SecretsStale')).toMatchObject({
        lastTransitionTime: (flipped as unknown as { lastTransitionTime: string }).lastTransitionTime,
      });
      if (days === 7) await controller.restart();
    }
    await controller.advanceTo(notAfter + 1000);
    const seen = await becomes('timed', 'SecretsStale', { reason: 'LegacySecretExpired' });
    expect(seen.status.staleSecrets).toMatchObject([{ expired: true }]);
    await controller.restart();
    const annotations = { 'meshscrape.dev/requestedAt': 'after the restart' };
    await bed.api.patch(names('timed').resource, { metadata: { annotations } });
    await bed.api.waitForObject(
      names('timed').resource,
      (resource) => resource?.status?.lastHandledRequest === 'after the restart',
    );
    const events = (await eventsOf('timed', 6)).toSorted((a, b) =>
      String(a['eventTime']) < String(b['eventTime']) ? -1 : 1,
    );
    expect(events.map(({ reason, note, series }) => [reason, String(note).split(';')[0], series])).toEqual([
      ...[30, 14, 7, 3].map((days) => [
        'LegacySecretExpiring',
        `secret istio.timed expires ${text(notAfter)}, in less than ${days} days`,
        undefined,
      ]),
      ['LegacySecretExpiring', `secret istio.timed expires ${text(notAfter)}, in less than 1 day`, undefined],
      ['LegacySecretExpired', `secret istio.timed expired ${text(notAfter)}`, undefined],
    ]);
  });
});
