// Which writes are tried in a dry run: those that Enforce would make now and this resource may only report, so that Observe
// says of conflicts what Enforce would. Never while suspended: then nobody wants to know.
import type { KubernetesObject } from '../api/kubernetes.ts';
import { REQUESTED_AT_ANNOTATION } from '../api/resource.ts';
import type { Action } from './model/action.ts';
import { canonicalJson } from './model/canonical-json.ts';
import { PART_NAMES, type PartPlan } from './model/part.ts';
import { answerTo, type Need, type NeedOf } from './model/reads.ts';
import type { TriableAction, Trial } from './model/trial.ts';
import { stageGate, type EvaluatedParts, type StageInput } from './stage.ts';

export interface Trials {
  readonly needs: readonly Need[];
  readonly trials: readonly Trial[];
}

/** Nothing is tried. */
export const NO_TRIALS: Trials = { needs: [], trials: [] };

/** The trials of every part that is only observed and whose stage has come. */
export function planTrials(input: StageInput): Trials {
  if (input.snapshot.resource.spec.suspend) return NO_TRIALS;
  const enforced = { ...input, parts: asEnforced(input.parts) };
  const needs = PART_NAMES.flatMap((name): readonly Need[] => {
    const { mode, action } = input.parts[name];
    if (mode !== 'Observe' || !isTriable(action)) return [];
    const gate = stageGate(name, enforced);
    if (gate.kind === 'NeedsRead') return [gate.need];
    return gate.kind === 'Open' ? [trialNeed(input, action)] : [];
  });
  const { reads } = input.snapshot;
  return {
    needs: needs.filter((need) => answerTo(reads, need) === undefined),
    trials: needs.flatMap((need) => (need.kind === 'Trial' ? (answerTo(reads, need) ?? []) : [])),
  };
}

function isTriable(action: Action | undefined): action is TriableAction {
  return action?.kind === 'ApplyTemplate' || action?.kind === 'ApplyOwned' || action?.kind === 'PatchObject';
}

/** As Enforce would see them: a write that goes before another one would be made. */
function asEnforced(parts: EvaluatedParts): EvaluatedParts {
  const { peerAuthentication, sidecar, workload, config } = parts;
  return {
    peerAuthentication: enforcedPart(peerAuthentication),
    sidecar: enforcedPart(sidecar),
    workload: enforcedPart(workload),
    config: enforcedPart(config),
  };
}

function enforcedPart<P extends PartPlan>(part: P): P {
  return part.mode === 'Observe' ? { ...part, mode: 'Enforce' } : part;
}

/** A status that moves is no other question: the resourceVersion is left out, and what people write of the object put in. */
function trialNeed({ snapshot, workload }: StageInput, action: TriableAction): NeedOf<'Trial'> {
  const { kind, name } = action.target;
  const target = `${kind}/${name}`;
  const circumstances = canonicalJson({
    object: target === workload.target ? writtenOf(workload.object) : undefined,
    request: snapshot.resource.metadata.annotations?.[REQUESTED_AT_ANNOTATION],
  });
  return { kind: 'Trial', target, question: { action, circumstances } };
}

function writtenOf({ metadata }: KubernetesObject): object {
  const { uid, generation, managedFields = [] } = metadata;
  return {
    uid,
    generation,
    managedFields: managedFields.filter(({ subresource }) => subresource === undefined),
  };
}
