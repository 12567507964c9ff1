// Answers to the reads of a plan, in the words of a test.
import type { Pod, StatefulSet } from '../../src/api/kubernetes.ts';
import { itemsOf, type Observed } from '../../src/plan/model/observed.ts';
import type { TriableAction, Trial } from '../../src/plan/model/trial.ts';
import type { PodQuestion } from '../../src/plan/model/pod-admission.ts';
import { hostOf, type PrometheusSeen, type ProxyAgentSeen } from '../../src/plan/model/prometheus-seen.ts';
import {
  withAnswer,
  type AnswerOf,
  type NeedKind,
  type NeedOf,
  type Reads,
} from '../../src/plan/model/reads.ts';
import { endpointOf } from '../../src/plan/verification/prometheus-endpoint.ts';
import { configMap } from './config-map.ts';
import { injector } from './injectors.ts';
import { podOf } from './pod.ts';
import { statefulSet } from './stateful-set.ts';

export function present<T>(value: T): { readonly kind: 'present'; readonly value: T } {
  return { kind: 'present', value };
}

/** Answers in the words of a test: by name, by `namespace/name`, by pod. */
export interface Answers {
  readonly pods?: Observed<readonly Pod[]>;
  readonly events?: AnswerOf<'Events'>;
  readonly configMaps?: Readonly<Record<string, AnswerOf<'ConfigMap'>>>;
  readonly configMapNames?: AnswerOf<'ConfigMapNames'>;
  readonly namesakes?: AnswerOf<'Namesakes'>;
  readonly podsOfNamespace?: AnswerOf<'PodsOfNamespace'>;
  readonly inboundPolicies?: AnswerOf<'InboundPolicies'>;
  /** By `namespace/name`; `namespace/*`: any Service of the namespace. */
  readonly services?: Readonly<Record<string, Observed<true>>>;
  readonly webhookConfigurations?: AnswerOf<'WebhookConfigurations'>;
  readonly namespaceLabels?: AnswerOf<'NamespaceLabels'>;
  readonly namespace?: AnswerOf<'OwnNamespace'>;
  readonly podAdmission?: AnswerOf<'PodAdmission'>;
  /** By target. */
  readonly trials?: Readonly<Record<string, AnswerOf<'Trial'>>>;
  /** Of istio-system. */
  readonly istioNamespace?: AnswerOf<'Namespace'>;
  /** Of istio-system. */
  readonly injectorConfigMaps?: Readonly<Record<string, AnswerOf<'InjectorConfigMap'>>>;
  readonly prometheus?: Readonly<Record<string, PrometheusSeen>>;
  /** How many pools could not be made, by pod. */
  readonly failedPools?: Readonly<Record<string, number | undefined>>;
  readonly proxyAgents?: Readonly<Record<string, ProxyAgentSeen>>;
  readonly secrets?: Readonly<Record<string, AnswerOf<'Secret'>>>;
  readonly secretTypes?: Readonly<Record<string, AnswerOf<'SecretType'>>>;
}

/** Every read answered: one pod of the StatefulSet, the legacy prometheus.yaml, no istiod Service, no policy, no permission on Secrets. */
export function reads({
  statefulSet: of = statefulSet(),
  pods = [podOf(of)],
  ...rest
}: { readonly statefulSet?: StatefulSet; readonly pods?: readonly Pod[] } & Omit<
  Answers,
  'pods'
> = {}): Answers {
  return {
    pods: present(pods),
    podsOfNamespace: present(pods),
    configMaps: { prometheus: present(configMap()) },
    configMapNames: present(['prometheus']),
    // As in the default install.
    namesakes: { kind: 'unreadable', message: 'get Deployment app-metrics/prometheus: forbidden' },
    services: { 'istio-system/istiod': { kind: 'absent' }, 'istio-system/*': present(true) },
    webhookConfigurations: present([injector()]),
    namespaceLabels: present({}),
    istioNamespace: present({}),
    // As in the default install.
    trials: {
      'PeerAuthentication/meshscrape-prometheus': PASSES,
      'Sidecar/meshscrape-prometheus': PASSES,
      'StatefulSet/prometheus': PASSES,
      'ConfigMap/prometheus': PASSES,
    },
    podAdmission: { kind: 'refused', message: 'User "meshscrape" cannot create resource "pods"' },
    secrets: { 'istio.default': { kind: 'unreadable', message: 'get Secret istio.default: forbidden' } },
    inboundPolicies: present([]),
    events: present([]),
    ...rest,
  };
}

/** A write that is tried; which one, an answer does not depend on. */
const TRIED: TriableAction = {
  kind: 'ApplyOwned',
  target: { apiVersion: 'v1', kind: 'None', namespace: '', name: '' },
  stage: 1,
  gates: true,
  reason: '',
  fieldManager: '',
  force: false,
  body: { apiVersion: 'v1', kind: 'None', metadata: { name: '', namespace: '' } },
};

/** The write would succeed. */
const PASSES: Trial = { kind: 'Answered', outcome: { kind: 'Written', action: TRIED, object: undefined } };

/** The pod that a dry run asks about does not set one need apart from another. */
const NOTHING_ASKED: PodQuestion = {
  pod: {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { namespace: '', generateName: '' },
    spec: { containers: [] },
  },
  circumstances: '',
};

/** The same, keyed by the need. */
export function readsOf(answers: Answers): Reads {
  let made: Reads = {};
  const add = <K extends NeedKind>(need: NeedOf<K>, answer: AnswerOf<K> | undefined): void => {
    if (answer !== undefined) made = withAnswer(made, need, answer);
  };
  add({ kind: 'Pods' }, answers.pods);
  add({ kind: 'Events' }, answers.events);
  add({ kind: 'ConfigMapNames' }, answers.configMapNames);
  add({ kind: 'Namesakes' }, answers.namesakes);
  add({ kind: 'PodsOfNamespace' }, answers.podsOfNamespace);
  add({ kind: 'WebhookConfigurations' }, answers.webhookConfigurations);
  add({ kind: 'NamespaceLabels' }, answers.namespaceLabels);
  add({ kind: 'Namespace', namespace: 'istio-system' }, answers.istioNamespace);
  add({ kind: 'OwnNamespace' }, answers.namespace);
  add({ kind: 'PodAdmission', question: NOTHING_ASKED }, answers.podAdmission);
  add({ kind: 'InboundPolicies', istioNamespace: 'istio-system' }, answers.inboundPolicies);
  each(answers.trials, (target, answer) => {
    add({ kind: 'Trial', target, question: { action: TRIED, circumstances: '' } }, answer);
  });
  each(answers.configMaps, (name, answer) => {
    add({ kind: 'ConfigMap', name }, answer);
  });
  each(answers.injectorConfigMaps, (name, answer) => {
    add({ kind: 'InjectorConfigMap', namespace: 'istio-system', name }, answer);
  });
  each(answers.secrets, (name, answer) => {
    add({ kind: 'Secret', name }, answer);
  });
  each(answers.secretTypes, (name, answer) => {
    add({ kind: 'SecretType', name }, answer);
  });
  each(answers.services, (key, answer) => {
    const [namespace = '', name = ''] = key.split('/');
    if (name === '*') add({ kind: 'AnyService', namespace }, answer);
    else add({ kind: 'Service', namespace, name }, answer);
  });
  const pods = new Map(itemsOf(answers.pods).map((pod) => [pod.metadata.name, pod]));
  each(answers.prometheus, (name, answer) => {
    const pod = pods.get(name);
    const container = pod?.spec.containers.find((candidate) => candidate.name === 'prometheus');
    const result = pod && container && endpointOf(pod, container);
    if (result?.kind !== 'endpoint') return;
    const { endpoint } = result;
    add({ kind: 'Prometheus', endpoint }, answer);
    // A Prometheus that answers has metrics, too.
    add({ kind: 'FailedPools', endpoint }, { count: answers.failedPools?.[name] });
  });
  each(answers.proxyAgents, (name, answer) => {
    const url = `http://${hostOf(pods.get(name)?.status?.podIP ?? '')}:15020/metrics`;
    add({ kind: 'ProxyAgent', endpoint: { pod: name, url } }, answer);
  });
  return made;
}

function each<T>(
  answers: Readonly<Record<string, T>> | undefined,
  use: (key: string, answer: T) => void,
): void {
  for (const [key, answer] of Object.entries(answers ?? {})) use(key, answer);
}
