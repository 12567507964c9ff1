// Whether the hosts of the Sidecar's egress leave the proxy a reason to renew its certificate: a finding, never a gate.
// Envoy renews what it is subscribed to: without one Service of the mesh in its egress it lets the files run out.
import type { FindingCode } from '../../api/findings.ts';
import type { PrometheusIstioScrape } from '../../api/resource.ts';
import { isProxyVariableTrue } from '../istio-proxy/proxy-container.ts';
import type { Assessment } from '../model/assessment.ts';
import { revisionOf } from '../model/desired.ts';
import { ownedNameOf } from '../model/names.ts';
import { itemsOf } from '../model/observed.ts';
import { answerTo, type Need, type NeedOf, type Reads } from '../model/reads.ts';
import type { Snapshot } from '../model/snapshot.ts';

export interface EgressHosts {
  readonly hosts: readonly string[];
  readonly needs: readonly Need[];
}

/** The hosts of the egress: the given ones, else istiod's Service if it exists, else its whole namespace. */
export function egressHosts({ resource, reads }: Snapshot): EgressHosts {
  if (resource.spec.sidecar.egressHosts !== undefined) {
    return { hosts: resource.spec.sidecar.egressHosts, needs: [] };
  }
  const { namespace } = resource.spec.istio;
  const needs = istiodServices(resource).map((name): NeedOf<'Service'> => ({
    kind: 'Service',
    namespace,
    name,
  }));
  const found = needs.find((need) => answerTo(reads, need)?.kind === 'present');
  if (found !== undefined) {
    return { hosts: [`${namespace}/${found.name}.${namespace}.svc.cluster.local`], needs: [] };
  }
  return {
    hosts: [`${namespace}/*`],
    needs: needs.filter((need) => answerTo(reads, need) === undefined),
  };
}

function istiodServices(resource: PrometheusIstioScrape): readonly string[] {
  const revision = revisionOf(resource);
  return revision === undefined ? ['istiod'] : [`istiod-${revision}`, `istiod-revision-tag-${revision}`];
}

/** Looks for a Service behind each host. */
export function planEgress(snapshot: Snapshot): Assessment {
  const { hosts, needs } = egressHosts(snapshot);
  if (needs.length > 0 || runsWithoutEnvoy(snapshot)) return { findings: [], needs };
  const evaluated = hosts.map((host) => ({ host, answer: evaluateHost(host, snapshot) }));
  const isAnyFound = evaluated.some(({ answer }) => answer.kind === 'Matches');
  const advice = isAnyFound ? TAKE_OUT : adviceFor(snapshot);
  const isAdvised = evaluated.some(({ answer }) => answer.kind === 'MatchesNothing');
  const target = `Sidecar/${ownedNameOf(snapshot.resource)}`;
  return {
    needs: [
      ...evaluated.flatMap(({ answer }) => (answer.kind === 'NeedsRead' ? [answer.need] : [])),
      ...(isAdvised ? advice.needs : []),
    ],
    findings: evaluated.flatMap(({ host, answer }) => {
      const problem = problemOf(answer, advice.sentence);
      return problem === undefined
        ? []
        : [{ code: problem.code, target, message: `egress host ${host} ${problem.message}` }];
    }),
  };
}

interface EgressAdvice {
  readonly sentence: string;
  readonly needs: readonly Need[];
}

const TAKE_OUT: EgressAdvice = { sentence: 'take it out of spec.sidecar.egressHosts', needs: [] };

/** What gives Envoy a Service where no host does; never what is set already, nor a namespace that has none. */
function adviceFor({ resource, reads }: Snapshot): EgressAdvice {
  const { namespace } = resource.spec.istio;
  const whole = `${namespace}/*`;
  const given = resource.spec.sidecar.egressHosts;
  const isTried = given === undefined || given.includes(whole);
  const answer = serviceAnswer({ kind: 'AnyService', namespace }, reads);
  const why = 'no other host matches a Service either, so Envoy has no reason to renew the certificate';
  const then = given === undefined ? '' : ', and name its Service in spec.sidecar.egressHosts';
  const fix =
    isTried || answer.kind === 'MatchesNothing'
      ? `set spec.istio.namespace (now ${namespace}) to the namespace of istiod${then}`
      : `name the Service of istiod in spec.sidecar.egressHosts, or ${whole}`;
  return {
    sentence: `${why}: ${fix}`,
    needs: !isTried && answer.kind === 'NeedsRead' ? [answer.need] : [],
  };
}

/** Without Envoy the agent renews by itself, and nobody reads the Sidecar. */
function runsWithoutEnvoy({ reads }: Snapshot): boolean {
  const pods = itemsOf(answerTo(reads, { kind: 'Pods' }));
  return pods.length > 0 && pods.every((pod) => isProxyVariableTrue(pod, 'DISABLE_ENVOY'));
}

type HostAnswer =
  | { readonly kind: 'Matches' }
  | { readonly kind: 'MatchesNothing'; readonly why: string }
  | { readonly kind: 'Unreadable'; readonly why: string }
  | { readonly kind: 'NeedsRead'; readonly need: Need };

function problemOf(
  answer: HostAnswer,
  advice: string,
): { readonly code: FindingCode; readonly message: string } | undefined {
  switch (answer.kind) {
    case 'Matches':
    case 'NeedsRead':
      return undefined;
    case 'Unreadable':
      return {
        code: 'EgressHostNotChecked',
        message: `is not checked: ${answer.why}; grant get and list on services`,
      };
    case 'MatchesNothing':
      return { code: 'EgressHostMatchesNothing', message: `matches no Service: ${answer.why}; ${advice}` };
  }
}

/** `name.namespace.svc.` and the cluster's domain, or a wildcard in place of the name. */
const SERVICE_HOST = /^(\*|[a-z0-9-]+)\.([a-z0-9-]+)\.svc\.[a-z0-9.-]+$/;

/** One host, as Istio reads it: a namespace (`*` any, `.` our own; the CRD refuses `~`, none), and a name or a wildcard. */
function evaluateHost(host: string, { resource, reads }: Snapshot): HostAnswer {
  const [scope = '', dns = ''] = host.split('/', 2);
  const given = scope === '.' ? resource.metadata.namespace : scope;
  const [, name, of] = SERVICE_HOST.exec(dns) ?? [];
  if (name === undefined || of === undefined) {
    if (!isWildcardOfAll(dns)) {
      const why =
        'it has not the form <name>.<namespace>.svc.<domain>, so only a ServiceEntry can have it, and one outside the mesh does not make Envoy renew';
      return { kind: 'MatchesNothing', why };
    }
    // Every cluster has Services.
    return given === '*'
      ? { kind: 'Matches' }
      : serviceAnswer({ kind: 'AnyService', namespace: given }, reads);
  }
  if (given !== '*' && given !== of) {
    const why = `a Service of that name lives in namespace ${of}, and the host allows ${given} only`;
    return { kind: 'MatchesNothing', why };
  }
  const need: Need =
    name === '*' ? { kind: 'AnyService', namespace: of } : { kind: 'Service', namespace: of, name };
  return serviceAnswer(need, reads);
}

/** `*`, or a wildcard that matches every Service of every namespace. */
function isWildcardOfAll(dns: string): boolean {
  return /^\*(\.svc\..+|\.cluster\.local|\.local)?$/.test(dns);
}

function serviceAnswer(need: NeedOf<'Service'> | NeedOf<'AnyService'>, reads: Reads): HostAnswer {
  const seen = answerTo(reads, need);
  switch (seen?.kind) {
    case undefined:
      return { kind: 'NeedsRead', need };
    case 'present':
      return { kind: 'Matches' };
    case 'absent': {
      const why =
        need.kind === 'AnyService'
          ? `namespace ${need.namespace} has none, or does not exist`
          : `there is no Service ${need.name} in namespace ${need.namespace}`;
      return { kind: 'MatchesNothing', why };
    }
    case 'unreadable':
      return { kind: 'Unreadable', why: seen.message };
  }
}
