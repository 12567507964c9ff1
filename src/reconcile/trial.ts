// Tries a write in a dry run, once for the same write of the same object, and says what it would come to.
import { dryRunIsUnsupported, lacksPermission } from '../plan/kubernetes/admission-sentences.ts';
import { canonicalJson } from '../plan/model/canonical-json.ts';
import { keyOfResource } from '../plan/model/names.ts';
import type { Outcome } from '../plan/model/outcome.ts';
import type { NeedOf } from '../plan/model/reads.ts';
import type { CachedView } from '../plan/model/snapshot.ts';
import type { TriableAction, Trial, TrialQuestion } from '../plan/model/trial.ts';
import { tryAction } from './apply.ts';
import type { ReconcileContext } from './context.ts';

export function askTrial(
  { cluster, dryRuns, now }: Pick<ReconcileContext, 'cluster' | 'dryRuns' | 'now'>,
  { resource }: CachedView,
  { target, question }: NeedOf<'Trial'>,
): Promise<Trial> {
  return dryRuns.trials.recall({
    resource: keyOfResource(resource),
    about: target,
    question: questionText(question),
    nowMs: now(),
    ask: async () => trialOf(await tryAction(cluster, question.action)),
    // What got no answer is asked again with the next evaluation.
    lastsMs: (trial) => (isAnswer(trial) ? Infinity : 0),
  });
}

function questionText({ action, circumstances }: TrialQuestion): string {
  return canonicalJson({ action: withoutTimes(action), circumstances });
}

/**
 * Nobody else holds our records, and they have a time in them. The version of a workload moves with its status, and decides
 * about nothing but a lost race.
 */
function withoutTimes(action: TriableAction): object {
  switch (action.kind) {
    case 'ApplyTemplate': {
      const metadata = { ...action.body.metadata, annotations: undefined };
      return { ...action, resourceVersion: undefined, body: { ...action.body, metadata } };
    }
    case 'PatchObject':
      return { ...action, operations: action.operations.filter(({ path }) => !path.startsWith(ANNOTATIONS)) };
    case 'ApplyOwned':
      return action;
  }
}

const ANNOTATIONS = '/metadata/annotations';

function trialOf(outcome: Outcome): Trial {
  if (outcome.kind === 'Failed') {
    return { kind: 'Unknown', reason: 'ProgressingWithRetry', message: `not tried: ${outcome.message}` };
  }
  if (outcome.kind !== 'Refused') return { kind: 'Answered', outcome };
  const { message } = outcome;
  if (outcome.forbidden && lacksPermission(message)) {
    return {
      kind: 'Unknown',
      reason: 'NotAuthorized',
      message: `not tried, since it may not be: ${message}`,
    };
  }
  if (!dryRunIsUnsupported(message)) return { kind: 'Answered', outcome };
  return { kind: 'Unknown', reason: 'DryRunUnsupported', message: `not tried: ${message}` };
}

function isAnswer(trial: Trial): boolean {
  if (trial.kind === 'Unknown') return trial.reason !== 'ProgressingWithRetry';
  return trial.outcome.kind !== 'Stale';
}
