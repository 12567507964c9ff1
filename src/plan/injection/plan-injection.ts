// Whether the pods get their proxy, said before Prometheus is restarted for it: the live template for status, the template
// as our write leaves it for the refusal. Only a sure no refuses; what is unknown is a finding, and the work goes on.
import { INJECT, INJECTION_STATUS } from '../../api/istio-names.ts';
import type { ConfigMap, PodTemplate } from '../../api/kubernetes.ts';
import { proxyOf } from '../istio-proxy/proxy-container.ts';
import { holdsPath } from '../kubernetes/managed-fields.ts';
import { NOTHING, type Assessment, type Refusal } from '../model/assessment.ts';
import { revisionOf } from '../model/desired.ts';
import { differs } from '../model/field.ts';
import { fieldManagerOf } from '../model/names.ts';
import { itemsOf, whyMissing, type Observed } from '../model/observed.ts';
import type { PartPlan } from '../model/part.ts';
import { answerTo, type Need, type NeedOf } from '../model/reads.ts';
import type { Snapshot } from '../model/snapshot.ts';
import type { Subject } from '../model/subject.ts';
import { desiredLabels } from '../workload/labels.ts';
import { labelPath } from '../workload/template-paths.ts';
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
}

/** A template that brings its whole istio-proxy: whoever injects or does not plays no part. */
export const NEEDS_NO_INJECTOR: InjectionPlan = { ...NOTHING, injected: 'Unknown', webhook: undefined };

const RETRY_MS = 60_000;
const NEEDS: readonly Need[] = [{ kind: 'WebhookConfigurations' }, { kind: 'NamespaceLabels' }];

/** Evaluates what the API server and istiod will make of the next pod; `part` is the workload's. */
export function planInjection(subject: Subject, part: PartPlan): InjectionPlan {
  const { resource, reads } = subject.snapshot;
  const webhookConfigurations = answerTo(reads, { kind: 'WebhookConfigurations' });
  const namespaceLabels = answerTo(reads, { kind: 'NamespaceLabels' });
  if (webhookConfigurations === undefined || namespaceLabels === undefined) {
    return { ...NOTHING, injected: 'Unknown', webhook: undefined, needs: NEEDS };
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
  const desired = { ...input, template: desiredTemplate(subject) };
  const liveInjection = injectionOf(live);
  // What is refused is not what runs either: advice about the live template would mislead.
  const isDue = part.mode !== 'Ignore' && part.fields.some(differs);
  const next = isDue ? injectionOf(desired) : liveInjection;
  const isLost = next.injected === 'False';
  const advice = isLost ? injectionAdvice(isDue ? desired : live)?.sentence : undefined;
  const isProven = hasInjectedPod(subject);
  const refusal = isDue && isLost && part.refusal === undefined ? refusalOf(next, advice) : undefined;
  return {
    injected: liveInjection.injected === 'Unknown' && isProven ? 'True' : liveInjection.injected,
    webhook: liveInjection.injector?.webhook.name,
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
    webhook: undefined,
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

/** The pod template as our write leaves it, as far as injection goes. Labels of ours that are no longer desired go. */
function desiredTemplate({ snapshot: { resource }, workload }: Subject): PodTemplate {
  const { metadata, spec } = workload.template;
  const manager = fieldManagerOf(resource);
  const kept = Object.entries(metadata?.labels ?? {}).filter(
    ([key]) => !holdsPath(workload.object, manager, labelPath(key).fieldPath),
  );
  return {
    metadata: {
      labels: { ...Object.fromEntries(kept), ...desiredLabels(resource) },
      annotations: { ...metadata?.annotations, [INJECT]: 'true' },
    },
    spec,
  };
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
