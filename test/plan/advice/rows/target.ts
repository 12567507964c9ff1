// Advice about the workload itself and about what may be done at all.
import type { Container, StatefulSet } from '../../../../src/api/kubernetes.ts';
import { withAnswer } from '../../../../src/plan/model/reads.ts';
import { present } from '../../../support/answers.ts';
import { scrape } from '../../../support/scrape.ts';
import { statefulSet } from '../../../support/stateful-set.ts';
import { ABSENT, legacy, rolled } from '../../../report/world.ts';
import { container as containerOf, resource, seeing, template, type Change } from '../changes.ts';
import type { AdviceRow } from '../row.ts';
import { legacyWith } from '../worlds.ts';

const older = scrape({}, { metadata: { name: 'a', creationTimestamp: '2020-01-01T00:00:00Z' } });
/** The older resource is deleted. */
const withoutOlder: Change = {
  of: ['PrometheusIstioScrape/a'],
  make: (seen) => ({ ...seen, resources: seen.resources.filter(({ metadata }) => metadata.name !== 'a') }),
};
const named = (container: string) => resource(({ workload }) => ({ workload: { ...workload, container } }));
const container = (name: string, args: readonly string[], image = 'prometheus'): Container => ({
  name,
  image,
  args,
  volumeMounts: [{ name: 'config', mountPath: '/etc/prometheus' }],
});
const FILE = '--config.file=/etc/prometheus/prometheus.yaml';
const containing = (...containers: readonly Container[]): StatefulSet => {
  const of = statefulSet();
  const { template } = of.spec;
  const spec = { ...template.spec, containers };
  return { ...of, spec: { ...of.spec, template: { ...template, spec } } };
};
const shop = container('shop', [], 'shop:v1');
const intercepting = statefulSet({ labels: { 'sidecar.istio.io/inject': 'true' } });

export const TARGET_ADVICE: readonly AdviceRow[] = [
  {
    code: 'TargetClaimed',
    name: 'an older resource names the same workload',
    seen: { ...legacy, resources: [scrape(), older] },
    advice: [
      { words: 'delete this one', change: 'there is no resource then of which anything could be said' },
      { words: 'or the older one', change: withoutOlder },
    ],
  },
  {
    code: 'WorkloadNotFound',
    name: 'there is no StatefulSet of that name',
    seen: { ...legacy, statefulSet: ABSENT, statefulSets: [] },
    advice: [
      {
        words: 'it is picked up when it appears',
        change: {
          of: ['StatefulSet/prometheus'],
          make: (seen) => ({ ...seen, workload: present(statefulSet()), workloads: [statefulSet()] }),
        },
      },
    ],
  },
  {
    code: 'ContainerNotFound',
    name: 'spec names a container that is not there',
    seen: { ...legacy, resource: scrape({ workload: { container: 'none' } }) },
    advice: [{ words: 'name one of these', change: named('prometheus') }],
  },
  {
    code: 'ContainerNotFound',
    name: 'two containers have the argument and none is named prometheus',
    seen: legacyWith(containing(container('scraper', [FILE]), container('second', [FILE]))),
    advice: [{ words: 'name the right one in spec.workload.container', change: named('scraper') }],
  },
  {
    code: 'NotAScraper',
    name: 'spec names a container that is no Prometheus',
    seen: {
      ...legacyWith(containing(shop, container('scraper', [FILE]))),
      resource: scrape({ workload: { container: 'shop' } }),
    },
    advice: [
      { words: 'name the one that runs Prometheus in spec.workload.container', change: named('scraper') },
      {
        words: 'or give this one the argument --config.file',
        change: template(containerOf('shop', (each) => ({ ...each, args: [FILE] }))),
      },
    ],
  },
  {
    code: 'NotAScraper',
    name: 'the only container is no Prometheus',
    seen: legacyWith(containing(shop)),
    advice: [
      {
        words: 'give this one the argument --config.file',
        change: template(containerOf('shop', (each) => ({ ...each, args: [FILE] }))),
      },
    ],
  },
  {
    code: 'InboundPolicyWouldBeBypassed',
    name: 'a policy guards pods that are in the mesh already',
    seen: rolled(intercepting, {
      inboundPolicies: present([
        {
          apiVersion: 'security.istio.io/v1',
          kind: 'AuthorizationPolicy',
          metadata: { name: 'only-grafana', namespace: 'app-metrics', uid: 'u', resourceVersion: '1' },
          spec: { selector: { matchLabels: { app: 'prometheus' } } },
        },
      ]),
    }),
    advice: [
      {
        words: 'set spec.workload.allowUnprotectedInbound if that is acceptable',
        change: resource(({ workload }) => ({ workload: { ...workload, allowUnprotectedInbound: true } })),
      },
    ],
  },
  {
    code: 'IstioNamespaceNotFound',
    name: 'there is no namespace of that name',
    seen: { ...legacy, reads: { ...legacy.reads, istioNamespace: ABSENT } },
    advice: [
      {
        words: 'name the one in which istiod runs',
        change: seeing(
          resource(({ istio }) => ({ istio: { ...istio, namespace: 'istio-control' } })),
          (reads) => {
            const named = withAnswer(reads, { kind: 'Namespace', namespace: 'istio-control' }, present({}));
            const service = { kind: 'Service', namespace: 'istio-control', name: 'istiod' } as const;
            return withAnswer(named, service, present(true));
          },
        ),
      },
    ],
  },
];
