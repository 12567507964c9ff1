// Ready=True, and how much is said by that: nothing is chosen on its own here, every part is in sync already.
import type { Evaluation } from '../plan/plan.ts';
import type { State } from './report.ts';

/**
 * The reason with the greatest weight comes first: that the jobs are their owner's, then that something could not be
 * known, then that some jobs are left out on purpose.
 */
export function doneState({ certificates, parts, proof }: Evaluation): State {
  const wired = `wired (${certificates.message})`;
  const { mode, jobs, rewrittenJobs } = parts.config;
  if (mode === 'Ignore') {
    const message = `${wired}; spec.manage.config is Ignore, so what the jobs read is not looked at`;
    return { status: 'True', reason: 'WiredOnly', message };
  }
  const served = proof?.kind === 'Served';
  const end = served ? proof.message : `not verified: ${proof?.message ?? 'Prometheus was not asked'}`;
  const leftOut = jobs?.leftOut.length ?? 0;
  const rest =
    leftOut === 0 ? '' : `, ${leftOut} more ${leftOut === 1 ? 'is' : 'are'} left out by spec.config.jobs`;
  const count = rewrittenJobs.length;
  const message = `${wired}, ${count} ${count === 1 ? 'job reads' : 'jobs read'} the renewed certificates${rest}; ${end}`;
  if (!served) return { status: 'True', reason: 'AppliedUnverified', message };
  return { status: 'True', reason: leftOut === 0 ? 'Succeeded' : 'SucceededInPart', message };
}
