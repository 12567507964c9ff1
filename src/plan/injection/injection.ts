// Does the next pod of a template get an istio-proxy, and from which webhook? The API server's half by labels alone, then
// istiod's own. No name of a configuration is known here: vendors rename them. What cannot be known is Unknown.
import {
  INJECT,
  INJECTOR_WEBHOOK_SUFFIX,
  NAMESPACE_INJECTION,
  REVISION,
  REVISION_TAG,
} from '../../api/istio-names.ts';
import type {
  AdmissionRule,
  Labels,
  MutatingWebhook,
  MutatingWebhookConfiguration,
  PodTemplate,
} from '../../api/kubernetes.ts';
import { nonEmpty } from '../istio-proxy/proxy-container.ts';
import { selects } from '../kubernetes/label-selector.ts';
import type { Observed } from '../model/observed.ts';
import { podDecision, policyInjects, type InjectorPolicy } from './istiod-policy.ts';
import { unknownRevision } from './unknown-revision.ts';

/** One webhook of an injector, with whom it belongs to. */
export interface Injector {
  /** Name of the MutatingWebhookConfiguration. */
  readonly configuration: string;
  readonly webhook: MutatingWebhook;
  /** The control plane behind it, `default` where it has no revision. */
  readonly revision: string;
  /** Set where the configuration is a tag's. */
  readonly tag: string | undefined;
}

export interface InjectionInput {
  readonly injectors: readonly Injector[];
  readonly namespace: string;
  readonly namespaceLabels: Labels;
  readonly template: PodTemplate;
  /** By revision; what is missing was not read. */
  readonly policies: Readonly<Record<string, Observed<InjectorPolicy>>>;
}

export interface Injection {
  readonly injected: 'True' | 'False' | 'Unknown';
  /** The one that injects; `undefined` unless True. */
  readonly injector: Injector | undefined;
  /** Every webhook whose selectors match. Several of them mean that istiods work on one pod in turn. */
  readonly called: readonly Injector[];
  /** Why, and where there is one, the fix. */
  readonly message: string;
  /** The injector whose policy decides and was not read; the answer assumes that it is enabled. */
  readonly policyOf: Injector | undefined;
}

/** The webhooks that inject pods, in the order in which the API server calls them. */
export function injectorsOf(configurations: readonly MutatingWebhookConfiguration[]): readonly Injector[] {
  return configurations
    .toSorted((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1))
    .flatMap(({ metadata, webhooks = [] }) =>
      webhooks
        .filter(({ name, rules = [] }) => name.endsWith(INJECTOR_WEBHOOK_SUFFIX) && rules.some(coversPods))
        .map((webhook) => ({
          configuration: metadata.name,
          webhook,
          revision: nonEmpty(metadata.labels?.[REVISION]) ?? 'default',
          tag: nonEmpty(metadata.labels?.[REVISION_TAG]),
        })),
    );
}

/** CREATE of v1 pods; a resource with `/` names subresources, and `*` after it the resource too. */
function coversPods({
  operations = [],
  apiGroups = [],
  apiVersions = [],
  resources = [],
  scope,
}: AdmissionRule): boolean {
  return (
    operations.some((each) => each === '*' || each === 'CREATE') &&
    apiGroups.some((each) => each === '*' || each === '') &&
    apiVersions.some((each) => each === '*' || each === 'v1') &&
    resources.some((each) => ['*', '*/*', 'pods', 'pods/*'].includes(each)) &&
    scope !== 'Cluster'
  );
}

/** Evaluates one template in one namespace. */
export function injectionOf(input: InjectionInput): Injection {
  const called = calledInjectors(input);
  const answer = { injector: undefined, called, policyOf: undefined };
  if (input.injectors.length === 0) {
    const message = `no MutatingWebhookConfiguration has a webhook for pods whose name ends in ${INJECTOR_WEBHOOK_SUFFIX}, so nobody knows beforehand whether pods get an istio-proxy`;
    return { ...answer, injected: 'Unknown', message };
  }
  if (called.length === 0) {
    const labels = input.template.metadata?.labels;
    const unserved = unknownRevision(input.injectors, [input.namespaceLabels, labels]);
    const message = `no injector takes pods with ${labelText(labels)} in namespace ${input.namespace}, which has ${labelText(input.namespaceLabels)}`;
    return {
      ...answer,
      injected: 'False',
      message: unserved === undefined ? message : `${message}; ${unserved}`,
    };
  }
  const decision = podDecision(input.namespace, input.template);
  if (decision.kind === 'Refused') return { ...answer, injected: 'False', message: decision.why };
  const certain = called.filter(({ webhook }) => (webhook.matchConditions ?? []).length === 0);
  const [first] = certain;
  if (first === undefined) {
    const message = `${called.map(injectorName).join(' and ')} would be asked only if its matchConditions hold, which cannot be known beforehand`;
    return { ...answer, injected: 'Unknown', message };
  }
  if (decision.kind === 'Injected') {
    return {
      ...answer,
      injected: 'True',
      injector: first,
      message: `${injectorName(first)} injects: ${decision.why}`,
    };
  }
  return { ...answer, ...byPolicy(input, certain) };
}

/** The webhooks that the API server would call for a pod of the template. */
function calledInjectors({
  injectors,
  namespace,
  namespaceLabels,
  template,
}: InjectionInput): readonly Injector[] {
  // The API server puts this one on every namespace.
  const labels = { ...namespaceLabels, 'kubernetes.io/metadata.name': namespace };
  return injectors.filter(
    ({ webhook: { namespaceSelector, objectSelector } }) =>
      selects(namespaceSelector, labels) && selects(objectSelector, template.metadata?.labels ?? {}),
  );
}

/** The pod says neither true nor false: the first istiod whose policy injects it does so. */
function byPolicy(
  { policies, template }: InjectionInput,
  certain: readonly Injector[],
): Pick<Injection, 'injected' | 'injector' | 'message' | 'policyOf'> {
  for (const injector of certain) {
    const policy = policies[injector.revision];
    if (policy?.kind === 'present') {
      if (!policyInjects(policy.value, template)) continue;
      const message = `${injectorName(injector)} injects by the policy of its istiod`;
      return { injected: 'True', injector, message, policyOf: undefined };
    }
    const message = `${injectorName(injector)} injects, if the policy of its istiod, which could not be read, is enabled as it is by default`;
    const policyOf = policy === undefined ? injector : undefined;
    return { injected: 'True', injector, message, policyOf };
  }
  const message = `the policy of revision ${certain.map(({ revision }) => revision).join(' and ')} does not inject pods that say nothing themselves`;
  return { injected: 'False', injector: undefined, message, policyOf: undefined };
}

/** `object.sidecar-injector.istio.io of MutatingWebhookConfiguration/istio-sidecar-injector`. */
export function injectorName({ configuration, webhook }: Injector): string {
  return `${webhook.name} of MutatingWebhookConfiguration/${configuration}`;
}

const DECIDING = [NAMESPACE_INJECTION, REVISION, INJECT];

function labelText(labels: Labels | undefined): string {
  const said = DECIDING.flatMap((key) => (labels?.[key] === undefined ? [] : [`${key}=${labels[key]}`]));
  return said.length === 0 ? 'no Istio label' : said.join(', ');
}
