// What is to be done for one resource, from what was seen, as plain data: the table of contents of the whole decision.
// Each concern is a room of its own; stage.ts says what has to wait.
import { planCertificates, type CertificatesPlan } from './certificates/certificates.ts';
import { planRenewal, type RenewalPlan } from './certificates/renewal.ts';
import { withCompletion } from './completion.ts';
import { mainText } from './config/main-text.ts';
import { driftOf, type DriftedField } from './drift/drift.ts';
import { decideAdoption } from './hand-wiring/adoption.ts';
import { assessHandWiring } from './hand-wiring/findings.ts';
import type { InjectionPlan } from './injection/plan-injection.ts';
import { egressHosts } from './mesh-policy/egress.ts';
import type { Action } from './model/action.ts';
import type { Assessment, Refusal } from './model/assessment.ts';
import type { CertificatePaths } from './model/desired.ts';
import { differs, type Field } from './model/field.ts';
import type { Finding } from './model/finding.ts';
import { graceLeftMs } from './model/grace.ts';
import { isSatisfied, PART_NAMES, type PartPlan } from './model/part.ts';
import type { Need } from './model/reads.ts';
import type { Snapshot } from './model/snapshot.ts';
import type { Subject } from './model/subject.ts';
import type { Trial } from './model/trial.ts';
import { planParts } from './parts.ts';
import { gateOf, type EvaluatedParts, type Gate, type StageInput } from './stage.ts';
import { planStaleSecrets, type StaleSecretsPlan } from './stale-secrets/stale-secrets.ts';
import { hasFinalizer, lacksFinalizer } from './undo/has-written.ts';
import { planProof, type ProofPlan } from './verification/proof.ts';
import { assessProxyConfig } from './workload/ignored-keys.ts';
import { NO_TRIALS, planTrials } from './trials.ts';
import { findTarget } from './workload/target.ts';

interface PendingField {
  readonly field: Field;
  /** One word: what the change waits for; `Write`: it is on its way. */
  readonly waitingFor: string;
}

/** Everything that was evaluated about a resource whose workload may be touched. */
export interface Evaluation {
  readonly container: string;
  readonly paths: CertificatePaths;
  readonly isAdopted: boolean;
  readonly isInherited: boolean;
  readonly updateRevision: string | undefined;
  readonly parts: EvaluatedParts;
  readonly gates: Readonly<Record<keyof EvaluatedParts, Gate>>;
  readonly inbound: Assessment;
  readonly injection: InjectionPlan;
  readonly podSecurity: Assessment;
  readonly certificates: CertificatesPlan;
  readonly handWiring: Assessment;
  readonly staleSecrets: StaleSecretsPlan;
  /** Stages 5 and 6; `undefined` until stages 2 to 4 are done. */
  readonly proof: ProofPlan | undefined;
  /** The certificates that the pods work with; `undefined` until everything before is true. */
  readonly renewal: RenewalPlan | undefined;
  readonly egressHosts: readonly string[];
  /** What a person should know; changes nothing. */
  readonly findings: readonly Finding[];
}

export interface Plan {
  /** Reads without which the plan is not whole: fulfil them and plan again. */
  readonly needs: readonly Need[];
  /** Why nothing at all may be done. `evaluation` is undefined then. */
  readonly halt: Refusal | undefined;
  readonly evaluation: Evaluation | undefined;
  readonly actions: readonly Action[];
  /** What came of dry runs of writes that this resource may not make. */
  readonly trials: readonly Trial[];
  readonly pending: readonly PendingField[];
  /** Fields that were in sync and differ now, each with who changed it. */
  readonly drift: readonly DriftedField[];
  /** True if the finalizer is to be set: before the first action, or again because it was taken away. */
  readonly needsFinalizer: boolean;
  /** Milliseconds until time alone opens a gate, or brings a certificate nearer to its end. */
  readonly retryAfterMs: number | undefined;
  /** Milliseconds for which what another object may still bring is only waited for. */
  readonly graceMs: number;
}

/** Decides everything for one resource that is not being deleted. */
export function plan(snapshot: Snapshot): Plan {
  const target = findTarget(snapshot);
  if (target.kind === 'refused') {
    const needsFinalizer = lacksFinalizer(snapshot);
    return { ...halted(target.refusal, graceLeftMs(snapshot)), needs: target.needs, needsFinalizer };
  }
  const found = { snapshot, workload: target.workload, container: target.container };
  const text = mainText(found);
  const { refusal, ...adoption } = decideAdoption(found, text);
  const subject = { ...found, ...adoption };
  return compose(subject, concernsOf(subject, withCompletion(found, text, refusal)));
}

/** Every concern, each evaluated from the subject and from those before it: a new one is a room and a line here. */
function concernsOf(subject: Subject, wiringRefusal: Refusal | undefined) {
  const { isWired, ...planned } = planParts(subject, wiringRefusal);
  const { config } = planned.parts;
  const certificates = planCertificates(subject);
  // Files and jobs agree: only then does it make sense to ask pods. What mesh policy lacks does not touch that.
  const isApplied = isWired && isSatisfied(config) && certificates.kind === 'Ready';
  return {
    ...planned,
    certificates,
    handWiring: assessHandWiring({ ...subject, files: config.files }),
    proxyConfig: assessProxyConfig(subject),
    staleSecrets: planStaleSecrets(subject, { configMap: config.source?.configMap, files: config.files }),
    proof: isApplied ? planProof({ ...subject, config }) : undefined,
    renewal: isApplied ? planRenewal(subject) : undefined,
  };
}

function compose(subject: Subject, concerns: ReturnType<typeof concernsOf>): Plan {
  const { snapshot, container } = subject;
  const { parts, preflight, scraped, ...others } = concerns;
  const stage = { ...subject, parts, preflight, certificates: concerns.certificates };
  const gates = gatesOf(stage);
  const assessments: readonly Assessment[] = [
    ...PART_NAMES.map((name) => parts[name]),
    ...Object.values(others).filter((each) => each !== undefined),
  ];
  const evaluation: Evaluation = {
    ...concerns,
    parts,
    gates,
    container: container.name,
    paths: subject.paths,
    isAdopted: subject.isAdopted,
    isInherited: subject.isInherited,
    updateRevision: subject.workload.rollout.updateRevision,
    egressHosts: egressHosts(snapshot).hosts,
    findings: assessments.flatMap(({ findings }) => findings),
  };
  const writes = writesOf(evaluation);
  const graceMs = graceLeftMs(snapshot);
  const managed = PART_NAMES.filter((name) => parts[name].mode !== 'Ignore');
  const needs = [
    ...assessments.flatMap((each) => each.needs),
    ...Object.values(gates).flatMap(needsOf),
    ...(recordsScrapes(writes, parts.config) ? scraped.needs : []),
  ];
  // Only what is evaluated as a whole is worth a dry run.
  const tried = needs.length > 0 ? NO_TRIALS : planTrials(stage);
  return {
    needs: [...needs, ...tried.needs],
    trials: tried.trials,
    halt: undefined,
    evaluation,
    actions: [...writes, ...(evaluation.proof?.action === undefined ? [] : [evaluation.proof.action])],
    pending: managed.flatMap((name) => pendingOf(parts[name], gates[name])),
    drift: managed.flatMap((name) => driftOf(parts[name], snapshot)),
    needsFinalizer:
      (writes.length > 0 && !hasFinalizer(snapshot.resource)) || lacksFinalizer(snapshot, parts.config),
    graceMs,
    retryAfterMs: earliest([
      ...assessments,
      ...Object.values(gates).filter((gate) => gate.kind === 'Closed'),
      ...assessments.map(({ refusal }) => endOfGrace(refusal, graceMs)),
    ]),
  };
}

function gatesOf(stage: StageInput): Evaluation['gates'] {
  return {
    peerAuthentication: gateOf('peerAuthentication', stage),
    sidecar: gateOf('sidecar', stage),
    workload: gateOf('workload', stage),
    config: gateOf('config', stage),
  };
}

/** In the order of the stages. */
function writesOf({ parts, gates }: Evaluation): readonly Action[] {
  return PART_NAMES.flatMap((name) => {
    const { action, mode } = parts[name];
    return action !== undefined && mode === 'Enforce' && gates[name].kind === 'Open' ? [action] : [];
  });
}

/** Template and config record whether the jobs' targets were up; once the jobs are in the record, nobody asks. */
function recordsScrapes(writes: readonly Action[], { newJobs }: EvaluatedParts['config']): boolean {
  return newJobs.length > 0 && writes.some(({ kind }) => kind === 'ApplyTemplate' || kind === 'PatchObject');
}

function needsOf(gate: Gate): readonly Need[] {
  return gate.kind === 'NeedsRead' ? [gate.need] : [];
}

function pendingOf({ fields }: PartPlan, gate: Gate): readonly PendingField[] {
  const waitingFor = gate.kind === 'Closed' ? gate.waitingFor : 'Write';
  return fields.filter((field) => differs(field) && !field.wasInSync).map((field) => ({ field, waitingFor }));
}

function earliest(alarms: readonly { readonly retryAfterMs?: number | undefined }[]): number | undefined {
  const times = alarms.flatMap(({ retryAfterMs }) => retryAfterMs ?? []);
  return times.length === 0 ? undefined : Math.min(...times);
}

/** When a refusal that is waited for becomes one that a person has to end. */
function endOfGrace(refusal: Refusal | undefined, graceMs: number): { readonly retryAfterMs?: number } {
  return refusal?.stalled === 'Later' && graceMs > 0 ? { retryAfterMs: graceMs } : {};
}

/** A plan that does nothing, and why. */
export function halted(halt: Refusal, graceMs: number): Plan {
  return {
    needs: [],
    halt,
    evaluation: undefined,
    trials: [],
    actions: [],
    pending: [],
    drift: [],
    needsFinalizer: false,
    retryAfterMs: endOfGrace(halt, graceMs).retryAfterMs,
    graceMs,
  };
}
