// Reads the cluster into a Snapshot: caches always, requests only for what the plan says that it needs.
// It decides nothing; a forbidden read is data.
import type { InboundPolicy } from '../api/kubernetes.ts';
import type { PrometheusIstioScrape } from '../api/resource.ts';
import { serviceKey } from '../plan/mesh-policy/egress.ts';
import type { CachedView, Need, Observed, Reads } from '../plan/model/snapshot.ts';
import type { Cluster } from './cluster.ts';

/** What the caches hold for a resource, no request. */
export function cachedView(cluster: Cluster, resource: PrometheusIstioScrape): CachedView {
  const { namespace } = resource.metadata;
  return {
    resource,
    resources: cluster.resources(namespace),
    statefulSet: cluster.statefulSet(namespace, resource.spec.workload.name),
    statefulSets: cluster.statefulSets(namespace),
    sidecars: cluster.sidecars(namespace),
    peerAuthentications: cluster.peerAuthentications(namespace),
  };
}

/** Adds what the needs ask for to what was read already. Several needs are read side by side. */
export async function fulfil(
  cluster: Cluster,
  view: CachedView,
  { reads, needs }: { readonly reads: Reads; readonly needs: readonly Need[] },
): Promise<Reads> {
  // Two judgements may need the same thing: it is read once.
  const distinct = [...new Map(needs.map((need) => [JSON.stringify(need), need])).values()];
  const answers = await Promise.all(distinct.map((need) => read(cluster, view, need)));
  return answers.reduce<Reads>(
    (sum, answer) => ({
      ...sum,
      ...answer,
      configMaps: { ...sum.configMaps, ...answer.configMaps },
      services: { ...sum.services, ...answer.services },
      injectorConfigMaps: { ...sum.injectorConfigMaps, ...answer.injectorConfigMaps },
      ...(answer.prometheus === undefined ? {} : { prometheus: { ...sum.prometheus, ...answer.prometheus } }),
      proxyAgents: { ...sum.proxyAgents, ...answer.proxyAgents },
      secrets: { ...sum.secrets, ...answer.secrets },
      secretTypes: { ...sum.secretTypes, ...answer.secretTypes },
    }),
    reads,
  );
}

async function read(cluster: Cluster, view: CachedView, need: Need): Promise<Reads> {
  const { namespace } = view.resource.metadata;
  switch (need.kind) {
    case 'Pods':
      if (view.statefulSet.kind !== 'present') return { pods: view.statefulSet };
      return { pods: await cluster.pods(view.statefulSet.value) };
    case 'Events':
      if (view.statefulSet.kind !== 'present') return { events: view.statefulSet };
      return { events: await cluster.eventsAbout(namespace, view.statefulSet.value.metadata.uid) };
    case 'ConfigMap':
      return { configMaps: { [need.name]: await cluster.configMap(namespace, need.name) } };
    case 'PodsOfNamespace':
      return { podsOfNamespace: await cluster.podsOfNamespace(namespace) };
    case 'Service':
      return {
        services: {
          [serviceKey(need.namespace, need.name)]: await cluster.service(need.namespace, need.name),
        },
      };
    case 'AnyService':
      return { services: { [serviceKey(need.namespace, '*')]: await cluster.anyService(need.namespace) } };
    case 'ProxyAgent':
      return { proxyAgents: { [need.endpoint.pod]: await cluster.proxyAgent(need.endpoint) } };
    case 'WebhookConfigurations':
      return { webhookConfigurations: await cluster.webhookConfigurations() };
    case 'NamespaceLabels':
      return { namespaceLabels: await cluster.namespaceLabels(namespace) };
    case 'InjectorConfigMap':
      return { injectorConfigMaps: { [need.name]: await cluster.configMap(need.namespace, need.name) } };
    case 'Prometheus':
      return { prometheus: { [need.endpoint.pod]: await cluster.prometheus(need.endpoint) } };
    case 'Secret':
      return { secrets: { [need.name]: await cluster.secret(namespace, need.name) } };
    case 'SecretType':
      return { secretTypes: { [need.name]: await cluster.secretType(namespace, need.name) } };
    case 'InboundPolicies':
      return { inboundPolicies: await inboundPolicies(cluster, [namespace, need.istioNamespace]) };
  }
}

/** Policies of Istio's own namespace reach every namespace, so both are read. */
async function inboundPolicies(
  cluster: Cluster,
  namespaces: readonly string[],
): Promise<Observed<readonly InboundPolicy[]>> {
  const seen = await Promise.all([...new Set(namespaces)].map((name) => cluster.inboundPolicies(name)));
  const unreadable = seen.find((each) => each.kind === 'unreadable');
  if (unreadable !== undefined) return unreadable;
  return { kind: 'present', value: seen.flatMap((each) => (each.kind === 'present' ? each.value : [])) };
}
