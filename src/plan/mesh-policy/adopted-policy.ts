// Adopted wiring that takes no inbound traffic needs a policy, or clients of the mesh talk mutual TLS to a Prometheus that
// does not speak it. Nothing is written for it: it is said, with the text to put in.
import { INCLUDE_INBOUND_PORTS, TLS_MODE } from '../../api/istio-names.ts';
import type { PeerAuthentication } from '../../api/kubernetes.ts';
import { matches } from '../kubernetes/selector.ts';
import type { Finding } from '../model/finding.ts';
import type { Subject } from '../model/subject.ts';
import { byAge, isDisabled } from './peer-authentication.ts';

export function adoptedPolicyFindings({ snapshot, workload }: Subject): readonly Finding[] {
  const { peerAuthentications: seen } = snapshot;
  const { labels = {}, annotations = {} } = workload.template.metadata ?? {};
  if (annotations[INCLUDE_INBOUND_PORTS] !== '' || labels[TLS_MODE] === 'disabled') return [];
  if (seen.kind === 'unreadable') return [];
  const all = seen.kind === 'present' ? seen.value : [];
  const effective = oldest(all, (selector) => selector !== undefined && matches(selector, labels));
  const policy = effective ?? oldest(all, (selector) => selector === undefined);
  if (policy !== undefined && isDisabled(policy)) {
    const target = `PeerAuthentication/${policy.metadata.name}`;
    return [
      { code: 'SatisfiedBy', target, message: `${target} keeps mutual TLS away from these pods already` },
    ];
  }
  const { target } = workload;
  const text = JSON.stringify({ selector: { matchLabels: workload.selector }, mtls: { mode: 'DISABLE' } });
  const message = `inbound interception is off and no PeerAuthentication has mode DISABLE for these pods, so clients of the mesh that call Prometheus fail: add a PeerAuthentication with spec ${text}`;
  return [{ code: 'PeerAuthenticationMissing', target, message }];
}

/** Among several of one scope Istio takes the oldest. */
function oldest(
  all: readonly PeerAuthentication[],
  isInScope: (selector: Readonly<Record<string, string>> | undefined) => boolean,
): PeerAuthentication | undefined {
  return all
    .filter(({ spec }) => {
      const { matchLabels = {} } = spec?.selector ?? {};
      return isInScope(Object.keys(matchLabels).length === 0 ? undefined : matchLabels);
    })
    .toSorted(byAge)[0];
}
