// Whether the pods get their proxy, told before Prometheus is restarted for it: the live template for status, the template
// as our write leaves it for the refusal. Only a sure no refuses; what is unknown is told and goes on. Pure.
import type { ConfigMap, PodTemplate, StatefulSet } from '../../api/kubernetes.ts';
import { proxyOf } from '../istio-proxy/proxy-container.ts';
import { holds } from '../kubernetes/managed-fields.ts';
import { isOwnedBy } from '../kubernetes/selector.ts';
import { revisionOf } from '../model/desired.ts';
import type { Finding } from '../model/finding.ts';
import { differs } from '../model/field.ts';
import { fieldManagerOf } from '../model/names.ts';
import type { PartPlan, Refusal } from '../model/part.ts';
import type { Need, Observed, Snapshot } from '../model/snapshot.ts';
import { labelPath, targetOf, desiredLabels } from '../workload/template-paths.ts';
import { injectionAdvice } from './advice.ts';
import { injectionFindings } from './findings.ts';
import { injectionOf, injectorsOf, type Injection, type InjectionInput, type Injector } from './injection.ts';
import { INJECT, readInjectorPolicy, type InjectorPolicy } from './istiod-policy.ts';

export interface InjectionPlan {
  /** Whether the next pod of the live template gets a proxy. */
  readonly injected: Injection['injected'];
  /** The name of the webhook that injects it; `undefined` where none is known. */
  readonly webhook: string | undefined;
  readonly refusal: Refusal | undefined;
  readonly findings: readonly Finding[];
  readonly needs: readonly Need[];
  /** Nobody wakes us when a label or a webhook changes: a refusal is looked at again. */
  readonly retryAfterMs: number | undefined;
}

const RETRY_MS = 60_000;

export interface InjectionSeen {
  readonly snapshot: Snapshot;
  readonly statefulSet: StatefulSet;
  readonly workload: PartPlan;
}

/** Judges what the API server and istiod will make of the next pod. */
export function planInjection(seen: InjectionSeen): InjectionPlan {
  const { resource, reads } = seen.snapshot;
  const { webhookConfigurations, namespaceLabels } = reads;
  const open = {
    injected: 'Unknown' as const,
    webhook: undefined,
    refusal: undefined,
    findings: [],
    retryAfterMs: undefined,
  };
  if (webhookConfigurations === undefined || namespaceLabels === undefined) {
    return { ...open, needs: [{ kind: 'WebhookConfigurations' }, { kind: 'NamespaceLabels' }] };
  }
  if (webhookConfigurations.kind !== 'present') {
    const rule = 'list on mutatingwebhookconfigurations.admissionregistration.k8s.io';
    return { ...open, ...unreadable(seen, rule, webhookConfigurations), needs: [] };
  }
  if (namespaceLabels.kind !== 'present') {
    return { ...open, ...unreadable(seen, 'get on namespaces', namespaceLabels), needs: [] };
  }
  const injectors = injectorsOf(webhookConfigurations.value);
  return evaluate(seen, {
    injectors,
    namespace: resource.metadata.namespace,
    namespaceLabels: namespaceLabels.value,
    policies: policiesOf(seen.snapshot, injectors),
  });
}

function evaluate(seen: InjectionSeen, input: Omit<InjectionInput, 'template'>): InjectionPlan {
  const { snapshot, statefulSet, workload } = seen;
  const liveInput = { ...input, template: statefulSet.spec.template };
  const wished = { ...input, template: desiredTemplate(seen) };
  const live = injectionOf(liveInput);
  const isDue = workload.mode !== 'Ignore' && workload.refusal === undefined && workload.fields.some(differs);
  const standing = isDue ? injectionOf(wished) : live;
  const isLost = standing.injected === 'False';
  const advice = isLost ? injectionAdvice(isDue ? wished : liveInput)?.sentence : undefined;
  const proven = hasInjectedPod(seen);
  const refusal = isDue && isLost ? refusalOf(standing, advice) : undefined;
  return {
    injected: live.injected === 'Unknown' && proven ? 'True' : live.injected,
    webhook: live.injector?.webhook.name,
    refusal,
    retryAfterMs: refusal === undefined ? undefined : RETRY_MS,
    findings: injectionFindings({
      target: targetOf(statefulSet),
      injection: standing,
      injectors: input.injectors,
      revision: revisionOf(snapshot.resource),
      advice,
      isDue,
      isProven: proven,
    }),
    // The policy for a template that will not stay is not worth a request.
    needs: standing.policyOf === undefined ? [] : [needOf(standing.policyOf, snapshot)],
  };
}

/** What was not seen: the pods still tell what was done to them. */
function unreadable(
  seen: InjectionSeen,
  rule: string,
  answer: Exclude<Observed<unknown>, { kind: 'present' }>,
): Pick<InjectionPlan, 'injected' | 'findings'> {
  const why = answer.kind === 'absent' ? 'not found' : answer.message;
  const message = `whether the next pod gets an istio-proxy is not known, since the controller lacks the right ${rule}: ${why}`;
  return {
    injected: hasInjectedPod(seen) ? 'True' : 'Unknown',
    findings: [{ code: 'InjectionUnknown', target: targetOf(seen.statefulSet), message }],
  };
}

/** A pod of the live template was injected: whoever did it will do it again. */
function hasInjectedPod({ snapshot, statefulSet }: InjectionSeen): boolean {
  const { pods } = snapshot.reads;
  const revision = statefulSet.status?.updateRevision;
  return (
    pods?.kind === 'present' &&
    revision !== undefined &&
    pods.value.some(
      (pod) =>
        isOwnedBy(pod, statefulSet) &&
        pod.metadata.labels?.['controller-revision-hash'] === revision &&
        pod.metadata.annotations?.['sidecar.istio.io/status'] !== undefined &&
        proxyOf(pod) !== undefined,
    )
  );
}

/** The pod template as our write leaves it, as far as injection goes. Labels of ours that are not wanted any more go. */
function desiredTemplate({ snapshot: { resource }, statefulSet }: InjectionSeen): PodTemplate {
  const { metadata, spec } = statefulSet.spec.template;
  const manager = fieldManagerOf(resource);
  const kept = Object.entries(metadata?.labels ?? {}).filter(
    ([key]) => !holds(statefulSet, manager, labelPath(key)),
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
    stalled: true,
  };
}

function policiesOf(
  { reads }: Snapshot,
  injectors: readonly Injector[],
): Readonly<Record<string, Observed<InjectorPolicy>>> {
  const policies: Record<string, Observed<InjectorPolicy>> = {};
  for (const { revision } of injectors) {
    const seen = reads.injectorConfigMaps?.[configMapOf(revision)];
    if (seen !== undefined) policies[revision] = policyIn(seen);
  }
  return policies;
}

function policyIn(seen: Observed<ConfigMap>): Observed<InjectorPolicy> {
  if (seen.kind !== 'present') return seen;
  const value = readInjectorPolicy(seen.value.data?.['config'] ?? '');
  return value === undefined ? { kind: 'unreadable', message: 'not understood' } : { kind: 'present', value };
}

/** istiod's own: Istio's installers name it so, and istiod looks for no other. */
function configMapOf(revision: string): string {
  return `istio-sidecar-injector${revision === 'default' ? '' : `-${revision}`}`;
}

function needOf({ webhook, revision }: Injector, { resource }: Snapshot): Need {
  const namespace = webhook.clientConfig?.service?.namespace ?? resource.spec.istio.namespace;
  return { kind: 'InjectorConfigMap', namespace, name: configMapOf(revision) };
}
