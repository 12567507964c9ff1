// No hot loop, on the real API server: while a world stands still, whatever is wrong with it, a minute sees at most three
// statuses, no Event and no storm of tries. All worlds stand beside each other, and the minute passes once for all.
import { afterAll, describe, expect, it, vi } from 'vitest';
import type { KubeObject } from '../../testbed/api/kube-object.ts';
import { istioCrds } from '../../testbed/stand-ins/istio-crds.ts';
import { TEMPLATE_ROWS } from '../support/bent-templates.ts';
import { useTestBed } from '../support/control-plane.ts';
import { useController } from '../support/controller.ts';
import { comesAndGoes, useFlappingPrometheus } from '../support/flapping-prometheus.ts';
import { useStillMinute, writesOf, type StillWorld } from '../support/still-minute.ts';
import { useStory } from '../support/story.ts';
import { configMap, PROMETHEUS_YAML, promscrape, REWRITTEN_YAML, statefulSet } from '../support/world.ts';

const bed = useTestBed();
const controller = useController({ kubeconfig: () => bed.kubeconfig });
const flapping = useFlappingPrometheus();
const story = useStory(bed);
const { names, world, scrape, becomes, converged } = story;

const PORTS = 'traffic.sidecar.istio.io/includeInboundPorts';
/** How often each Prometheus was asked in all, and when the minute began. */
const counters = new Map<string, () => number>();
const atStart = new Map<string, number>();

/** A legacy StatefulSet and ConfigMap that a row bends before they are created; no pods. */
async function bent(
  name: string,
  bend: { readonly set?: (set: KubeObject) => void; readonly config?: (config: KubeObject) => void },
  spec: object = {},
): Promise<void> {
  const options = { namespace: bed.namespace, name, replicas: 0 };
  const [config, set] = [configMap(options), statefulSet(options)];
  bend.config?.(config);
  bend.set?.(set);
  await bed.api.create(config);
  await bed.api.create(set);
  await scrape(name, spec);
}

const edited = (name: string, patch: object): Promise<KubeObject> =>
  bed.api.patch(names(name).statefulSet, patch, {
    fieldManager: 'kubectl-edit',
    type: Array.isArray(patch) ? 'json' : 'merge',
  });
const annotated = (value: string): object => ({
  spec: { template: { metadata: { annotations: { [PORTS]: value } } } },
});
const podOf = (name: string): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: `${name}-0`, namespace: bed.namespace },
});
const running = (name: string): Promise<KubeObject | undefined> =>
  bed.api.waitForObject(podOf(name), (pod) => pod?.status?.phase === 'Running');

async function answers(name: string, config: string): Promise<void> {
  const { podIP } = (await bed.api.get(podOf(name))).status as { podIP: string };
  counters.set(name, await flapping.start(podIP, config, comesAndGoes));
}

const cluster: KubeObject[] = [];
afterAll(async () => {
  for (const object of cluster) await bed.api.delete(object);
});

/** What every write to an object of that label meets, once the API server has taken it in. */
async function refusing(name: string, reason: 'Forbidden' | 'Invalid', resource: string): Promise<void> {
  const metadata = { name: `${bed.namespace}-${name}` };
  const [group = '', plural = ''] = resource.split('/', 1).concat(resource.slice(resource.indexOf('/') + 1));
  const policy = {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingAdmissionPolicy',
    metadata,
    spec: {
      failurePolicy: 'Fail',
      matchConstraints: {
        resourceRules: [
          { apiGroups: [group], apiVersions: ['*'], operations: ['UPDATE'], resources: [plural] },
        ],
        namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': bed.namespace } },
      },
      matchConditions: [{ name: 'one', expression: `object.metadata.name == '${name}'` }],
      validations: [{ expression: 'false', reason, message: `nobody changes ${name}` }],
    },
  };
  const binding = {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingAdmissionPolicyBinding',
    metadata,
    spec: { policyName: metadata.name, validationActions: ['Deny'] },
  };
  for (const object of [policy, binding]) cluster.push(await bed.api.create(object));
}

/** The answer of an admission webhook that is down. */
async function webhookDown(name: string): Promise<void> {
  cluster.push(
    await bed.api.create({
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingWebhookConfiguration',
      metadata: { name: `${bed.namespace}-${name}` },
      webhooks: [
        {
          name: 'down.example.com',
          admissionReviewVersions: ['v1'],
          sideEffects: 'None',
          failurePolicy: 'Fail',
          clientConfig: { url: 'https://127.0.0.1:1/down' },
          namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': bed.namespace } },
          matchConditions: [{ name: 'one', expression: `object.metadata.name == '${name}'` }],
          rules: [
            { apiGroups: ['apps'], apiVersions: ['*'], operations: ['UPDATE'], resources: ['statefulsets'] },
          ],
        },
      ],
    }),
  );
}

/** Waits until a dry run of a harmless change is refused: admission configuration takes its time to be taken in. */
async function isRefused(target: KubeObject): Promise<void> {
  const change = { metadata: { annotations: { tried: 'x' } } };
  await vi.waitFor(() => expect(bed.api.patch(target, change, { dryRun: true })).rejects.toThrow(), {
    timeout: 20_000,
    interval: 100,
  });
}

/** A world whose writes to one kind are refused from before the resource exists. */
async function refusedWorld(name: string, refuse: () => Promise<void>): Promise<void> {
  const all = await world(name, { replicas: 0 });
  await refuse();
  await isRefused(all.statefulSet);
  await scrape(name);
}

const CONFIG_ROWS: readonly StillWorld[] = [
  {
    name: 'unresolved',
    says: 'ConfigRewritten False ConfigMapNotResolved',
    build: () =>
      bent('unresolved', {
        set: ({ spec }) => {
          spec.template.spec.containers[0].args = ['--config.file=/nowhere/prometheus.yaml'];
        },
      }),
  },
  {
    name: 'no-config',
    says: 'ConfigRewritten False ConfigMapNotFound',
    build: async () => {
      await bed.api.create(statefulSet({ namespace: bed.namespace, name: 'no-config', replicas: 0 }));
      await scrape('no-config');
    },
  },
  {
    name: 'no-key',
    says: 'ConfigRewritten False ConfigMapKeyNotFound',
    build: () =>
      bent('no-key', {
        config: (config) => {
          config.data = { 'else.yaml': PROMETHEUS_YAML };
        },
      }),
  },
  {
    name: 'immutable',
    says: 'ConfigRewritten False ConfigMapImmutable',
    build: () => bent('immutable', { config: (config) => Object.assign(config, { immutable: true }) }),
  },
  {
    name: 'binary',
    says: 'ConfigRewritten False KeyInBinaryData',
    build: () =>
      bent('binary', {
        config: (config) => {
          config.data = {};
          Object.assign(config, { binaryData: { 'prometheus.yaml': btoa(PROMETHEUS_YAML) } });
        },
      }),
  },
  {
    name: 'unparsable',
    says: 'ConfigRewritten False ConfigUnparsable',
    build: () =>
      bent('unparsable', {
        config: (config) => {
          config.data = { 'prometheus.yaml': 'scrape_configs: [' };
        },
      }),
  },
  {
    name: 'jobs-refused',
    says: 'ConfigRewritten False JobsRefused',
    build: () =>
      bent('jobs-refused', {
        config: (config) => {
          const inline =
            '- job_name: inline\n  tls_config:\n    ca: PEM\n    cert_file: /etc/certs/cert-chain.pem\n    key_file: /etc/certs/key.pem\n';
          config.data = { 'prometheus.yaml': `${PROMETHEUS_YAML}${inline}` };
        },
      }),
  },
  {
    name: 'shares',
    says: 'ConfigRewritten False SharedConfigNotWired',
    build: async () => {
      await world('shares');
      const other = statefulSet({ namespace: bed.namespace, name: 'shares-too' });
      other.spec.template.spec.volumes[0].configMap.name = 'shares';
      await bed.api.create(other);
      await running('shares-too');
      await scrape('shares');
    },
  },
];

const TARGET_ROWS: readonly StillWorld[] = [
  ...TEMPLATE_ROWS.map(({ name, reason, bend }) => ({
    name,
    says: `Ready False ${reason}`,
    build: () => bent(name, { set: bend }),
  })),
  { name: 'missing', says: 'Ready False WorkloadNotFound', build: () => scrape('missing') },
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
      for (const crd of await istioCrds(crds)) await bed.api.installCrd(crd);
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

const WRITE_ROWS: readonly StillWorld[] = [
  {
    name: 'conflicts',
    says: 'Ready False FieldConflict',
    build: () =>
      bent('conflicts', {
        set: ({ spec }) => {
          spec.template.metadata.annotations = { [PORTS]: '9090' };
        },
      }),
  },
  {
    name: 'denied',
    says: 'Ready False WriteRefused',
    build: () => refusedWorld('denied', () => refusing('denied', 'Invalid', 'apps/statefulsets')),
  },
  {
    name: 'forbidden',
    says: 'Ready Unknown NotAuthorized',
    build: () => refusedWorld('forbidden', () => refusing('forbidden', 'Forbidden', 'apps/statefulsets')),
  },
  {
    // Tried again with pauses that double: 1, 2, 4 … 32 seconds fit into a minute.
    name: 'unanswered',
    says: 'Ready Unknown ProgressingWithRetry',
    tries: 8,
    build: () => refusedWorld('unanswered', () => webhookDown('unanswered')),
  },
];

const WAITING_ROWS: readonly StillWorld[] = [
  {
    name: 'waits',
    says: 'CertificatesReady False RolloutOnDelete',
    build: async () => {
      await world('waits', { updateStrategy: { type: 'OnDelete' } });
      await running('waits');
      await scrape('waits');
    },
  },
  {
    name: 'rolls',
    // Ready names the pod that keeps the rollout from its end, once it did so for long.
    says: 'WorkloadWired False WaitingForRollout',
    build: async () => {
      await converged('rolls');
      bed.kubelet.hold(({ spec }) => spec.containers.some(({ image }: { image: string }) => image === 'new'));
      await edited('rolls', [
        { op: 'replace', path: '/spec/template/spec/containers/0/image', value: 'new' },
        {
          op: 'replace',
          path: `/spec/template/metadata/annotations/${PORTS.replaceAll('/', '~1')}`,
          value: '*',
        },
      ]);
    },
  },
  {
    name: 'observes',
    says: 'Ready False PendingChanges',
    build: () => bent('observes', {}, { mode: 'Observe' }),
  },
  {
    name: 'drifts',
    says: 'Ready False DriftDetected',
    build: async () => {
      const all = await converged('drifts', {}, { replicas: 0 });
      await bed.api.patch(all.resource, { spec: { mode: 'Observe' } });
      await becomes('drifts', 'Ready', { status: 'True', observedGeneration: 2 });
      await edited('drifts', annotated('9090'));
    },
  },
  { name: 'suspended', says: 'Ready False Suspended', build: () => bent('suspended', {}, { suspend: true }) },
  { name: 'done', says: 'Ready True Succeeded', build: () => converged('done', {}, { replicas: 0 }) },
  {
    name: 'silent',
    says: 'Reloaded Unknown NotVerified',
    build: () => converged('silent'),
  },
  {
    name: 'flaps',
    says: 'Reloaded True Succeeded',
    statuses: 3,
    build: async () => {
      await converged('flaps');
      await answers('flaps', REWRITTEN_YAML);
      await story.lookNow('flaps');
    },
  },
  {
    // Asked and reloaded every ten seconds, which is told once.
    name: 'not-reloaded',
    says: 'Reloaded False WaitingForReload',
    build: async () => {
      await converged('not-reloaded');
      await answers('not-reloaded', PROMETHEUS_YAML);
      await story.lookNow('not-reloaded');
    },
  },
];

const ROWS = [...TARGET_ROWS, ...MESH_ROWS, ...CONFIG_ROWS, ...WRITE_ROWS, ...WAITING_ROWS];

/** How often the Prometheus of a world was asked since the minute began. */
const asked = (name: string): number => (counters.get(name)?.() ?? 0) - (atStart.get(name) ?? 0);

describe('a minute in a world that stands still', () => {
  useStillMinute({
    ...{ controller, story, worlds: ROWS },
    begins: () => {
      for (const [name, count] of counters) atStart.set(name, count());
    },
  });

  it('was lived through', () => {
    expect(asked('flaps')).toBeGreaterThan(0);
    expect(asked('not-reloaded')).toBeGreaterThanOrEqual(6);
    expect(writesOf(controller, 'unanswered')).toContain('apply StatefulSet/unanswered');
  });
});
