// No hot loop, on the real API server, where the target or what the mesh applies to it is not as it should be.
import { describe } from 'vitest';
import { installCrd } from '../../testbed/api/install.ts';
import { istioCrds } from '../../testbed/stand-ins/istio-crds.ts';
import { TEMPLATE_ROWS } from '../support/bent-templates.ts';
import { useTestBed } from '../support/control-plane.ts';
import { useController } from '../support/controller.ts';
import { useStillMinute, type StillWorld } from '../support/still-minute.ts';
import { useStillWorlds } from '../support/still-worlds.ts';
import { configMap, promscrape, statefulSet } from '../support/world.ts';

const bed = useTestBed();
const controller = useController({ kubeconfig: () => bed.kubeconfig });
const story = useStillWorlds(bed);
const { bent, converged, running, scrape } = story;

const TARGET_ROWS: readonly StillWorld[] = [
  ...TEMPLATE_ROWS.map(({ name, reason, bend }) => ({
    name,
    says: `Ready False ${reason}`,
    build: () => bent(name, { set: bend }),
  })),
  { name: 'missing', says: 'Ready Unknown WorkloadNotFound', build: () => scrape('missing') },
  {
    name: 'claims',
    says: 'Ready False TargetClaimed',
    build: async () => {
      await converged('claimed', {}, { replicas: 0 });
      const { apiVersion, kind, spec } = promscrape({ namespace: bed.namespace, name: 'claimed' });
      await bed.api.create({
        apiVersion,
        kind,
        metadata: { name: 'claims', namespace: bed.namespace },
        spec,
      });
    },
  },
  {
    name: 'operated',
    says: 'Ready False OwnedByController',
    build: async () => {
      const owner = await bed.api.create({
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: 'operator', namespace: bed.namespace },
      });
      const { apiVersion, kind, metadata } = owner;
      const reference = { apiVersion, kind, name: metadata.name, uid: metadata.uid, controller: true };
      await bent('operated', {
        set: (set) => Object.assign(set.metadata, { ownerReferences: [reference] }),
      });
    },
  },
  {
    name: 'intercepts',
    says: 'Ready False InboundPolicyWouldBeBypassed',
    build: async () => {
      const crds = ['authorizationpolicies.security.istio.io', 'requestauthentications.security.istio.io'];
      for (const crd of await istioCrds(crds)) await installCrd(bed.api, crd);
      const options = { namespace: bed.namespace, name: 'intercepts' };
      const set = statefulSet(options);
      set.spec.template.metadata.labels['sidecar.istio.io/inject'] = 'true';
      await bed.api.create(configMap(options));
      await bed.api.create(set);
      await running('intercepts');
      await bed.api.create({
        apiVersion: 'security.istio.io/v1beta1',
        kind: 'AuthorizationPolicy',
        metadata: { name: 'only-grafana', namespace: bed.namespace },
        spec: { selector: { matchLabels: { app: 'intercepts' } }, action: 'DENY', rules: [{}] },
      });
      await scrape('intercepts');
    },
  },
];

const MESH_ROWS: readonly StillWorld[] = [
  {
    name: 'named',
    says: 'MeshPolicyApplied False NameTaken',
    build: async () => {
      await bed.api.create({
        apiVersion: 'security.istio.io/v1beta1',
        kind: 'PeerAuthentication',
        metadata: { name: 'meshscrape-named', namespace: bed.namespace },
        spec: { selector: { matchLabels: { app: 'else' } }, mtls: { mode: 'STRICT' } },
      });
      await bent('named', {});
    },
  },
  {
    name: 'wide',
    says: 'Ready False SelectorTooWide',
    build: async () => {
      const other = statefulSet({ namespace: bed.namespace, name: 'wide-too', replicas: 0 });
      other.spec.selector.matchLabels = { part: 'else' };
      other.spec.template.metadata.labels = { app: 'wide', part: 'else' };
      await bed.api.create(other);
      await bent('wide', {});
    },
  },
  {
    name: 'rivalled',
    says: 'MeshPolicyApplied False RivalFound',
    build: async () => {
      await bed.api.create({
        apiVersion: 'security.istio.io/v1beta1',
        kind: 'PeerAuthentication',
        metadata: { name: 'rival', namespace: bed.namespace },
        spec: { selector: { matchLabels: { app: 'rivalled' } }, mtls: { mode: 'STRICT' } },
      });
      await bent('rivalled', {});
    },
  },
];

describe('a minute with a target that cannot be wired', () => {
  useStillMinute({ controller, story, worlds: [...TARGET_ROWS, ...MESH_ROWS] });
});
