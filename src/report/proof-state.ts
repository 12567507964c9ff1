// Stages 5 and 6 as conditions, and what they take from Ready: what is known not to be served. What Prometheus could not
// be asked is Unknown with the reason, never False, and takes nothing.
import type { Evaluation } from '../plan/plan.ts';
import type { ProofPlan } from '../plan/verification/proof.ts';
import type { State } from './report.ts';

const NOT_YET: State = {
  status: 'Unknown',
  reason: 'NotVerified',
  message: 'Prometheus is asked once pod template, certificates and config are in sync',
};

/** Does every replica serve the new paths? */
export function reloadedState({ proof }: Evaluation): State {
  if (proof === undefined) return NOT_YET;
  const { message } = proof;
  switch (proof.kind) {
    case 'Served':
      return { status: 'True', reason: 'Succeeded', message };
    case 'Waiting':
      return { status: 'False', reason: 'WaitingForReload', message };
    case 'NotPropagated':
      return { status: 'False', reason: 'ConfigNotPropagated', message };
    case 'ReloadNeeded':
      return { status: 'False', reason: 'ReloadNeeded', message };
    case 'RestartNeeded':
      return { status: 'False', reason: 'RestartNeeded', message };
    case 'Unknown':
      return { status: 'Unknown', reason: 'NotVerified', message };
  }
}

/** What keeps Ready from True, and whether only a person can go on; `undefined`: nothing that is known. */
export function unprovenState({
  proof,
}: Evaluation): { readonly state: State; readonly stalled: boolean } | undefined {
  if (proof === undefined) return undefined;
  const { message } = proof;
  switch (proof.kind) {
    case 'Served':
    case 'Unknown':
      // A pool may come with the next change of any target.
      return proof.lacking?.kind === 'Missing'
        ? { state: { status: 'False', reason: 'PoolMissing', message: poolMessage(proof) }, stalled: false }
        : undefined;
    case 'Waiting':
      return { state: { status: 'Unknown', reason: 'WaitingForReload', message }, stalled: false };
    case 'NotPropagated':
      // It is asked again, and a reloader that comes back brings it.
      return { state: { status: 'False', reason: 'ConfigNotPropagated', message }, stalled: false };
    case 'ReloadNeeded':
      return { state: { status: 'False', reason: 'ReloadNeeded', message }, stalled: true };
    case 'RestartNeeded':
      return { state: { status: 'False', reason: 'RestartNeeded', message }, stalled: true };
  }
}

/** Does every rewritten pool exist, and does no target fail for a certificate cause? */
export function targetsState({ proof }: Evaluation): State {
  const targets = proof?.targets;
  if (proof === undefined) return NOT_YET;
  if (targets === undefined) return { status: 'Unknown', reason: 'NotVerified', message: proof.message };
  const { up, down, unknown, failures, missingPools, awaitedPools } = targets;
  const counts = `${up} up, ${down} down, ${unknown} not scraped yet`;
  if (proof.lacking?.kind === 'Reloading') {
    const message = `${poolMessage(proof)}; it was reloaded once more, which takes a minute; ${counts}`;
    return { status: 'Unknown', reason: 'WaitingForReload', message };
  }
  if (missingPools.length > 0 || proof.lacking?.kind === 'Missing') {
    return { status: 'False', reason: 'PoolMissing', message: `${poolMessage(proof)}; ${counts}` };
  }
  const [first] = failures;
  if (first !== undefined) {
    const reason = targets.certificateFailure ? 'CertificateFailure' : 'TargetsDown';
    return { status: 'False', reason, message: `${counts}; ${first.cause} (${first.count}): ${first.fix}` };
  }
  if (awaitedPools.length > 0) {
    const message = `${counts}; Prometheus has just loaded its configuration and has yet to find the targets of ${awaitedPools.join(', ')}`;
    return { status: 'Unknown', reason: 'Progressing', message };
  }
  if (unknown > 0) return { status: 'Unknown', reason: 'Progressing', message: counts };
  if (proof.kind === 'Unknown') {
    return { status: 'Unknown', reason: 'NotVerified', message: `${counts}; ${proof.message}` };
  }
  return { status: 'True', reason: 'Succeeded', message: counts };
}

const CAUSES_OF_LACK = {
  Files: 'it has failed to make one, as it does where files are missing: see its log',
  Discovery: 'discovery has not delivered: has its service account the permissions?',
} as const;

/** Which pools are missing where, and why, as far as Prometheus says it. */
function poolMessage({ targets, lacking }: ProofPlan): string {
  const pools = [...(targets?.missingPools ?? []), ...(targets?.awaitedPools ?? [])].toSorted();
  const message = `Prometheus has no scrape pool for ${pools.join(', ')}`;
  return lacking?.cause === undefined ? message : `${message}: ${CAUSES_OF_LACK[lacking.cause]}`;
}
