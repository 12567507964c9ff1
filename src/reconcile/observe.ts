// Reads the cluster into a Snapshot: caches always, requests only for what the plan says that it needs.
import type { InboundPolicy } from '../api/kubernetes.ts';
import type { PrometheusIstioScrape } from '../api/resource.ts';
import { joinObserved, type Observed } from '../plan/model/observed.ts';
import {
  distinctNeeds,
  withAnswer,
  type AnswerOf,
  type Need,
  type NeedKind,
  type NeedOf,
  type Reads,
} from '../plan/model/reads.ts';
import type { CachedView } from '../plan/model/snapshot.ts';
import type { Cluster } from './cluster.ts';
import type { ReconcileContext } from './context.ts';
import { askPodAdmission } from './pod-admission.ts';
import { askTrial } from './trial.ts';

/** What the caches hold for a resource, no request. */
export function cachedView(cluster: Cluster, resource: PrometheusIstioScrape): CachedView {
  const { namespace } = resource.metadata;
  const { kind, name } = resource.spec.workload;
  return {
    resource,
    resources: cluster.resources(namespace),
    workload: cluster.workload({ kind, namespace, name }),
    workloads: cluster.workloads(namespace),
    sidecars: cluster.sidecars(namespace),
    peerAuthentications: cluster.peerAuthentications(namespace),
  };
}

/** Adds what the needs ask for to what was read already. Several needs are read side by side. */
export async function fulfil(
  context: AskingContext,
  view: CachedView,
  { reads, needs }: { readonly reads: Reads; readonly needs: readonly Need[] },
): Promise<Reads> {
  const answered = await Promise.all(
    distinctNeeds(needs).map(async (need) => ({
      need,
      answer: await ask({ cluster: context.cluster, context, view }, need),
    })),
  );
  return answered.reduce((sum, { need, answer }) => withAnswer(sum, need, answer), reads);
}

/** The part of a reconciliation's context that reads need. */
type AskingContext = Pick<ReconcileContext, 'cluster' | 'dryRuns' | 'now'>;

interface Asking {
  readonly cluster: Cluster;
  readonly context: AskingContext;
  readonly view: CachedView;
}

type Requests = {
  readonly [K in NeedKind]: (asking: Asking, need: NeedOf<K>) => Promise<AnswerOf<K>>;
};

const REQUESTS: Requests = {
  Pods: async ({ cluster, view: { workload } }) =>
    workload.kind === 'present' ? cluster.pods(workload.value) : workload,
  Events: async ({ cluster, view: { workload } }) =>
    workload.kind === 'present'
      ? cluster.eventsAbout(workload.value.metadata.namespace, workload.value.metadata.uid)
      : workload,
  ConfigMap: ({ cluster, view }, { name }) => cluster.configMap(namespaceOf(view), name),
  ConfigMapNames: ({ cluster, view }) => Promise.resolve(cluster.configMapNames(namespaceOf(view))),
  Namesakes: ({ cluster, view }) => cluster.namesakes(namespaceOf(view), view.resource.spec.workload.name),
  PodsOfNamespace: ({ cluster, view }) => cluster.podsOfNamespace(namespaceOf(view)),
  Secret: ({ cluster, view }, { name }) => cluster.secret(namespaceOf(view), name),
  SecretType: ({ cluster, view }, { name }) => cluster.secretType(namespaceOf(view), name),
  InboundPolicies: ({ cluster, view }, { istioNamespace }) =>
    inboundPolicies(cluster, [namespaceOf(view), istioNamespace]),
  Service: ({ cluster }, { namespace, name }) => cluster.service(namespace, name),
  AnyService: ({ cluster }, { namespace }) => cluster.anyService(namespace),
  WebhookConfigurations: ({ cluster }) => cluster.webhookConfigurations(),
  Namespace: ({ cluster }, { namespace }) => cluster.namespaceLabels(namespace),
  NamespaceLabels: ({ cluster, view }) => cluster.namespaceLabels(namespaceOf(view)),
  OwnNamespace: ({ cluster, view }) => cluster.namespace(namespaceOf(view)),
  Trial: ({ context, view }, need) => askTrial(context, view, need),
  PodAdmission: ({ context, view }, { question }) => askPodAdmission(context, view, question),
  InjectorConfigMap: ({ cluster }, { namespace, name }) => cluster.configMap(namespace, name),
  Prometheus: ({ cluster }, { endpoint }) => cluster.prometheus(endpoint),
  FailedPools: ({ cluster }, { endpoint }) => cluster.failedPools(endpoint),
  ProxyAgent: ({ cluster }, { endpoint }) => cluster.proxyAgent(endpoint),
};

function ask<K extends NeedKind>(asking: Asking, need: NeedOf<K>): Promise<AnswerOf<K>> {
  return REQUESTS[need.kind](asking, need);
}

function namespaceOf({ resource }: CachedView): string {
  return resource.metadata.namespace;
}

/** Policies of Istio's own namespace reach every namespace, so both are read. No CRD means no policy. */
async function inboundPolicies(
  cluster: Cluster,
  namespaces: readonly string[],
): Promise<Observed<readonly InboundPolicy[]>> {
  const seen = await Promise.all([...new Set(namespaces)].map((name) => cluster.inboundPolicies(name)));
  const joined = joinObserved(seen);
  return joined.kind === 'absent' ? { kind: 'present', value: [] } : joined;
}
