// Whether the API server takes the pod as our write leaves it: evaluated before Prometheus is restarted for it. First by pods
// that were admitted under these labels, then by the API server itself, then by the labels. What is unknown is a finding.
import { INJECTION_STATUS } from '../../api/istio-names.ts';
import type { Labels, Pod, PodTemplate } from '../../api/kubernetes.ts';
import { REQUESTED_AT_ANNOTATION } from '../../api/resource.ts';
import { admissionSentence } from '../kubernetes/admission-sentences.ts';
import { NOTHING, type Assessment, type Refusal } from '../model/assessment.ts';
import { canonicalJson } from '../model/canonical-json.ts';
import { differs } from '../model/field.ts';
import { itemsOf, valueOf, whyMissing } from '../model/observed.ts';
import type { PartPlan } from '../model/part.ts';
import { answerTo, type Need, type NeedOf } from '../model/reads.ts';
import type { Subject } from '../model/subject.ts';
import { nextPod, templateAsWritten } from '../workload/template-as-written.ts';
import { labelledMs, levelOf } from './level.ts';
import { lackingText, profileAdvice, profileAnswer, unknownText, type ProfileInput } from './profile.ts';
import { isSeccompProfile, proxyFacts } from './proxy-facts.ts';

/** Nobody wakes us when a label of the namespace or a value of Istio changes. */
const ADMISSION_RETRY_MS = 60_000;

interface Injected extends Assessment {
  readonly injectorConfigMap: NeedOf<'InjectorConfigMap'> | undefined;
}

interface BeforePodSecurity {
  /** What was evaluated of the injection of the next pod: without a proxy nothing is asked here. */
  readonly injection: Injected;
  /** A write would be the first, not upkeep. */
  readonly begins: boolean;
}

/** `part` is the workload's. */
export function planPodSecurity(
  subject: Subject,
  part: PartPlan,
  { injection, begins }: BeforePodSecurity,
): Assessment {
  const { snapshot, workload, isAdopted } = subject;
  const isAsked = part.mode !== 'Ignore' && part.refusal === undefined && injection.refusal === undefined;
  const labels = answerTo(snapshot.reads, { kind: 'NamespaceLabels' });
  if (!isAsked || isAdopted || labels === undefined || injection.needs.length > 0) return NOTHING;
  // Somebody else has wired it; or what was refused already is reported by stage 3, in the API server's own words.
  if (begins ? !part.fields.some(differs) : workload.rollout.missingPod !== undefined) return NOTHING;
  if (labels.kind !== 'present') {
    return notKnown(subject, `the controller lacks the permission get on namespaces: ${whyMissing(labels)}`);
  }
  const asked = { subject, labels: labels.value, configMapNeed: injection.injectorConfigMap };
  if (!begins) return whileItRuns(asked);
  const made = beforeTheFirstWrite(asked);
  return made.refusal === undefined ? made : { ...made, retryAfterMs: ADMISSION_RETRY_MS };
}

interface Asked {
  readonly subject: Subject;
  readonly labels: Labels;
  readonly configMapNeed: NeedOf<'InjectorConfigMap'> | undefined;
}

function beforeTheFirstWrite(asked: Asked): Assessment {
  const { subject, labels } = asked;
  const { reads } = subject.snapshot;
  const template = templateAsWritten(subject);
  const enforces = levelOf(labels) !== 'privileged';
  const pods = enforces ? answerTo(reads, { kind: 'PodsOfNamespace' }) : undefined;
  const needs = enforces ? missingReads(asked, [{ kind: 'PodsOfNamespace' }]) : [];
  if (needs.length > 0) return { ...NOTHING, needs };
  if (enforces && isProvenBy(itemsOf(pods), asked, template)) return NOTHING;
  const input = profileInput(asked, template, itemsOf(pods));
  const need = admissionNeed(asked, template);
  const seen = answerTo(reads, need);
  if (seen === undefined) return { ...NOTHING, needs: [need] };
  if (seen.kind === 'admitted') return NOTHING;
  const refused = seen.kind === 'refused' ? admissionSentence(seen.message) : undefined;
  if (refused === undefined) return byLabels(subject, input);
  const advice = refused.by === 'PodSecurity' ? adviceText(input) : '';
  return { ...NOTHING, refusal: refusal(`the API server says: ${refused.text}${advice}`) };
}

/** Its own pods show what was admitted; no dry run, which would be one at every interval. */
function whileItRuns(asked: Asked): Assessment {
  const { subject, labels } = asked;
  if (levelOf(labels) === 'privileged') return NOTHING;
  const needs = missingReads(asked, []);
  if (needs.length > 0) return { ...NOTHING, needs };
  const pods = itemsOf(subject.workload.pods);
  const { template } = subject.workload;
  if (isProvenBy(pods, asked, template)) return NOTHING;
  return byLabels(subject, profileInput(asked, template, pods));
}

function missingReads({ subject, configMapNeed }: Asked, more: readonly Need[]): readonly Need[] {
  const needs: readonly Need[] = [
    { kind: 'OwnNamespace' },
    ...(configMapNeed === undefined ? [] : [configMapNeed]),
    ...more,
  ];
  return needs.filter((need) => answerTo(subject.snapshot.reads, need) === undefined);
}

/** An injected pod that runs was admitted after the label was written, and injection adds no more to ours than to that one. */
function isProvenBy(pods: readonly Pod[], { subject }: Asked, template: PodTemplate): boolean {
  const namespace = valueOf(answerTo(subject.snapshot.reads, { kind: 'OwnNamespace' }));
  const since = namespace && labelledMs(namespace);
  if (since === undefined) return false;
  const ours = isSeccompProfile(template.spec.securityContext?.seccompProfile?.type);
  return pods.some(
    ({ metadata, spec, status }) =>
      metadata.annotations?.[INJECTION_STATUS] !== undefined &&
      status?.phase === 'Running' &&
      Date.parse(metadata.creationTimestamp ?? '') > since &&
      hasInitContainer({ spec }) &&
      (ours || !isSeccompProfile(spec.securityContext?.seccompProfile?.type)),
  );
}

/** The init container is what differs most between meshes: a pod without one says nothing of ours. */
function hasInitContainer({ spec }: Pick<Pod, 'spec'>): boolean {
  return (spec.initContainers ?? []).some(({ name }) => name === 'istio-init' || name === 'istio-validation');
}

function admissionNeed(
  { subject, labels, configMapNeed }: Asked,
  template: PodTemplate,
): NeedOf<'PodAdmission'> {
  const { resource, reads } = subject.snapshot;
  const { generation, annotations } = resource.metadata;
  const values = configMapNeed && valueOf(answerTo(reads, configMapNeed))?.data?.['values'];
  const request = annotations?.[REQUESTED_AT_ANNOTATION];
  const circumstances = canonicalJson({ labels, values, generation, request });
  return { kind: 'PodAdmission', question: { pod: nextPod(subject, template), circumstances } };
}

function profileInput(
  { subject, labels, configMapNeed }: Asked,
  template: PodTemplate,
  pods: readonly Pod[],
): ProfileInput {
  const configMap = configMapNeed && valueOf(answerTo(subject.snapshot.reads, configMapNeed));
  return {
    namespace: subject.snapshot.resource.metadata.namespace,
    namespaceLabels: labels,
    facts: proxyFacts(configMap, pods),
    template,
  };
}

function byLabels(subject: Subject, input: ProfileInput): Assessment {
  const answer = profileAnswer(input);
  switch (answer.admits) {
    case 'True':
      return NOTHING;
    case 'False':
      return { ...NOTHING, refusal: refusal(`${lackingText(input, answer)}${adviceText(input)}`) };
    case 'Unknown':
      return notKnown(subject, unknownText(input, answer));
  }
}

function adviceText(input: ProfileInput): string {
  const sentences = profileAdvice(input).map(({ sentence }) => sentence);
  return sentences.length === 0 ? '' : `; ${sentences.join(', or ')}`;
}

function refusal(why: string): Refusal {
  const message = `the pods would be restarted and refused, so the template is left alone: ${why}`;
  return { reason: 'PodWouldBeRefused', message, stalled: true };
}

function notKnown({ workload }: Subject, why: string): Assessment {
  const message = `whether Pod Security takes the next pod is not known: ${why}`;
  return { ...NOTHING, findings: [{ code: 'PodSecurityUnknown', target: workload.target, message }] };
}
