// What costs a request is read only where a plan says that it needs it: what can be needed, and what answered it.
import type { SecretFacts } from '../../api/certificate.ts';
import type {
  ConfigMap,
  InboundPolicy,
  KubernetesEvent,
  KubernetesObject,
  Labels,
  MutatingWebhookConfiguration,
  Pod,
} from '../../api/kubernetes.ts';
import { canonicalJson } from './canonical-json.ts';
import type { Observed } from './observed.ts';
import type { PodAdmissionSeen, PodQuestion } from './pod-admission.ts';
import type {
  FailedPoolsSeen,
  PrometheusEndpoint,
  PrometheusSeen,
  ProxyAgentSeen,
} from './prometheus-seen.ts';
import type { Trial, TrialQuestion } from './trial.ts';

interface Kind<Named, Answer> {
  /** What sets two needs of one kind apart. */
  readonly named: Named;
  readonly answer: Answer;
}

/** A new kind of read is a row here and a request in reconcile/observe.ts. */
interface Kinds {
  /** Pods that the workload's selector matches, whoever owns them. */
  readonly Pods: Kind<object, Observed<readonly Pod[]>>;
  /** Events about the workload, of whatever reason. */
  readonly Events: Kind<object, Observed<readonly KubernetesEvent[]>>;
  /** A ConfigMap of the resource's namespace. */
  readonly ConfigMap: Kind<{ readonly name: string }, Observed<ConfigMap>>;
  /** Names of all ConfigMaps of the resource's namespace. */
  readonly ConfigMapNames: Kind<object, Observed<readonly string[]>>;
  /** Kinds that are not managed, of which an object has the workload's name; absent: none. Not readable by default. */
  readonly Namesakes: Kind<object, Observed<readonly string[]>>;
  /** Every pod of the namespace: who else mounts the ConfigMap. */
  readonly PodsOfNamespace: Kind<object, Observed<readonly Pod[]>>;
  /** A Secret of the resource's namespace, without its data. */
  readonly Secret: Kind<{ readonly name: string }, Observed<SecretFacts>>;
  /** The `type` of a Secret, where nothing else of it is needed. */
  readonly SecretType: Kind<{ readonly name: string }, Observed<string>>;
  /** AuthorizationPolicies and RequestAuthentications of the namespace and of Istio's own. */
  readonly InboundPolicies: Kind<{ readonly istioNamespace: string }, Observed<readonly InboundPolicy[]>>;
  readonly Service: Kind<{ readonly namespace: string; readonly name: string }, Observed<true>>;
  /** Whether the namespace has a Service at all. */
  readonly AnyService: Kind<{ readonly namespace: string }, Observed<true>>;
  /** Of the whole cluster, without their CA bundles. */
  readonly WebhookConfigurations: Kind<object, Observed<readonly MutatingWebhookConfiguration[]>>;
  /** Any namespace; its labels. */
  readonly Namespace: Kind<{ readonly namespace: string }, Observed<Labels>>;
  /** Of the resource's namespace. */
  readonly NamespaceLabels: Kind<object, Observed<Labels>>;
  /** The resource's namespace as an object, with its managedFields. */
  readonly OwnNamespace: Kind<object, Observed<KubernetesObject>>;
  /** Whether the API server would take the workload's next pod: a dry run. */
  readonly PodAdmission: Kind<{ readonly question: PodQuestion }, PodAdmissionSeen>;
  /** What a write would come to that this resource may not make: a dry run. */
  readonly Trial: Kind<{ readonly target: string; readonly question: TrialQuestion }, Trial>;
  /** istiod's own ConfigMap with its injection policy and values. */
  readonly InjectorConfigMap: Kind<
    { readonly namespace: string; readonly name: string },
    Observed<ConfigMap>
  >;
  readonly Prometheus: Kind<{ readonly endpoint: PrometheusEndpoint }, PrometheusSeen>;
  /** Of the metrics of one Prometheus: why it has no pool for a job. */
  readonly FailedPools: Kind<{ readonly endpoint: PrometheusEndpoint }, FailedPoolsSeen>;
  readonly ProxyAgent: Kind<{ readonly endpoint: PrometheusEndpoint }, ProxyAgentSeen>;
}

export type NeedKind = keyof Kinds;

/** A read of one kind that a plan cannot go on without. */
export type NeedOf<K extends NeedKind> = { readonly kind: K } & Kinds[K]['named'];

export type Need = { readonly [K in NeedKind]: NeedOf<K> }[NeedKind];

export type AnswerOf<K extends NeedKind> = Kinds[K]['answer'];

/** Everything that was read, keyed by the need: by its kind, then by what names it. What is missing was not read. */
export type Reads = { readonly [K in NeedKind]?: Readonly<Record<string, AnswerOf<K>>> };

/** What answered a need; `undefined`: it was not read. */
export function answerTo<K extends NeedKind>(reads: Reads, need: NeedOf<K>): AnswerOf<K> | undefined {
  return reads[need.kind]?.[keyOfNeed(need)];
}

/** The reads with one answer more, or a newer one. */
export function withAnswer<K extends NeedKind>(reads: Reads, need: NeedOf<K>, answer: AnswerOf<K>): Reads {
  return { ...reads, [need.kind]: { ...reads[need.kind], [keyOfNeed(need)]: answer } };
}

/** The reads without what answered one kind of need. */
export function withoutAnswers(reads: Reads, kind: NeedKind): Reads {
  return Object.fromEntries(Object.entries(reads).filter(([each]) => each !== kind));
}

/** Each need once: two concerns may need the same thing. */
export function distinctNeeds(needs: readonly Need[]): readonly Need[] {
  return [...new Map(needs.map((need) => [`${need.kind} ${keyOfNeed(need)}`, need])).values()];
}

/** What is asked in a dry run names nothing: it is large, and there is one of each at a time. */
function keyOfNeed(need: { readonly kind: NeedKind }): string {
  return canonicalJson({ ...need, kind: undefined, question: undefined });
}
