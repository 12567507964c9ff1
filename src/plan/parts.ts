// The four parts, each with what holds it back: what its own room refuses, and what is known before anything is begun.
import { rfc3339 } from '../api/rfc3339.ts';
import { planConfig } from './config/config.ts';
import { recallDrift } from './drift/drift.ts';
import { isHandMade } from './hand-wiring/wiring.ts';
import { NEEDS_NO_INJECTOR, planInjection } from './injection/plan-injection.ts';
import { adoptedPolicyFindings } from './mesh-policy/adopted-policy.ts';
import { inboundGuard } from './mesh-policy/inbound-guard.ts';
import { assessIstioNamespace } from './mesh-policy/istio-namespace.ts';
import { planPeerAuthentication } from './mesh-policy/peer-authentication.ts';
import { selectorRefusal } from './mesh-policy/selector-guard.ts';
import { planSidecar } from './mesh-policy/sidecar.ts';
import { NOTHING, type Refusal } from './model/assessment.ts';
import { partModeOf } from './model/desired.ts';
import { itemsOf } from './model/observed.ts';
import { emptyPart, isSatisfied, type PartName, type PartPlan } from './model/part.ts';
import { answerTo } from './model/reads.ts';
import type { Subject } from './model/subject.ts';
import { planPodSecurity } from './pod-security/plan-pod-security.ts';
import { isBeginning } from './preflight.ts';
import type { EvaluatedParts } from './stage.ts';
import { scrapedPools } from './verification/scraped-pools.ts';
import { otherWorkloads } from './workload/target.ts';
import { storedTemplateRecord } from './workload/template-record.ts';
import { planWorkload } from './workload/workload.ts';

/** The parts, and the concerns by which they are held back. */
export function planParts(subject: Subject, wiringRefusal: Refusal | undefined) {
  const { snapshot, workload } = subject;
  const neighbours = {
    workloads: otherWorkloads(snapshot, workload),
    pods: itemsOf(answerTo(snapshot.reads, { kind: 'Pods' })),
  };
  const tooWide = selectorRefusal(workload, neighbours);
  const scraped = scrapedPools(subject);
  const { upAt } = storedTemplateRecord(workload.object) ?? {};
  const config = planConfig(subject, { up: scraped.up, upAt });
  const isUp = config.newJobs.some((job) => scraped.up.has(job));
  const template =
    adoptedPart(subject, 'workload') ?? planWorkload(subject, isUp ? rfc3339(snapshot.nowMs) : undefined);
  const injection =
    isHandMade(subject) && subject.isAdopted ? NEEDS_NO_INJECTOR : planInjection(subject, template);
  const inbound = subject.isAdopted ? NOTHING : inboundGuard(subject);
  const begins = !subject.isAdopted && isBeginning(subject, template);
  const istioNamespace = begins ? assessIstioNamespace(snapshot) : NOTHING;
  const preflight = wiringRefusal ?? istioNamespace.refusal;
  const begun = begins ? guarded(template, preflight) : warned(template, preflight);
  const admissible = guarded(begun, inbound.refusal ?? injection.refusal);
  const podSecurity = planPodSecurity(subject, admissible, { injection, begins });
  const policy = adoptedPolicy(subject) ?? planPeerAuthentication(subject, tooWide);
  // Mode DISABLE takes policies off pods that intercept, as the template would.
  const peerAuthentication = isBeginning(subject, policy) ? guarded(policy, inbound.refusal) : policy;
  const parts: EvaluatedParts = {
    peerAuthentication: recallDrift(peerAuthentication, snapshot),
    sidecar: recallDrift(adoptedPart(subject, 'sidecar') ?? planSidecar(subject, tooWide), snapshot),
    workload: recallDrift((begins ? guarded : warned)(admissible, podSecurity.refusal), snapshot),
    config: recallDrift(config, snapshot),
  };
  return {
    parts,
    inbound,
    injection,
    podSecurity,
    istioNamespace,
    preflight,
    scraped,
    /** What Pod Security would refuse of the next pod says nothing about those that run. */
    isWired: isSatisfied(admissible),
  };
}

function guarded(part: PartPlan, refusal: Refusal | undefined): PartPlan {
  return refusal === undefined ? part : { ...part, refusal, action: undefined };
}

/** What is refused of something that lives already: its drift is corrected all the same. */
function warned(part: PartPlan, refusal: Refusal | undefined): PartPlan {
  return refusal === undefined ? part : { ...part, refusal };
}

/** What it lacks is said, unless somebody made its proxy by hand, whom no policy reaches. */
function adoptedPolicy(subject: Subject): PartPlan | undefined {
  const part = adoptedPart(subject, 'peerAuthentication');
  if (part === undefined || part.mode === 'Ignore' || isHandMade(subject)) return part;
  return { ...part, findings: adoptedPolicyFindings(subject) };
}

/** A part of which adopted wiring takes care; `undefined`: nothing is adopted. */
function adoptedPart(
  { snapshot, workload, paths, isAdopted }: Subject,
  name: PartName,
): PartPlan | undefined {
  if (!isAdopted) return undefined;
  const { outputDirectory, mountPath, volumeName } = paths;
  const adopted = `the wiring of ${workload.target} is its owner's and coherent, so nothing is written for it: OUTPUT_CERTS ${outputDirectory}, volume ${volumeName}, mounted at ${mountPath}`;
  return {
    ...emptyPart({ name, mode: partModeOf(snapshot.resource, name), target: workload.target }),
    adopted,
  };
}
