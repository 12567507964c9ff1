// The main job on a real API server: the newcomer's resource converges, stays quiet, heals, and lets go again.
import { describe, expect, it } from 'vitest';
import { useTestBed } from '../support/control-plane.ts';
import { useController } from '../support/controller.ts';
import { condition, useStory } from '../support/story.ts';
import { untilQuiet } from '../support/until-quiet.ts';
import { PROMETHEUS_YAML, promscrape, REWRITTEN_YAML } from '../support/world.ts';

const bed = useTestBed();
const controller = useController({ kubeconfig: () => bed.kubeconfig });

const { names, world, scrape, becomes, converged, versions } = useStory(bed);

describe('a resource of the newcomer', () => {
  it('converges, and the next pod carries everything', async () => {
    const all = await converged('newcomer');
    const pod = await bed.api.get({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'newcomer-0', namespace: bed.namespace },
    });
    expect(pod.spec.containers.map(({ name }: { name: string }) => name)).toContain('istio-proxy');
    expect(pod.metadata.annotations).toMatchObject({
      'sidecar.istio.io/inject': 'true',
      'traffic.sidecar.istio.io/includeInboundPorts': '',
      'traffic.sidecar.istio.io/includeOutboundIPRanges': '',
      'traffic.sidecar.istio.io/includeOutboundPorts': '',
      'sidecar.istio.io/rewriteAppHTTPProbers': 'false',
      'prometheus.istio.io/merge-metrics': 'false',
      'proxy.istio.io/config':
        'proxyMetadata:\n  OUTPUT_CERTS: /etc/istio-output-certs\nholdApplicationUntilProxyStarts: true\n',
      'sidecar.istio.io/userVolumeMount': '{"istio-output-certs":{"mountPath":"/etc/istio-output-certs"}}',
    });
    expect(pod.spec.volumes).toContainEqual({ name: 'istio-output-certs', emptyDir: { medium: 'Memory' } });
    const config = await bed.api.get(all.configMap);
    expect(config.data).toEqual({ 'prometheus.yaml': REWRITTEN_YAML, 'rules.yaml': 'groups: []\n' });
    expect(
      config.metadata.managedFields
        ?.map(({ manager }) => manager)
        .filter((each) => each.startsWith('meshscrape')),
    ).toEqual([]);
    expect((await bed.api.get(all.sidecar)).spec).toEqual({
      workloadSelector: { labels: { app: 'newcomer' } },
      egress: [{ hosts: ['istio-system/*'] }],
    });
    expect((await bed.api.get(all.peerAuthentication)).spec).toEqual({
      selector: { matchLabels: { app: 'newcomer' } },
      mtls: { mode: 'DISABLE' },
    });
  });

  it('keeps what is in the annotations that it merges into', async () => {
    const all = await converged(
      'merging',
      {},
      {
        templateAnnotations: {
          'proxy.istio.io/config': '# ours\nconcurrency: 1 # small\nproxyMetadata:\n  FOO: "bar"\n',
          'sidecar.istio.io/userVolumeMount': '[{"name": "config", "mountPath": "/extra"}]',
        },
      },
    );
    const { annotations } = (await bed.api.get(all.statefulSet)).spec.template.metadata;
    expect(annotations['proxy.istio.io/config']).toBe(
      '# ours\nconcurrency: 1 # small\nproxyMetadata:\n  OUTPUT_CERTS: /etc/istio-output-certs\n  FOO: "bar"\nholdApplicationUntilProxyStarts: true\n',
    );
    expect(JSON.parse(annotations['sidecar.istio.io/userVolumeMount'])).toEqual([
      { name: 'config', mountPath: '/extra' },
      { name: 'istio-output-certs', mountPath: '/etc/istio-output-certs' },
    ]);
  });

  it('writes each target once, the shared ConfigMap twice, the status at most three times', async () => {
    await world('thrifty', { replicas: 0 });
    controller.forgetWrites();
    await scrape('thrifty');
    await becomes('thrifty', 'Ready', { status: 'True' });
    const own = controller.writes.filter((write) => write.endsWith('thrifty'));
    const count = (prefix: string): number => own.filter((write) => write.startsWith(prefix)).length;
    expect(count('apply StatefulSet/thrifty')).toBe(1);
    expect(count('apply Sidecar/')).toBe(1);
    expect(count('apply PeerAuthentication/')).toBe(1);
    expect(count('patch ConfigMap/thrifty')).toBe(2);
    expect(count('writeStatus')).toBeLessThanOrEqual(2);
  });
});

describe('a converged resource', () => {
  it('sends no write over three intervals and a forced relist', async () => {
    const all = await converged('quiet');
    await untilQuiet(controller, bed);
    const before = await versions(all);
    for (let check = 0; check < 3; check += 1) await controller.checkAgain(`${bed.namespace}/quiet`);
    await controller.relist();
    await controller.checkAgain(`${bed.namespace}/quiet`);
    expect(controller.writes.filter((write) => write.endsWith('quiet'))).toEqual([]);
    expect(await versions(all)).toEqual(before);
  });

  it('is written nothing by a controller that starts anew', async () => {
    const all = await converged('restarted');
    await untilQuiet(controller, bed);
    const before = await versions(all);
    await controller.restart();
    await controller.checkAgain(`${bed.namespace}/restarted`);
    expect(controller.writes.filter((write) => write.endsWith('restarted'))).toEqual([]);
    expect(await versions(all)).toEqual(before);
  });

  it('gets an owned object back that somebody deleted', async () => {
    const all = await converged('deleted');
    for (const target of [all.sidecar, all.peerAuthentication]) {
      const { uid } = (await bed.api.get(target)).metadata;
      await bed.api.delete(target);
      const back = await bed.api.waitForObject(
        target,
        (object) => object !== undefined && object.metadata.uid !== uid,
      );
      expect(back?.metadata.labels).toMatchObject({ 'meshscrape.dev/resource': 'deleted' });
    }
  });
});

describe('order', () => {
  it('leaves the config alone under OnDelete until the pod has been replaced', async () => {
    const all = await world('ondelete', { updateStrategy: { type: 'OnDelete' } });
    const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'ondelete-0', namespace: bed.namespace } };
    await bed.api.waitForObject(pod, (object) => object?.status?.phase === 'Running');
    await scrape('ondelete');
    const waiting = await becomes('ondelete', 'CertificatesReady', {
      status: 'False',
      reason: 'RolloutOnDelete',
      message: expect.stringContaining('OnDelete'),
    });
    expect(condition(waiting, 'WorkloadWired')).toMatchObject({ status: 'True' });
    expect(waiting.status.pending[0]).toMatchObject({
      target: 'ConfigMap/ondelete',
      waitingFor: 'CertificatesReady',
    });
    expect((await bed.api.get(all.configMap)).data?.['prometheus.yaml']).toBe(PROMETHEUS_YAML);
    await bed.api.delete(pod);
    await becomes('ondelete', 'Ready', { status: 'True' });
    expect((await bed.api.get(all.configMap)).data?.['prometheus.yaml']).toBe(REWRITTEN_YAML);
  });

  it('picks up a StatefulSet that is created after the resource', async () => {
    await scrape('late');
    await becomes('late', 'Ready', { status: 'Unknown', reason: 'WorkloadNotFound' });
    await world('late');
    await becomes('late', 'Ready', { status: 'True' });
  });
});

describe('restraint', () => {
  it('writes nothing but status and Events in Observe', async () => {
    const all = await world('observed');
    const targets = [all.statefulSet, all.configMap];
    await bed.api.waitForObject(all.statefulSet, (object) => object?.status?.readyReplicas === 1);
    await untilQuiet(controller, bed);
    const before = await Promise.all(targets.map((target) => bed.api.get(target)));
    await scrape('observed', { mode: 'Observe' });
    const seen = await becomes('observed', 'Ready', { status: 'False', reason: 'PendingChanges' });
    expect(seen.status.pendingCount).toBe(24);
    expect(seen.metadata.finalizers).toBeUndefined();
    const after = await Promise.all(targets.map((target) => bed.api.get(target)));
    expect(after.map(({ metadata }) => metadata.resourceVersion)).toEqual(
      before.map(({ metadata }) => metadata.resourceVersion),
    );
    expect(await bed.api.find(all.sidecar)).toBeUndefined();
    expect(await bed.api.find(all.peerAuthentication)).toBeUndefined();
    // The Events of a status follow it.
    await controller.settled();
    const own = controller.writes.filter((write) => write.endsWith('observed'));
    expect(new Set(own)).toEqual(
      new Set([
        'writeStatus PrometheusIstioScrape/observed',
        'emit LegacySecretMounted PrometheusIstioScrape/observed',
        'emit PendingChanges PrometheusIstioScrape/observed',
      ]),
    );
  });

  it('lets the older of two resources on one workload win', async () => {
    await converged('claimed');
    await bed.api.create({
      ...promscrape({ namespace: bed.namespace, name: 'claimed' }),
      metadata: { name: 'second', namespace: bed.namespace },
    });
    const second = await becomes('second', 'Ready', { status: 'False', reason: 'TargetClaimed' });
    expect(condition(second, 'Stalled')).toMatchObject({ status: 'True', reason: 'TargetClaimed' });
    expect(condition(second, 'Ready')?.message).toContain('PrometheusIstioScrape/claimed');
    await bed.api.delete(names('claimed').resource);
    await becomes('second', 'Ready', { status: 'True' });
  });

  it('wakes whoever waits behind a resource that goes, sixteen at a time', async () => {
    await Promise.all(
      Array.from({ length: 16 }, async (_unused, index) => {
        const name = `first-${index}`;
        await converged(name, {}, { replicas: 0 });
        const { apiVersion, kind, spec } = promscrape({ namespace: bed.namespace, name });
        const metadata = { name: `waits-${index}`, namespace: bed.namespace };
        await bed.api.create({ apiVersion, kind, metadata, spec });
        await becomes(`waits-${index}`, 'Ready', { status: 'False', reason: 'TargetClaimed' });
        await bed.api.delete(names(name).resource);
        await becomes(`waits-${index}`, 'Ready', { status: 'True' });
      }),
    );
  });

  it('does not take a field that somebody set on purpose', async () => {
    const all = await world('purpose', {
      templateAnnotations: { 'traffic.sidecar.istio.io/includeInboundPorts': '9090' },
    });
    await scrape('purpose');
    const seen = await becomes('purpose', 'FieldConflict', { status: 'True' });
    expect(condition(seen, 'FieldConflict')?.message).toContain(
      'traffic.sidecar.istio.io/includeInboundPorts',
    );
    expect(condition(seen, 'Ready')).toMatchObject({ status: 'False', reason: 'FieldConflict' });
    const { annotations } = (await bed.api.get(all.statefulSet)).spec.template.metadata;
    expect(annotations).toEqual({ 'traffic.sidecar.istio.io/includeInboundPorts': '9090' });
    await bed.api.patch(all.resource, { spec: { conflictPolicy: 'Force' } });
    await becomes('purpose', 'Ready', { status: 'True' });
  });
});
