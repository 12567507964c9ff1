// Whether the hosts of the Sidecar's egress leave the proxy a reason to renew its certificate. Pure; told, never a gate.
// Envoy renews what it is subscribed to: without one Service of the mesh in its egress it lets the files run out.
import type { FindingCode } from '../../api/findings.ts';
import type { PrometheusIstioScrape } from '../../api/resource.ts';
import { isProxyVariableTrue } from '../istio-proxy/proxy-container.ts';
import { revisionOf } from '../model/desired.ts';
import type { Finding } from '../model/finding.ts';
import { ownedNameOf } from '../model/names.ts';
import type { Need, Observed, Snapshot } from '../model/snapshot.ts';

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
  const names = istiodServices(resource);
  const seen = names.map((name) => reads.services?.[serviceKey(namespace, name)]);
  const found = names.find((_, index) => seen[index]?.kind === 'present');
  if (found !== undefined) {
    return { hosts: [`${namespace}/${found}.${namespace}.svc.cluster.local`], needs: [] };
  }
  const missing = names.filter((_, index) => seen[index] === undefined);
  return {
    hosts: [`${namespace}/*`],
    needs: missing.map((name) => ({ kind: 'Service', namespace, name })),
  };
}

function istiodServices(resource: PrometheusIstioScrape): readonly string[] {
  const revision = revisionOf(resource);
  return revision === undefined ? ['istiod'] : [`istiod-${revision}`, `istiod-revision-tag-${revision}`];
}

/** By what `reads.services` is keyed; the name `*`: any Service of the namespace. */
export function serviceKey(namespace: string, name: string): string {
  return `${namespace}/${name}`;
}

export interface EgressPlan {
  readonly findings: readonly Finding[];
  readonly needs: readonly Need[];
}

/** Looks for a Service behind each host. */
export function planEgress(snapshot: Snapshot): EgressPlan {
  const { hosts, needs } = egressHosts(snapshot);
  if (needs.length > 0 || runsWithoutEnvoy(snapshot)) return { findings: [], needs };
  const evaluated = hosts.map((host) => ({ host, answer: evaluate(host, snapshot) }));
  const found = evaluated.some(({ answer }) => answer.kind === 'Matches');
  const target = `Sidecar/${ownedNameOf(snapshot.resource)}`;
  return {
    needs: evaluated.flatMap(({ answer }) => (answer.kind === 'NeedsRead' ? [answer.need] : [])),
    findings: evaluated.flatMap(({ host, answer }) => {
      const told = tell(answer, found);
      return told === undefined
        ? []
        : [{ code: told.code, target, message: `egress host ${host} ${told.message}` }];
    }),
  };
}

/** Without Envoy the agent renews by itself, and nobody reads the Sidecar. */
function runsWithoutEnvoy({ reads }: Snapshot): boolean {
  const pods = reads.pods?.kind === 'present' ? reads.pods.value : [];
  return pods.length > 0 && pods.every((pod) => isProxyVariableTrue(pod, 'DISABLE_ENVOY'));
}

type Answer =
  | { readonly kind: 'Matches' }
  | { readonly kind: 'MatchesNothing'; readonly why: string }
  | { readonly kind: 'Unreadable'; readonly why: string }
  | { readonly kind: 'NeedsRead'; readonly need: Need };

function tell(
  answer: Answer,
  found: boolean,
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
    case 'MatchesNothing': {
      const effect = found
        ? 'take it out of spec.sidecar.egressHosts'
        : 'no other host matches a Service either, so Envoy has no reason to renew the certificate: name the Service of istiod, or istio-system/*';
      return { code: 'EgressHostMatchesNothing', message: `matches no Service: ${answer.why}; ${effect}` };
    }
  }
}

/** `name.namespace.svc.` and the cluster's domain, or a wildcard in place of the name. */
const SERVICE_HOST = /^(\*|[a-z0-9-]+)\.([a-z0-9-]+)\.svc\.[a-z0-9.-]+$/;

/** One host, as Istio reads it: a namespace (`*` any, `.` our own; the CRD refuses `~`, none), and a name or a wildcard. */
function evaluate(host: string, { resource, reads }: Snapshot): Answer {
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
    return given === '*' ? { kind: 'Matches' } : look(given, '*', reads.services);
  }
  if (given !== '*' && given !== of) {
    const why = `a Service of that name lives in namespace ${of}, and the host allows ${given} only`;
    return { kind: 'MatchesNothing', why };
  }
  return look(of, name, reads.services);
}

/** `*`, or a wildcard that stands for every Service of every namespace. */
function isWildcardOfAll(dns: string): boolean {
  return /^\*(\.svc\..+|\.cluster\.local|\.local)?$/.test(dns);
}

function look(
  namespace: string,
  name: string,
  services: Readonly<Record<string, Observed<true>>> | undefined,
): Answer {
  const seen = services?.[serviceKey(namespace, name)];
  switch (seen?.kind) {
    case undefined: {
      const need: Need =
        name === '*' ? { kind: 'AnyService', namespace } : { kind: 'Service', namespace, name };
      return { kind: 'NeedsRead', need };
    }
    case 'present':
      return { kind: 'Matches' };
    case 'absent': {
      const why =
        name === '*'
          ? `namespace ${namespace} has none, or does not exist`
          : `there is no Service ${name} in namespace ${namespace}`;
      return { kind: 'MatchesNothing', why };
    }
    case 'unreadable':
      return { kind: 'Unreadable', why: seen.message };
  }
}
