// Advice about Sidecar and PeerAuthentication and about their rivals.
import type { KubernetesObject } from '../../../../src/api/kubernetes.ts';
import type { Snapshot } from '../../../../src/plan/model/snapshot.ts';
import { present } from '../../../support/answers.ts';
import { owned } from '../../../support/owned-objects.ts';
import { statefulSet } from '../../../support/stateful-set.ts';
import { ABSENT, legacy } from '../../../report/world.ts';
import { policy, type Change } from '../changes.ts';
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
      sidecars: present([owned('Sidecar', undefined, { ...foreign, name: 'rival' })]),
    },
    advice: [{ words: 'delete one', change: policy('sidecars', 'rival', gone) }],
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
];
