import { describe, expect, it } from 'vitest';
import type { Observed } from '../../src/plan/model/observed.ts';
import { answerTo, type Need, type Reads } from '../../src/plan/model/reads.ts';
import type { Cluster } from '../../src/reconcile/cluster.ts';
import { DryRuns } from '../../src/reconcile/dry-runs.ts';
import { cachedView, fulfil } from '../../src/reconcile/observe.ts';
import { present } from '../support/answers.ts';
import { scrape } from '../support/scrape.ts';
import { snapshot, type SnapshotOptions } from '../support/snapshot.ts';
import { statefulSet } from '../support/stateful-set.ts';

/** A cluster whose every verb records its request and answers with it, unless an answer is given. */
function recording(answers: Readonly<Record<string, unknown>> = {}) {
  const requests: string[] = [];
  const cluster = new Proxy({} as Cluster, {
    get:
      (_, verb: string) =>
      (...args: unknown[]) => {
        const named = args.map((each) => (typeof each === 'string' ? each : JSON.stringify(each)));
        const request = [verb, ...named].join(' ');
        requests.push(request);
        return answers[request] ?? `answer to ${request}`;
      },
  });
  return { cluster, requests };
}

const ABSENT = { kind: 'absent' } as const;
const UNREADABLE = { kind: 'unreadable', message: 'forbidden' } as const;
const endpoint = { pod: 'p-0', url: 'http://10.0.0.7:9090' };

const rows: readonly { readonly need: Need; readonly request: string }[] = [
  { need: { kind: 'Pods' }, request: `pods ${JSON.stringify(statefulSet())}` },
  { need: { kind: 'Events' }, request: 'eventsAbout app-metrics uid-workload' },
  { need: { kind: 'ConfigMap', name: 'c' }, request: 'configMap app-metrics c' },
  { need: { kind: 'ConfigMapNames' }, request: 'configMapNames app-metrics' },
  { need: { kind: 'Namesakes' }, request: 'namesakes app-metrics prometheus' },
  { need: { kind: 'PodsOfNamespace' }, request: 'podsOfNamespace app-metrics' },
  { need: { kind: 'Secret', name: 's' }, request: 'secret app-metrics s' },
  { need: { kind: 'SecretType', name: 's' }, request: 'secretType app-metrics s' },
  { need: { kind: 'Service', namespace: 'mesh', name: 'istiod' }, request: 'service mesh istiod' },
  { need: { kind: 'AnyService', namespace: 'mesh' }, request: 'anyService mesh' },
  { need: { kind: 'WebhookConfigurations' }, request: 'webhookConfigurations' },
  {
    need: { kind: 'Namespace', namespace: 'istio-system' },
    request: 'namespaceLabels istio-system',
  },
  { need: { kind: 'NamespaceLabels' }, request: 'namespaceLabels app-metrics' },
  { need: { kind: 'OwnNamespace' }, request: 'namespace app-metrics' },
  { need: { kind: 'InjectorConfigMap', namespace: 'mesh', name: 'i' }, request: 'configMap mesh i' },
  { need: { kind: 'Prometheus', endpoint }, request: `prometheus ${JSON.stringify(endpoint)}` },
  { need: { kind: 'FailedPools', endpoint }, request: `failedPools ${JSON.stringify(endpoint)}` },
  { need: { kind: 'ProxyAgent', endpoint }, request: `proxyAgent ${JSON.stringify(endpoint)}` },
];

const contextOf = (cluster: Cluster) => ({ cluster, dryRuns: new DryRuns(), now: () => 0 });

function ask(cluster: Cluster, needs: readonly Need[], seen: SnapshotOptions = {}): Promise<Reads> {
  return fulfil(contextOf(cluster), snapshot(seen), { reads: {}, needs });
}

describe('fulfil', () => {
  it.each(rows)('answers $need.kind with one request', async ({ need, request }) => {
    const { cluster, requests } = recording();
    const reads = await ask(cluster, [need]);
    expect(requests).toEqual([request]);
    expect(answerTo(reads, need)).toBe(`answer to ${request}`);
  });

  it.each([
    { name: 'Pods of a workload that is absent', kind: 'Pods', workload: ABSENT },
    { name: 'Pods of a workload that is unreadable', kind: 'Pods', workload: UNREADABLE },
    { name: 'Events of a workload that is absent', kind: 'Events', workload: ABSENT },
    { name: 'Events of a workload that is unreadable', kind: 'Events', workload: UNREADABLE },
  ] as const)('sends no request for $name', async ({ kind, workload }) => {
    const { cluster, requests } = recording();
    const reads = await ask(cluster, [{ kind }], { statefulSet: workload });
    expect([requests, answerTo(reads, { kind })]).toEqual([[], workload]);
  });

  it('asks once for what two concerns need, and keeps what was read before', async () => {
    const { cluster, requests } = recording();
    const { reads: before } = snapshot();
    const need = { kind: 'Secret', name: 's' } as const;
    const reads = await fulfil(contextOf(cluster), snapshot(), { reads: before, needs: [need, { ...need }] });
    expect(requests).toEqual(['secret app-metrics s']);
    expect(reads.ConfigMap).toEqual(before.ConfigMap);
    expect(reads.ConfigMap).toBeDefined();
  });

  const policies: readonly {
    readonly name: string;
    readonly own: Observed<readonly string[]>;
    readonly istio: Observed<readonly string[]>;
    readonly answer: Observed<readonly string[]>;
  }[] = [
    {
      name: 'those of both namespaces',
      own: present(['a']),
      istio: present(['b']),
      answer: present(['a', 'b']),
    },
    { name: 'none where the CRDs are not installed', own: ABSENT, istio: ABSENT, answer: present([]) },
    {
      name: 'unreadable where its own namespace is',
      own: UNREADABLE,
      istio: present(['b']),
      answer: UNREADABLE,
    },
    {
      name: 'unreadable where the namespace of Istio is',
      own: present(['a']),
      istio: UNREADABLE,
      answer: UNREADABLE,
    },
  ];
  it.each(policies)('answers InboundPolicies with $name', async ({ own, istio, answer }) => {
    const need = { kind: 'InboundPolicies', istioNamespace: 'mesh' } as const;
    const { cluster, requests } = recording({
      'inboundPolicies app-metrics': own,
      'inboundPolicies mesh': istio,
    });
    expect(answerTo(await ask(cluster, [need]), need)).toEqual(answer);
    expect(requests).toEqual(['inboundPolicies app-metrics', 'inboundPolicies mesh']);
  });

  it('reads the policies of one namespace once where Istio has no other', async () => {
    const need = { kind: 'InboundPolicies', istioNamespace: 'app-metrics' } as const;
    const { cluster, requests } = recording({ 'inboundPolicies app-metrics': present([]) });
    await ask(cluster, [need]);
    expect(requests).toEqual(['inboundPolicies app-metrics']);
  });
});

describe('cachedView', () => {
  it('holds what the caches know of the namespace and of the workload that spec names', () => {
    const { cluster } = recording();
    const resource = scrape({ workload: { name: 'other' } });
    const workload = '{"kind":"StatefulSet","namespace":"app-metrics","name":"other"}';
    expect(cachedView(cluster, resource)).toEqual({
      resource,
      resources: 'answer to resources app-metrics',
      workload: `answer to workload ${workload}`,
      workloads: 'answer to workloads app-metrics',
      sidecars: 'answer to sidecars app-metrics',
      peerAuthentications: 'answer to peerAuthentications app-metrics',
    });
  });
});
