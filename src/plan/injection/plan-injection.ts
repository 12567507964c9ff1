// Whether the pods get their proxy, said before Prometheus is restarted for it: the live template for status, the template
// as our write leaves it for the refusal. Only a sure no refuses; what is unknown is a finding, and the work goes on.
import { INJECTION_STATUS } from '../../api/istio-names.ts';
import type { ConfigMap } from '../../api/kubernetes.ts';
import { proxyOf } from '../istio-proxy/proxy-container.ts';
import { NOTHING, type Assessment, type Refusal } from '../model/assessment.ts';
import { revisionOf } from '../model/desired.ts';
import { differs } from '../model/field.ts';
import { itemsOf, whyMissing, type Observed } from '../model/observed.ts';
import type { PartPlan } from '../model/part.ts';
import { answerTo, type Need, type NeedOf } from '../model/reads.ts';
import type { Snapshot } from '../model/snapshot.ts';
import type { Subject } from '../model/subject.ts';
import { templateAsWritten } from '../workload/template-as-written.ts';
import { injectionAdvice } from './advice.ts';
import { injectionFindings } from './findings.ts';
import { injectionOf, injectorsOf, type Injection, type InjectionInput, type Injector } from './injection.ts';
import { readInjectorPolicy, type InjectorPolicy } from './istiod-policy.ts';

/** `retryAfterMs`: nobody wakes us when a label or a webhook changes, so a refusal is evaluated again. */
export interface InjectionPlan extends Assessment {
  /** Whether the next pod of the live template gets a proxy. */
  readonly injected: Injection['injected'];
  /** The name of the webhook that injects it; `undefined` where none is known. */
  readonly webhook: string | undefined;
  /** Where istiod keeps what it injects by, for the next pod as our write leaves it; `undefined` where none is known. */
  readonly injectorConfigMap: NeedOf<'InjectorConfigMap'> | undefined;
}

/** A template that brings its whole istio-proxy: whoever injects or does not plays no part. */
export const NEEDS_NO_INJECTOR: InjectionPlan = {
  ...NOTHING,
  injected: 'Unknown',
  webhook: undefined,
  injectorConfigMap: undefined,
};

const RETRY_MS = 60_000;
const NO_INJECTOR = { webhook: undefined, injectorConfigMap: undefined };
const NEEDS: readonly Need[] = [{ kind: 'WebhookConfigurations' }, { kind: 'NamespaceLabels' }];

/** Evaluates what the API server and istiod will make of the next pod; `part` is the workload's. */
export function planInjection(subject: Subject, part: PartPlan): InjectionPlan {
  const { resource, reads } = subject.snapshot;
  const webhookConfigurations = answerTo(reads, { kind: 'WebhookConfigurations' });
  const namespaceLabels = answerTo(reads, { kind: 'NamespaceLabels' });
  if (webhookConfigurations === undefined || namespaceLabels === undefined) {
    return { ...NOTHING, injected: 'Unknown', ...NO_INJECTOR, needs: NEEDS };
  }
  if (webhookConfigurations.kind !== 'present') {
    const rule = 'list on mutatingwebhookconfigurations.admissionregistration.k8s.io';
    return unknownInjection(subject, rule, webhookConfigurations);
  }
  if (namespaceLabels.kind !== 'present')
    return unknownInjection(subject, 'get on namespaces', namespaceLabels);
  const injectors = injectorsOf(webhookConfigurations.value);
  return evaluateTemplates(subject, part, {
    injectors,
    namespace: resource.metadata.namespace,
    namespaceLabels: namespaceLabels.value,
    policies: policiesOf(subject.snapshot, injectors),
  });
}

function evaluateTemplates(
  subject: Subject,
  part: PartPlan,
  input: Omit<InjectionInput, 'template'>,
): InjectionPlan {
  const { snapshot, workload } = subject;
  const live = { ...input, template: workload.template };
  const desired = { ...input, template: templateAsWritten(subject) };
  const liveInjection = injectionOf(live);
  // What is refused is not what runs either: advice about the live template would mislead.
  const isDue = part.mode !== 'Ignore' && part.fields.some(differs);
  const next = isDue ? injectionOf(desired) : liveInjection;
  const isLost = next.injected === 'False';
  const isOurs = !subject.isAdopted && part.mode !== 'Ignore';
  const advice = isLost ? injectionAdvice(isDue ? desired : live, isOurs)?.sentence : undefined;
  const isProven = hasInjectedPod(subject);
  const refusal = isDue && isLost && part.refusal === undefined ? refusalOf(next, advice) : undefined;
  return {
    injected: liveInjection.injected === 'Unknown' && isProven ? 'True' : liveInjection.injected,
    webhook: liveInjection.injector?.webhook.name,
    injectorConfigMap: next.injector && policyNeed(next.injector, snapshot),
    refusal,
    retryAfterMs: refusal === undefined ? undefined : RETRY_MS,
    findings: injectionFindings({
      target: workload.target,
      injection: next,
      injectors: input.injectors,
      revision: revisionOf(snapshot.resource),
      advice,
      isDue,
      isProven,
    }),
    // The policy for a template that is about to change is not worth a request.
    needs: next.policyOf === undefined ? [] : [policyNeed(next.policyOf, snapshot)],
  };
}

/** What was not seen: the pods still show what was done to them. */
function unknownInjection(
  subject: Subject,
  rule: string,
  answer: Exclude<Observed<unknown>, { kind: 'present' }>,
): InjectionPlan {
  const message = `whether the next pod gets an istio-proxy is not known, since the controller lacks the permission ${rule}: ${whyMissing(answer)}`;
  return {
    ...NOTHING,
    injected: hasInjectedPod(subject) ? 'True' : 'Unknown',
    ...NO_INJECTOR,
    findings: [{ code: 'InjectionUnknown', target: subject.workload.target, message }],
  };
}

/** A pod of the live template was injected: whoever did it will do it again. */
function hasInjectedPod({ workload: { pods, rollout } }: Subject): boolean {
  return itemsOf(pods).some(
    (pod) =>
      rollout.currentPods.includes(pod.metadata.name) &&
      pod.metadata.annotations?.[INJECTION_STATUS] !== undefined &&
      proxyOf(pod) !== undefined,
  );
}

function refusalOf({ message }: Injection, advice: string | undefined): Refusal {
  return {
    reason: 'InjectionWouldNotHappen',
    message: `the pods would be restarted and get no istio-proxy, so the template is left alone: ${message}${advice === undefined ? '' : `; ${advice}`}`,
    stalled: 'Later',
  };
}

function policiesOf(
  snapshot: Snapshot,
  injectors: readonly Injector[],
): Readonly<Record<string, Observed<InjectorPolicy>>> {
  const policies: Record<string, Observed<InjectorPolicy>> = {};
  for (const injector of injectors) {
    const seen = answerTo(snapshot.reads, policyNeed(injector, snapshot));
    if (seen !== undefined) policies[injector.revision] = policyIn(seen);
  }
  return policies;
}

function policyIn(seen: Observed<ConfigMap>): Observed<InjectorPolicy> {
  if (seen.kind !== 'present') return seen;
  const value = readInjectorPolicy(seen.value.data?.['config'] ?? '');
  return value === undefined ? { kind: 'unreadable', message: 'not understood' } : { kind: 'present', value };
}

/** istiod's own ConfigMap: Istio's installers name it so, and istiod looks for no other. */
function policyNeed({ webhook, revision }: Injector, { resource }: Snapshot): NeedOf<'InjectorConfigMap'> {
  const namespace = webhook.clientConfig?.service?.namespace ?? resource.spec.istio.namespace;
  const name = `istio-sidecar-injector${revision === 'default' ? '' : `-${revision}`}`;
  return { kind: 'InjectorConfigMap', namespace, name };
}
