// What forbids a write, on the real API server: the reason is in status and not one object moves.
import { describe, expect, it } from 'vitest';
import { installCrd } from '../../testbed/api/install.ts';
import type { KubeObject } from '../../testbed/api/kube-object.ts';
import { istioCrds } from '../../testbed/stand-ins/istio-crds.ts';
import { TEMPLATE_ROWS } from '../support/bent-templates.ts';
import { useTestBed } from '../support/control-plane.ts';
import { useController } from '../support/controller.ts';
import { condition, useStory, type Names } from '../support/story.ts';
import { configMap, statefulSet } from '../support/world.ts';

const bed = useTestBed();
useController({ kubeconfig: () => bed.kubeconfig });
const { names, world, scrape, becomes, converged } = useStory(bed);

/** A legacy StatefulSet that a test bends before it is created. */
async function bent(name: string, bend: (object: KubeObject) => void): Promise<Names> {
  const options = { namespace: bed.namespace, name, replicas: 0 };
  await bed.api.create(configMap(options));
  const object = statefulSet(options);
  bend(object);
  await bed.api.create(object);
  return names(name);
}

/** Resource, spec and data of what must not move; status of a StatefulSet moves on its own. */
async function substance(all: Names): Promise<unknown> {
  const [set, config] = await Promise.all([bed.api.get(all.statefulSet), bed.api.get(all.configMap)]);
  return [set.spec, set.metadata.annotations, config.metadata.resourceVersion];
}

describe('a pod template that cannot be wired', () => {
  it.each(TEMPLATE_ROWS)('is left alone: $name → $reason', async ({ name, reason, says, bend }) => {
    const all = await bent(name, bend);
    const before = await substance(all);
    await scrape(name);
    const seen = await becomes(name, 'Ready', { status: 'False', reason });
    expect(condition(seen, 'Ready')?.message).toContain(says);
    expect(condition(seen, 'Stalled')).toMatchObject({ status: 'True', reason });
    expect(await substance(all)).toEqual(before);
  });
});

describe('a workload that does not exist', () => {
  it('is named as the Deployment that it is, beside the nearest StatefulSets', async () => {
    const { metadata, spec } = statefulSet({ namespace: bed.namespace, name: 'deployed', replicas: 0 });
    const { serviceName, ...deployed } = spec;
    expect(serviceName).toBe('deployed');
    await bed.api.create({ apiVersion: 'apps/v1', kind: 'Deployment', metadata, spec: deployed });
    await bent('deployed-too', () => undefined);
    await scrape('deployed');
    const seen = await becomes('deployed', 'Ready', { status: 'Unknown', reason: 'WorkloadNotFound' });
    expect(condition(seen, 'Ready')?.message).toMatch(
      /: there is a Deployment of that name, but only StatefulSets are managed; StatefulSets there: deployed-too/,
    );
  });
});

describe('a ConfigMap with many annotations', () => {
  const KEY = 'meshscrape.dev/original-tls-config';

  /** So many bytes of annotations before the first write. */
  async function filled(name: string, bytes: number): Promise<Names> {
    const options = { namespace: bed.namespace, name, replicas: 0 };
    const config = configMap(options);
    const annotations = { team: 'x'.repeat(bytes - 'team'.length) };
    await bed.api.create({ ...config, metadata: { ...config.metadata, annotations } });
    await bed.api.create(statefulSet(options));
    await scrape(name);
    return names(name);
  }

  it('is rewritten while the API server takes the record, and left alone from the next byte on', async () => {
    const { configMap: first } = await converged('room', {}, { replicas: 0 });
    const record: string = (await bed.api.get(first)).metadata.annotations?.[KEY] ?? '';
    const room = 262_144 - KEY.length - record.length;
    const full = await filled('full', room);
    await becomes('full', 'Ready', { status: 'True' });
    expect((await bed.api.get(full.configMap)).metadata.annotations?.[KEY]).toHaveLength(record.length);
    const over = await filled('over', room + 1);
    await becomes('over', 'ConfigRewritten', { status: 'False', reason: 'RecordTooLarge' });
    await becomes('over', 'Ready', { status: 'False', reason: 'RecordTooLarge' });
    expect((await bed.api.get(over.statefulSet)).spec.template.metadata.annotations).toBeUndefined();
  });
});

describe('a ConfigMap that does not exist', () => {
  it('is named with what leads to it, beside the nearest ones', async () => {
    await bent('unmapped', ({ spec }) => {
      spec.template.spec.volumes[0].configMap.name = 'unmaped';
    });
    await scrape('unmapped');
    const seen = await becomes('unmapped', 'ConfigRewritten', { reason: 'ConfigMapNotFound' });
    expect(condition(seen, 'ConfigRewritten')?.message).toMatch(
      /^ConfigMap unmaped does not exist: --config\.file of container prometheus leads to it through \/etc\/prometheus; ConfigMaps in the namespace: unmapped, /,
    );
  });
});

describe('a StatefulSet of another controller', () => {
  it('is refused with the fields of the Prometheus resource', async () => {
    const all = await bent('operated', ({ metadata }) => {
      (metadata as { ownerReferences: unknown }).ownerReferences = [
        {
          apiVersion: 'monitoring.coreos.com/v1',
          kind: 'Prometheus',
          name: 'main',
          uid: '6a1b2c3d-0000-4000-8000-000000000000',
          controller: true,
        },
      ];
    });
    await scrape('operated');
    // The garbage collector asks for the owner, which does not exist here: the refusal must come first.
    const seen = await becomes('operated', 'Ready', { status: 'False', reason: 'OwnedByController' });
    expect(condition(seen, 'Ready')?.message).toContain('podMetadata');
    expect(await bed.api.find(all.sidecar)).toBeUndefined();
  });
});

describe('mesh policy', () => {
  it.each([
    ['Sidecar', 'networking.istio.io/v1beta1', { egress: [{ hosts: ['*/*'] }] }],
    ['PeerAuthentication', 'security.istio.io/v1beta1', { mtls: { mode: 'STRICT' } }],
  ])('never adopts a foreign %s of our name', async (kind, apiVersion, spec) => {
    const name = `foreign-${kind.toLowerCase()}`;
    await world(name, { replicas: 0 });
    const foreign = await bed.api.create({
      apiVersion,
      kind,
      metadata: { name: `meshscrape-${name}`, namespace: bed.namespace },
      spec,
    });
    await scrape(name);
    const seen = await becomes(name, 'MeshPolicyApplied', { status: 'False', reason: 'NameTaken' });
    expect(condition(seen, 'Stalled')).toMatchObject({ status: 'True', reason: 'NameTaken' });
    expect((await bed.api.get(foreign)).metadata.resourceVersion).toBe(foreign.metadata.resourceVersion);
  });

  it('is not created by a selector that reaches another workload', async () => {
    const all = await bent('wide', () => undefined);
    const other = statefulSet({ namespace: bed.namespace, name: 'wide-too', replicas: 0 });
    other.spec.template.metadata.labels = { app: 'wide-too', ...other.spec.template.metadata.labels };
    other.spec.selector.matchLabels = { part: 'else' };
    other.spec.template.metadata.labels = { app: 'wide', part: 'else' };
    await bed.api.create(other);
    await scrape('wide');
    const seen = await becomes('wide', 'Ready', { status: 'False', reason: 'SelectorTooWide' });
    expect(condition(seen, 'Ready')?.message).toContain('StatefulSet/wide-too');
    expect(await bed.api.find(all.sidecar)).toBeUndefined();
    expect(await bed.api.find(all.peerAuthentication)).toBeUndefined();
  });

  it('waits behind an older rival that makes ours inert', async () => {
    const all = await world('rivalled', { replicas: 0 });
    const rival = await bed.api.create({
      apiVersion: 'security.istio.io/v1beta1',
      kind: 'PeerAuthentication',
      metadata: { name: 'rival', namespace: bed.namespace },
      spec: { selector: { matchLabels: { app: 'rivalled' } }, mtls: { mode: 'STRICT' } },
    });
    await scrape('rivalled');
    await becomes('rivalled', 'MeshPolicyApplied', { status: 'False', reason: 'RivalFound' });
    await bed.api.delete(rival);
    await becomes('rivalled', 'Ready', { status: 'True' });
    expect(await bed.api.find(all.peerAuthentication)).toBeDefined();
  });
});

describe('pods that are in the mesh with inbound interception', () => {
  it('keep the policies that guard them until somebody says that this may end', async () => {
    const crds = ['authorizationpolicies.security.istio.io', 'requestauthentications.security.istio.io'];
    for (const crd of await istioCrds(crds)) await installCrd(bed.api, crd);
    const name = 'guarded';
    await bed.api.create(configMap({ namespace: bed.namespace, name }));
    const object = statefulSet({ namespace: bed.namespace, name });
    object.spec.template.metadata.labels['sidecar.istio.io/inject'] = 'true';
    await bed.api.create(object);
    const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: `${name}-0`, namespace: bed.namespace } };
    await bed.api.waitForObject(pod, (seen) => seen?.status?.phase === 'Running');
    await bed.api.create({
      apiVersion: 'security.istio.io/v1beta1',
      kind: 'AuthorizationPolicy',
      metadata: { name: 'only-grafana', namespace: bed.namespace },
      spec: { selector: { matchLabels: { app: name } }, action: 'DENY', rules: [{}] },
    });
    await scrape(name);
    const seen = await becomes(name, 'Ready', { status: 'False', reason: 'InboundPolicyWouldBeBypassed' });
    expect(condition(seen, 'Ready')?.message).toContain(`AuthorizationPolicy ${bed.namespace}/only-grafana`);
    await bed.api.patch(names(name).resource, { spec: { workload: { allowUnprotectedInbound: true } } });
    await becomes(name, 'Ready', { status: 'True' });
  });
});

describe('shared ConfigMap', () => {
  it('keeps even the pod template back while a workload that no resource names mounts it, and goes on once one does', async () => {
    const name = 'shared';
    await converged('peerless', {}, { replicas: 0 });
    await world(name);
    const other = statefulSet({ namespace: bed.namespace, name: 'shared-too' });
    other.spec.template.spec.volumes[0].configMap.name = name;
    await bed.api.create(other);
    const pod = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'shared-too-0', namespace: bed.namespace },
    };
    await bed.api.waitForObject(pod, (seen) => seen?.status?.phase === 'Running');
    await scrape(name);
    const seen = await becomes(name, 'Ready', { status: 'Unknown', reason: 'SharedConfigNotWired' });
    expect(condition(seen, 'WorkloadWired')?.message).toContain('Pod/shared-too-0');
    expect((await bed.api.get(names(name).statefulSet)).metadata.generation).toBe(1);
    await scrape('shared-too');
    await becomes('shared-too', 'Ready', { status: 'True' });
    await becomes(name, 'Ready', { status: 'True' });
  });
});
