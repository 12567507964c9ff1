import { describe, expect, it } from 'vitest';
import type { Pod } from '../../../src/api/kubernetes.ts';
import { egressHosts, planEgress } from '../../../src/plan/mesh-policy/egress.ts';
import { present, reads, type Answers } from '../../support/answers.ts';
import { podOf } from '../../support/pod.ts';
import { NAMESPACE, scrape } from '../../support/scrape.ts';
import { snapshot } from '../../support/snapshot.ts';
import { wired } from '../../support/stateful-set.ts';

const found = present(true as const);
const absent = { kind: 'absent' } as const;
const forbidden = { kind: 'unreadable', message: 'cannot get services' } as const;
type Services = NonNullable<Answers['services']>;

describe('egressHosts', () => {
  const rows: { name: string; spec?: object; services?: Services; hosts: string[]; needs?: string[] }[] = [
    {
      name: 'asks for istiod, and says the whole namespace until it knows',
      services: {},
      hosts: ['istio-system/*'],
      needs: ['istio-system/istiod'],
    },
    {
      name: 'names istiod if its Service exists',
      services: { 'istio-system/istiod': found },
      hosts: ['istio-system/istiod.istio-system.svc.cluster.local'],
    },
    {
      name: 'says the whole namespace if not',
      services: { 'istio-system/istiod': absent },
      hosts: ['istio-system/*'],
    },
    {
      name: 'says the whole namespace if it may not read Services: a wrong host would end the renewal',
      services: { 'istio-system/istiod': forbidden },
      hosts: ['istio-system/*'],
    },
    {
      name: 'asks in the namespace of spec',
      spec: { istio: { namespace: 'mesh', revision: '' } },
      services: { 'mesh/istiod': found },
      hosts: ['mesh/istiod.mesh.svc.cluster.local'],
    },
    {
      name: 'asks for both names of a revision or tag',
      spec: { istio: { revision: 'canary' } },
      services: {},
      hosts: ['istio-system/*'],
      needs: ['istio-system/istiod-canary', 'istio-system/istiod-revision-tag-canary'],
    },
    {
      name: 'names the istiod of a revision',
      spec: { istio: { revision: '1-30' } },
      services: { 'istio-system/istiod-1-30': found, 'istio-system/istiod-revision-tag-1-30': absent },
      hosts: ['istio-system/istiod-1-30.istio-system.svc.cluster.local'],
    },
    {
      name: 'names the Service of a tag',
      spec: { istio: { revision: 'stable' } },
      services: { 'istio-system/istiod-stable': absent, 'istio-system/istiod-revision-tag-stable': found },
      hosts: ['istio-system/istiod-revision-tag-stable.istio-system.svc.cluster.local'],
    },
    {
      name: 'counts the revision default as none',
      spec: { istio: { revision: 'default' } },
      services: { 'istio-system/istiod': found },
      hosts: ['istio-system/istiod.istio-system.svc.cluster.local'],
    },
    {
      name: 'takes the hosts of spec and asks nothing',
      spec: { sidecar: { egressHosts: ['a/*', 'b/*'] } },
      services: {},
      hosts: ['a/*', 'b/*'],
    },
  ];
  it.each(rows)('$name', ({ spec = {}, services = {}, hosts, needs = [] }) => {
    const egress = egressHosts(snapshot({ resource: scrape(spec), reads: reads({ services }) }));
    expect(egress.hosts).toEqual(hosts);
    expect(
      egress.needs.map((need) => (need.kind === 'Service' ? `${need.namespace}/${need.name}` : need.kind)),
    ).toEqual(needs);
  });
});

const ISTIOD = 'istio-system/istiod.istio-system.svc.cluster.local';
const ALONE = 'no other host matches a Service either, so Envoy has no reason to renew the certificate';
const NAME_ISTIOD = `${ALONE}: name the Service of istiod in spec.sidecar.egressHosts, or istio-system/*`;
const SET_NAMESPACE = `${ALONE}: set spec.istio.namespace (now istio-system) to the namespace of istiod`;
const FORM =
  'it has not the form <name>.<namespace>.svc.<domain>, so only a ServiceEntry can have it, and one outside the mesh does not make Envoy renew';

describe('planEgress', () => {
  const rows: {
    name: string;
    namespace?: string;
    hosts?: string[];
    services: Services;
    needs?: object[];
    findings?: { code: string; message: string }[];
  }[] = [
    { name: 'finds nothing wrong with istiod', services: { 'istio-system/istiod': found } },
    {
      name: 'asks first for istiod alone',
      services: {},
      needs: [{ kind: 'Service', namespace: 'istio-system', name: 'istiod' }],
    },
    {
      name: 'asks for any Service where istiod has none',
      services: { 'istio-system/istiod': absent },
      needs: [{ kind: 'AnyService', namespace: 'istio-system' }],
    },
    {
      name: 'reports a control plane without a Service',
      services: { 'istio-system/istiod': absent, 'istio-system/*': absent },
      findings: [
        {
          code: 'EgressHostMatchesNothing',
          message: `egress host istio-system/* matches no Service: namespace istio-system has none, or does not exist; ${SET_NAMESPACE}`,
        },
      ],
    },
    {
      name: 'says that it may not read Services, and guesses nothing',
      services: { 'istio-system/istiod': forbidden, 'istio-system/*': forbidden },
      findings: [
        {
          code: 'EgressHostNotChecked',
          message:
            'egress host istio-system/* is not checked: cannot get services; grant get and list on services',
        },
      ],
    },
    {
      name: 'asks for the Service that a host names',
      hosts: ['istio-system/istiod-old.istio-system.svc.cluster.local'],
      services: {},
      needs: [{ kind: 'Service', namespace: 'istio-system', name: 'istiod-old' }],
    },
    {
      name: 'reports a Service that does not exist, as the only host',
      hosts: ['istio-system/istiod-old.istio-system.svc.cluster.local'],
      services: { 'istio-system/istiod-old': absent, 'istio-system/*': found },
      findings: [
        {
          code: 'EgressHostMatchesNothing',
          message: `egress host istio-system/istiod-old.istio-system.svc.cluster.local matches no Service: there is no Service istiod-old in namespace istio-system; ${NAME_ISTIOD}`,
        },
      ],
    },
    {
      name: 'asks whether the namespace of istiod has a Service before it advises that',
      hosts: ['istio-system/istiod-old.istio-system.svc.cluster.local'],
      services: { 'istio-system/istiod-old': absent },
      needs: [{ kind: 'AnyService', namespace: 'istio-system' }],
      findings: [
        {
          code: 'EgressHostMatchesNothing',
          message: `egress host istio-system/istiod-old.istio-system.svc.cluster.local matches no Service: there is no Service istiod-old in namespace istio-system; ${NAME_ISTIOD}`,
        },
      ],
    },
    {
      name: 'advises no namespace that has no Service',
      hosts: ['istio-system/istiod-old.istio-system.svc.cluster.local'],
      services: { 'istio-system/istiod-old': absent, 'istio-system/*': absent },
      findings: [
        {
          code: 'EgressHostMatchesNothing',
          message: `egress host istio-system/istiod-old.istio-system.svc.cluster.local matches no Service: there is no Service istiod-old in namespace istio-system; ${SET_NAMESPACE}, and name its Service in spec.sidecar.egressHosts`,
        },
      ],
    },
    {
      name: 'advises nothing that is set already',
      hosts: ['istio-system/*'],
      services: { 'istio-system/*': absent },
      findings: [
        {
          code: 'EgressHostMatchesNothing',
          message: `egress host istio-system/* matches no Service: namespace istio-system has none, or does not exist; ${SET_NAMESPACE}, and name its Service in spec.sidecar.egressHosts`,
        },
      ],
    },
    {
      name: 'advises the namespace of istiod that spec names',
      namespace: 'mesh',
      hosts: ['shop/web.shop.svc.cluster.local'],
      services: { 'shop/web': absent, 'mesh/*': found },
      findings: [
        {
          code: 'EgressHostMatchesNothing',
          message: `egress host shop/web.shop.svc.cluster.local matches no Service: there is no Service web in namespace shop; ${ALONE}: name the Service of istiod in spec.sidecar.egressHosts, or mesh/*`,
        },
      ],
    },
    {
      name: 'reports a Service that does not exist beside one that does',
      hosts: [ISTIOD, 'shop/web.shop.svc.cluster.local'],
      services: { 'istio-system/istiod': found, 'shop/web': absent },
      findings: [
        {
          code: 'EgressHostMatchesNothing',
          message:
            'egress host shop/web.shop.svc.cluster.local matches no Service: there is no Service web in namespace shop; take it out of spec.sidecar.egressHosts',
        },
      ],
    },
    {
      name: 'reports a host whose namespace shuts its Service out',
      hosts: ['shop/istiod.istio-system.svc.cluster.local', ISTIOD],
      services: { 'istio-system/istiod': found },
      findings: [
        {
          code: 'EgressHostMatchesNothing',
          message:
            'egress host shop/istiod.istio-system.svc.cluster.local matches no Service: a Service of that name lives in namespace istio-system, and the host allows shop only; take it out of spec.sidecar.egressHosts',
        },
      ],
    },
    {
      name: 'says that a host which is no Service may be a ServiceEntry',
      hosts: ['./api.example.com', ISTIOD],
      services: { 'istio-system/istiod': found },
      findings: [
        {
          code: 'EgressHostMatchesNothing',
          message: `egress host ./api.example.com matches no Service: ${FORM}; take it out of spec.sidecar.egressHosts`,
        },
      ],
    },
    {
      name: 'takes a short name for no Service',
      hosts: ['istio-system/istiod.istio-system'],
      services: { 'istio-system/*': found },
      findings: [
        {
          code: 'EgressHostMatchesNothing',
          message: `egress host istio-system/istiod.istio-system matches no Service: ${FORM}; ${NAME_ISTIOD}`,
        },
      ],
    },
    { name: 'asks nothing where everything is allowed', hosts: ['*/*'], services: {} },
    { name: 'knows the wildcard of all Services', hosts: ['*/*.svc.cluster.local'], services: {} },
    { name: 'knows the wildcard of the domain', hosts: ['*/*.local'], services: {} },
    {
      name: 'reads . as the own namespace',
      hosts: ['./*'],
      services: {},
      needs: [{ kind: 'AnyService', namespace: NAMESPACE }],
    },
    {
      name: 'reads any namespace with one Service',
      hosts: ['*/istiod.istio-system.svc.cluster.local'],
      services: {},
      needs: [{ kind: 'Service', namespace: 'istio-system', name: 'istiod' }],
    },
    {
      name: 'reads the wildcard of one namespace',
      hosts: ['*/*.shop.svc.cluster.local'],
      services: {},
      needs: [{ kind: 'AnyService', namespace: 'shop' }],
    },
    {
      name: 'knows another cluster domain',
      hosts: ['shop/web.shop.svc.corp.example'],
      services: { 'shop/web': found },
    },
  ];
  it.each(rows)('$name', ({ namespace = 'istio-system', hosts, services, needs = [], findings = [] }) => {
    const sidecar = hosts === undefined ? {} : { egressHosts: hosts };
    const spec = { istio: { namespace }, sidecar };
    const plan = planEgress(snapshot({ resource: scrape(spec), reads: reads({ services }) }));
    expect(plan.needs).toEqual(needs);
    const target = 'Sidecar/meshscrape-prometheus';
    expect(plan.findings).toEqual(findings.map((each) => ({ ...each, target })));
  });

  const proxies: { name: string; says: (string | undefined)[]; findings: number }[] = [
    { name: 'finds nothing wrong where DISABLE_ENVOY is true', says: ['true'], findings: 0 },
    { name: 'reads 1 as true, as the agent does', says: ['1'], findings: 0 },
    { name: 'reads T as true, as the agent does', says: ['T'], findings: 0 },
    { name: 'reports the host where DISABLE_ENVOY is false', says: ['false'], findings: 1 },
    { name: 'reports the host where DISABLE_ENVOY is not set', says: [undefined], findings: 1 },
    { name: 'finds nothing wrong where no pod has an Envoy', says: ['true', 'true'], findings: 0 },
    { name: 'reports the host where one of two pods has an Envoy', says: ['true', undefined], findings: 1 },
    { name: 'reports the host where no pod exists yet', says: [], findings: 1 },
  ];
  it.each(proxies)('$name', ({ says, findings }) => {
    const of = wired();
    const pods = says.map((value, index): Pod => {
      const pod = podOf(of, { name: `prometheus-${index}`, proxy: 'native' });
      const env = value === undefined ? [] : [{ name: 'DISABLE_ENVOY', value }];
      const initContainers = pod.spec.initContainers?.map((proxy) => ({ ...proxy, env })) ?? [];
      return { ...pod, spec: { ...pod.spec, initContainers } };
    });
    const resource = scrape({ sidecar: { egressHosts: ['./nothing.example.com'] } });
    const plan = planEgress(snapshot({ resource, reads: reads({ statefulSet: of, pods }) }));
    expect(plan.findings).toHaveLength(findings);
  });
});
