// Advice about Sidecar and PeerAuthentication and about their rivals.
import type { KubernetesObject } from '../../../../src/api/kubernetes.ts';
import type { Snapshot } from '../../../../src/plan/model/snapshot.ts';
import { withAnswer } from '../../../../src/plan/model/reads.ts';
import { present } from '../../../support/answers.ts';
import { podOf } from '../../../support/pod.ts';
import { scrape } from '../../../support/scrape.ts';
import { owned } from '../../../support/owned-objects.ts';
import { statefulSet, wired } from '../../../support/stateful-set.ts';
import { ABSENT, legacy, UNREADABLE } from '../../../report/world.ts';
import { answer, policy, resource, seeing, type Change } from '../changes.ts';
import type { AdviceRow } from '../row.ts';

const foreign = { labels: {}, annotations: {}, creationTimestamp: '2020-01-01T00:00:00Z' };
const strict = { selector: { matchLabels: { app: 'prometheus' } }, mtls: { mode: 'STRICT' } };
const rival = owned('PeerAuthentication', strict, { ...foreign, name: 'rival' });
const renamed: Change = {
  of: ['PrometheusIstioScrape/prometheus', 'PrometheusIstioScrape/second'],
  make: (seen) => {
    const metadata = { ...seen.resource.metadata, name: 'second' };
    const second = { ...seen.resource, metadata };
    return { ...seen, resource: second, resources: [second] };
  },
};
const installed = (list: 'sidecars' | 'peerAuthentications', kind: string): Change => ({
  of: [`CustomResourceDefinition/${kind}`],
  make: (seen: Snapshot) => ({ ...seen, [list]: present([]) }),
});
const gone = (): undefined => undefined;
const disabled = (object: KubernetesObject): KubernetesObject =>
  Object.assign({}, object, { spec: { ...strict, mtls: { mode: 'DISABLE' } } });

const WHOLE = 'istio-system/*';
const ANY = { kind: 'AnyService', namespace: 'istio-system' } as const;
const hosts = (egressHosts: readonly string[]): Change =>
  resource(({ sidecar }) => ({ sidecar: { ...sidecar, egressHosts } }));
const twin = statefulSet({ metadata: { name: 'twin', uid: 'uid-twin' } });
const wiredTwin = wired({ metadata: { name: 'twin', uid: 'uid-twin' } });

export const MESH_ADVICE: readonly AdviceRow[] = [
  {
    code: 'NameTaken',
    name: 'a Sidecar of our name has another maker',
    seen: {
      ...legacy,
      sidecars: present([owned('Sidecar', { workloadSelector: { labels: { app: 'x' } } }, foreign)]),
    },
    advice: [
      { words: 'give this resource another name', change: renamed },
      { words: 'or rename or delete that one', change: policy('sidecars', 'meshscrape-prometheus', gone) },
    ],
  },
  {
    code: 'NameTaken',
    name: 'a PeerAuthentication of our name has another maker',
    seen: {
      ...legacy,
      peerAuthentications: present([
        owned('PeerAuthentication', { ...strict, selector: { matchLabels: { app: 'x' } } }, foreign),
      ]),
    },
    advice: [
      { words: 'give this resource another name', change: renamed },
      {
        words: 'or rename or delete that one',
        change: policy('peerAuthentications', 'meshscrape-prometheus', gone),
      },
    ],
  },
  {
    code: 'RivalFound',
    name: 'an older PeerAuthentication of the same scope is STRICT',
    seen: { ...legacy, peerAuthentications: present([rival]) },
    advice: [
      { words: 'delete it', change: policy('peerAuthentications', 'rival', gone) },
      {
        words: 'or set its mode to DISABLE',
        change: policy('peerAuthentications', 'rival', disabled),
      },
    ],
  },
  {
    code: 'IstioNotInstalled',
    name: 'there is no CRD of PeerAuthentication',
    seen: { ...legacy, peerAuthentications: ABSENT },
    advice: [
      {
        words: 'it is looked for again by itself',
        change: installed('peerAuthentications', 'PeerAuthentication'),
      },
    ],
  },
  {
    code: 'IstioNotInstalled',
    name: 'there is no CRD of Sidecar',
    seen: { ...legacy, sidecars: ABSENT },
    advice: [{ words: 'it is looked for again by itself', change: installed('sidecars', 'Sidecar') }],
  },
  {
    code: 'RivalSidecar',
    name: 'another Sidecar selects the same pods',
    seen: {
      ...legacy,
      sidecars: present([
        owned(
          'Sidecar',
          { workloadSelector: { labels: { app: 'prometheus' } }, egress: [{ hosts: ['*/*'] }] },
          { ...foreign, name: 'rival' },
        ),
      ]),
    },
    advice: [
      {
        words: 'set spec.manage.sidecar to Ignore and delete ours if there is one',
        change: resource(({ manage }) => ({ manage: { ...manage, sidecar: 'Ignore' } })),
      },
      { words: 'or delete that one', change: policy('sidecars', 'rival', gone) },
    ],
  },
  {
    code: 'SelectorTooWide',
    name: 'the selector reaches the pods of another StatefulSet',
    seen: {
      ...legacy,
      statefulSets: [statefulSet(), statefulSet({ metadata: { name: 'twin', uid: 'uid-twin' } })],
    },
    advice: [
      {
        words: 'give the pods a label of their own',
        change: 'the selector of a StatefulSet cannot be changed: it has to be made anew',
      },
    ],
  },
  {
    code: 'EgressHostMatchesNothing',
    name: 'one of two hosts has no Service',
    seen: {
      ...legacy,
      resource: scrape({
        sidecar: { egressHosts: [WHOLE, 'istio-system/gone.istio-system.svc.cluster.local'] },
      }),
      reads: { ...legacy.reads, services: { 'istio-system/*': present(true), 'istio-system/gone': ABSENT } },
    },
    advice: [{ words: 'take it out of spec.sidecar.egressHosts', change: hosts([WHOLE]) }],
  },
  {
    code: 'EgressHostMatchesNothing',
    name: 'no host has a Service, and istiod is where spec says',
    seen: {
      ...legacy,
      resource: scrape({ sidecar: { egressHosts: ['istio-system/gone.istio-system.svc.cluster.local'] } }),
      reads: {
        ...legacy.reads,
        services: {
          'istio-system/*': present(true),
          'istio-system/gone': ABSENT,
          'istio-system/istiod': present(true),
        },
      },
    },
    advice: [
      {
        words: 'name the Service of istiod in spec.sidecar.egressHosts',
        change: hosts(['istio-system/istiod.istio-system.svc.cluster.local']),
      },
      { words: `or ${WHOLE}`, change: hosts([WHOLE]) },
    ],
  },
  {
    code: 'EgressHostMatchesNothing',
    name: 'the namespace that spec names for istiod has no Service',
    seen: {
      ...legacy,
      reads: {
        ...legacy.reads,
        services: {
          'istio-system/*': ABSENT,
          'istio-system/istiod': ABSENT,
          'mesh/istiod': present(true),
        },
      },
    },
    advice: [
      {
        words: 'set spec.istio.namespace (now istio-system) to the namespace of istiod',
        change: seeing(
          resource(({ istio }) => ({ istio: { ...istio, namespace: 'mesh' } })),
          (reads) => withAnswer(reads, { kind: 'Namespace', namespace: 'mesh' }, present({})),
        ),
      },
    ],
  },
  {
    code: 'EgressHostNotChecked',
    name: 'Services may not be read',
    seen: {
      ...legacy,
      reads: {
        ...legacy.reads,
        services: { 'istio-system/istiod': ABSENT, 'istio-system/*': UNREADABLE },
      },
    },
    advice: [
      {
        words: 'grant get and list on services',
        change: answer(['AnyService {"namespace":"istio-system"}'], ANY, () => present(true)),
      },
    ],
  },
  {
    code: 'SharedConfigNotWired',
    name: 'a pod of another workload mounts the ConfigMap',
    seen: { reads: { ...legacy.reads, podsOfNamespace: present([podOf(twin, { proxy: 'none' })]) } },
    advice: [
      {
        words: 'wire that workload first',
        change: answer(['Pod/twin-0'], { kind: 'PodsOfNamespace' }, () => present([podOf(wiredTwin)])),
      },
    ],
  },
];
