// What is to be done for one resource, from what was seen: pure, plain data, the table of contents of the whole decision.
// Each part is judged on its own; stage.ts says what has to wait; nothing here reads or writes.
import { planCertificates, type CertificatesPlan } from './certificates/certificates.ts';
import { planRenewal, type RenewalPlan } from './certificates/renewal.ts';
import { planConfig, type ConfigPlan } from './config/config.ts';
import type { ConfigInput } from './config/input.ts';
import { driftOf, recallDrift, type DriftedField } from './drift/drift.ts';
import { wiringFindings } from './hand-wiring/findings.ts';
import { planInjection, type InjectionPlan } from './injection/plan-injection.ts';
import { egressHosts } from './mesh-policy/egress.ts';
import { inboundGuard, type InboundGuard } from './mesh-policy/inbound-guard.ts';
import { planPeerAuthentication } from './mesh-policy/peer-authentication.ts';
import { selectorRefusal } from './mesh-policy/selector-guard.ts';
import { planSidecar } from './mesh-policy/sidecar.ts';
import type { Action } from './model/action.ts';
import type { Finding } from './model/finding.ts';
import { differs, type Field } from './model/field.ts';
import { FINALIZER } from './model/names.ts';
import { isSatisfied, PART_NAMES, type PartPlan, type Refusal } from './model/part.ts';
import type { Need, Snapshot } from './model/snapshot.ts';
import { gateOf, type Gate, type EvaluatedParts, type StageInput } from './stage.ts';
import { planStaleSecrets, type StaleSecretsPlan } from './stale-secrets/stale-secrets.ts';
import { planProof, type ProofPlan } from './verification/reload.ts';
import { findTarget } from './workload/target.ts';
import { planWorkload } from './workload/workload.ts';

export interface PendingField {
  readonly field: Field;
  /** One word: what the change waits for; `Write`: it is on its way. */
  readonly waitingFor: string;
}

/** Everything that was judged about a resource whose workload may be touched. */
export interface Evaluation {
  readonly container: string;
  readonly parts: EvaluatedParts;
  readonly gates: Readonly<Record<keyof EvaluatedParts, Gate>>;
  readonly certificates: CertificatesPlan;
  readonly egressHosts: readonly string[];
  readonly injection: InjectionPlan;
  readonly staleSecrets: StaleSecretsPlan;
  readonly updateRevision: string | undefined;
  /** Stages 5 and 6; `undefined` until stages 2 to 4 are done. */
  readonly proof: ProofPlan | undefined;
  /** The certificates that the pods work with; `undefined` until everything before is true. */
  readonly renewal: RenewalPlan | undefined;
  /** What a person should know; changes nothing. */
  readonly findings: readonly Finding[];
}

export interface Plan {
  /** Reads without which the plan is not whole: fulfil them and plan again. */
  readonly needs: readonly Need[];
  /** Why nothing at all may be done. `judgement` is undefined then. */
  readonly halt: Refusal | undefined;
  readonly evaluation: Evaluation | undefined;
  readonly actions: readonly Action[];
  readonly pending: readonly PendingField[];
  /** Leaves that were right and differ now, each with who changed it. */
  readonly drift: readonly DriftedField[];
  /** True if the finalizer must stand before the first action. */
  readonly needsFinalizer: boolean;
  /** Milliseconds until time alone opens a gate, or brings a certificate nearer to its end. */
  readonly retryAfterMs: number | undefined;
}

const UNGUARDED: InboundGuard = { refusal: undefined, needs: [] };

/** Decides everything for one resource that is not being deleted. */
export function plan(snapshot: Snapshot): Plan {
  const target = findTarget(snapshot);
  if (target.kind === 'refused') return halted(target.refusal);
  const { statefulSet, container } = target;
  const { resource, reads } = snapshot;

  const certificates = planCertificates({
    resource,
    statefulSet,
    container,
    pods: reads.pods,
    events: reads.events,
    namespaceLabels: reads.namespaceLabels,
    nowMs: snapshot.nowMs,
  });
  const workload = planWorkload({ resource, statefulSet, container });
  const injection = planInjection({ snapshot, statefulSet, workload });
  const inbound = workload.mode === 'Ignore' ? UNGUARDED : inboundGuard(snapshot, statefulSet);
  const podsSeen = reads.pods?.kind === 'present' ? reads.pods.value : [];
  const tooWide = selectorRefusal(statefulSet, snapshot.statefulSets, podsSeen);
  const parts: EvaluatedParts = {
    peerAuthentication: recallDrift(planPeerAuthentication({ snapshot, statefulSet, tooWide }), snapshot),
    sidecar: recallDrift(planSidecar({ snapshot, statefulSet, tooWide }), snapshot),
    workload: recallDrift(guarded(workload, inbound.refusal ?? injection.refusal), snapshot),
    config: recallDrift(planConfig({ snapshot, statefulSet, container }), snapshot),
  };
  const stage = { snapshot, statefulSet, parts, certificates };
  const applied = isApplied(parts, certificates);
  const renewal = applied ? planRenewal(snapshot, statefulSet) : undefined;
  const evaluation: Evaluation = {
    container: container.name,
    parts,
    gates: gatesOf(stage),
    certificates,
    egressHosts: egressHosts(snapshot).hosts,
    injection,
    staleSecrets: staleSecretsOf({ snapshot, statefulSet, container, config: parts.config }),
    updateRevision: statefulSet.status?.updateRevision,
    proof: applied ? planProof({ snapshot, statefulSet, container, config: parts.config }) : undefined,
    renewal,
    findings: [
      ...PART_NAMES.flatMap((name) => parts[name].findings),
      ...injection.findings,
      ...wiringFindings({ statefulSet, container, files: parts.config.files }),
      ...certificates.findings,
      ...(renewal?.findings ?? []),
    ],
  };
  return compose(snapshot, evaluation, [
    ...certificates.needs,
    ...inbound.needs,
    ...injection.needs,
    ...evaluation.staleSecrets.needs,
    ...(evaluation.proof?.needs ?? []),
    ...(renewal?.needs ?? []),
  ]);
}

function gatesOf(stage: StageInput): Evaluation['gates'] {
  return {
    peerAuthentication: gateOf('peerAuthentication', stage),
    sidecar: gateOf('sidecar', stage),
    workload: gateOf('workload', stage),
    config: gateOf('config', stage),
  };
}

function staleSecretsOf(seen: ConfigInput & { readonly config: ConfigPlan }): StaleSecretsPlan {
  const { source, files } = seen.config;
  return planStaleSecrets({ ...seen, configMap: source?.configMap, files });
}

/** Files and jobs agree: only then does it make sense to ask Prometheus. What mesh policy lacks does not touch that. */
function isApplied({ workload, config }: EvaluatedParts, certificates: CertificatesPlan): boolean {
  return isSatisfied(workload) && isSatisfied(config) && certificates.kind === 'Ready';
}

function compose(snapshot: Snapshot, evaluation: Evaluation, needs: readonly Need[]): Plan {
  const { parts, gates, proof, certificates, renewal } = evaluation;
  const writes: readonly Action[] = PART_NAMES.flatMap((name) => {
    const { action, mode } = parts[name];
    return action !== undefined && mode === 'Enforce' && gates[name].kind === 'Open' ? [action] : [];
  });
  const actions = proof?.action === undefined ? writes : [...writes, proof.action];
  const managed = PART_NAMES.filter((name) => parts[name].mode !== 'Ignore');
  const differing = managed.flatMap((name) =>
    parts[name].fields.filter(differs).map((field) => ({ field, waitingFor: waitingFor(gates[name]) })),
  );
  const retries = PART_NAMES.flatMap((name) => {
    const gate = gates[name];
    return gate.kind === 'Closed' && gate.retryAfterMs !== undefined ? [gate.retryAfterMs] : [];
  });
  const alarms = [
    certificates.retryAfterMs,
    proof?.retryAfterMs,
    renewal?.retryAfterMs,
    evaluation.staleSecrets.retryAfterMs,
    evaluation.injection.retryAfterMs,
    ...retries,
  ].filter((ms) => ms !== undefined);
  return {
    needs: [
      ...needs,
      ...PART_NAMES.flatMap((name) => parts[name].needs),
      ...PART_NAMES.flatMap((name) => (gates[name].kind === 'NeedsRead' ? [gates[name].need] : [])),
    ],
    halt: undefined,
    evaluation,
    actions,
    pending: differing.filter(({ field }) => !field.wasInSync),
    drift: managed.flatMap((name) => driftOf(parts[name], snapshot)),
    needsFinalizer: writes.length > 0 && !(snapshot.resource.metadata.finalizers ?? []).includes(FINALIZER),
    retryAfterMs: alarms.length === 0 ? undefined : Math.min(...alarms),
  };
}

function waitingFor(gate: Gate): string {
  return gate.kind === 'Closed' ? gate.waitingFor : 'Write';
}

function guarded(part: PartPlan, refusal: Refusal | undefined): PartPlan {
  return refusal === undefined ? part : { ...part, refusal, action: undefined };
}

/** A plan that does nothing, and why. */
export function halted(halt: Refusal): Plan {
  return {
    needs: [],
    halt,
    evaluation: undefined,
    actions: [],
    pending: [],
    drift: [],
    needsFinalizer: false,
    retryAfterMs: undefined,
  };
}
