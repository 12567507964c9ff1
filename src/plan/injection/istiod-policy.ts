// The second half of an injection: what istiod itself decides about a pod that a webhook brings to it.
// As istiod does since 1.27; 1.12 to 1.26 also took y, yes and on for true, and anything else but those for false.
import { load } from 'js-yaml';
import { INJECT } from '../../api/istio-names.ts';
import { isMap } from '../../api/json-map.ts';
import type { LabelSelector, PodTemplate } from '../../api/kubernetes.ts';
import { isEmptySelector, selects } from '../kubernetes/label-selector.ts';

/** What is read of istiod's ConfigMap `istio-sidecar-injector[-<revision>]`. */
export interface InjectorPolicy {
  /** For pods that say nothing themselves. */
  readonly enabled: boolean;
  readonly neverInject: readonly LabelSelector[];
  readonly alwaysInject: readonly LabelSelector[];
}

/** `Undecided`: the pod says nothing, so the policy of its istiod decides. */
export type PodDecision =
  | { readonly kind: 'Injected'; readonly why: string }
  | { readonly kind: 'Refused'; readonly why: string }
  | { readonly kind: 'Undecided' };

const SYSTEM_NAMESPACES = ['kube-system', 'kube-public', 'kube-node-lease', 'local-path-storage'];

/** What istiod reads from the pod alone. The label counts before the annotation; only exact words decide. */
export function podDecision(namespace: string, { metadata, spec }: PodTemplate): PodDecision {
  if (spec.hostNetwork === true) {
    return { kind: 'Refused', why: 'the pods use hostNetwork, and istiod never injects such pods' };
  }
  if (SYSTEM_NAMESPACES.includes(namespace)) {
    const why = `istiod never injects in namespace ${namespace}: run Prometheus in another`;
    return { kind: 'Refused', why };
  }
  const label = metadata?.labels?.[INJECT];
  const says = label ?? metadata?.annotations?.[INJECT];
  const where = label === undefined ? 'annotation' : 'label';
  if (says === 'true') return { kind: 'Injected', why: `${where} ${INJECT} is "true"` };
  if (says !== 'false') return { kind: 'Undecided' };
  return { kind: 'Refused', why: `${where} ${INJECT} of the pod template is "false"` };
}

/** True if the policy injects a pod that says nothing itself. */
export function policyInjects(policy: InjectorPolicy, template: PodTemplate): boolean {
  const labels = template.metadata?.labels ?? {};
  const isListed = (selectors: readonly LabelSelector[]): boolean =>
    selectors.some((selector) => !isEmptySelector(selector) && selects(selector, labels));
  if (isListed(policy.neverInject)) return false;
  return isListed(policy.alwaysInject) || policy.enabled;
}

/** The policy in the text of the ConfigMap's key `config`; `undefined` where it is not YAML of that shape. */
export function readInjectorPolicy(text: string): InjectorPolicy | undefined {
  try {
    const config: unknown = load(text);
    if (!isMap(config)) return undefined;
    return {
      // istiod takes every word that it does not know for disabled.
      enabled: config['policy'] === 'enabled',
      neverInject: selectorsOf(config['neverInjectSelector']),
      alwaysInject: selectorsOf(config['alwaysInjectSelector']),
    };
  } catch {
    return undefined;
  }
}

function selectorsOf(value: unknown): readonly LabelSelector[] {
  return Array.isArray(value) ? value.filter(isMap).map(selectorOf) : [];
}

function selectorOf(value: Readonly<Record<string, unknown>>): LabelSelector {
  const expressions: unknown = value['matchExpressions'];
  const labels = isMap(value['matchLabels']) ? Object.entries(value['matchLabels']) : [];
  return {
    matchLabels: Object.fromEntries(labels.map(([key, each]) => [key, String(each)])),
    matchExpressions: (Array.isArray(expressions) ? expressions : []).filter(isMap).map((each) => ({
      key: String(each['key']),
      operator: String(each['operator']),
      values: Array.isArray(each['values']) ? each['values'].map(String) : [],
    })),
  };
}
