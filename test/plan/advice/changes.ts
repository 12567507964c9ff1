// What a person does who follows an advice, as a change of one object of a snapshot.
import type {
  ConfigMap,
  KubernetesObject,
  Labels,
  Pod,
  PodTemplate,
  StatefulSet,
} from '../../../src/api/kubernetes.ts';
import type { PrometheusIstioScrapeSpec } from '../../../src/api/prometheus-istio-scrape.gen.ts';
import type { PrometheusIstioScrape } from '../../../src/api/resource.ts';
import { mapObserved, type Observed } from '../../../src/plan/model/observed.ts';
import {
  answerTo,
  withAnswer,
  type NeedKind,
  type NeedOf,
  type Reads,
} from '../../../src/plan/model/reads.ts';
import type { Snapshot } from '../../../src/plan/model/snapshot.ts';
import { present } from '../../support/answers.ts';
import { podOf, type PodOptions } from '../../support/pod.ts';
import { NAMESPACE } from '../../support/scrape.ts';

export interface Change {
  /** The objects that the advice names: `StatefulSet/prometheus`. Nearly always one. */
  readonly of: readonly string[];
  readonly make: (seen: Snapshot) => Snapshot;
  /** What the cluster does by itself after it, such as a rollout. */
  readonly then?: (seen: Snapshot) => Snapshot;
}

export type Edit<T> = (given: T) => T;

/** `spec` of the resource itself. */
export function resource(edit: (spec: PrometheusIstioScrapeSpec) => object): Change {
  const change = (each: PrometheusIstioScrape): PrometheusIstioScrape => ({
    ...each,
    metadata: { ...each.metadata, generation: (each.metadata.generation ?? 0) + 1 },
    spec: { ...each.spec, ...edit(each.spec) },
  });
  return {
    of: ['PrometheusIstioScrape/prometheus'],
    make: (seen) => ({
      ...seen,
      resource: change(seen.resource),
      resources: seen.resources.map((each) => (sameName(each, seen.resource) ? change(each) : each)),
    }),
  };
}

/** The pod template of the workload; with `pods` they are made anew from it. */
export function template(edit: Edit<PodTemplate>, pods?: PodOptions): Change {
  return workload((spec) => ({ ...spec, template: edit(spec.template) }), pods);
}

/** `spec` of the workload. */
export function workload(edit: Edit<StatefulSet['spec']>, pods?: PodOptions): Change {
  const change = (each: StatefulSet): StatefulSet => ({
    ...each,
    metadata: { ...each.metadata, generation: (each.metadata.generation ?? 0) + 1 },
    spec: edit(each.spec),
  });
  return {
    of: ['StatefulSet/prometheus'],
    make: (seen) => ({
      ...seen,
      workload: mapObserved(seen.workload, change),
      workloads: seen.workloads.map((each) => (each.metadata.name === 'prometheus' ? change(each) : each)),
    }),
    ...(pods === undefined ? {} : { then: (seen) => rolledOut(seen, pods) }),
  };
}

/** Its controller has seen the template and replaced the pods. */
function rolledOut(seen: Snapshot, options: PodOptions): Snapshot {
  if (seen.workload.kind !== 'present') return seen;
  const { value } = seen.workload;
  const status = { ...value.status, observedGeneration: value.metadata.generation ?? 0 };
  const pods = present([podOf({ ...value, status }, options)]);
  const reads = withAnswer(seen.reads, { kind: 'Pods' }, pods);
  return {
    ...seen,
    workload: present({ ...value, status }),
    reads: withAnswer(reads, { kind: 'PodsOfNamespace' }, pods),
  };
}

/** One container of the template. */
export function container(
  name: string,
  edit: Edit<PodTemplate['spec']['containers'][number]>,
): Edit<PodTemplate> {
  return (given) => ({
    ...given,
    spec: {
      ...given.spec,
      containers: given.spec.containers.map((each) => (each.name === name ? edit(each) : each)),
    },
  });
}

/** Annotations of the template; `undefined` takes one out. */
export function annotations(changed: Readonly<Record<string, string | undefined>>): Edit<PodTemplate> {
  return ({ metadata, ...rest }) => ({
    ...rest,
    metadata: { ...metadata, annotations: laidOver(metadata?.annotations, changed) },
  });
}

/** Labels of the template. */
export function labels(changed: Readonly<Record<string, string | undefined>>): Edit<PodTemplate> {
  return ({ metadata, ...rest }) => ({
    ...rest,
    metadata: { ...metadata, labels: laidOver(metadata?.labels, changed) },
  });
}

/** The text of prometheus.yaml. */
export function prometheusYaml(edit: Edit<string>): Change {
  return configMapOf('prometheus', ({ data = {}, ...rest }) => ({
    ...rest,
    data: { ...data, 'prometheus.yaml': edit(data['prometheus.yaml'] ?? '') },
  }));
}

/** A ConfigMap of the resource's namespace that exists. */
export function configMapOf(name: string, edit: Edit<ConfigMap>): Change {
  return answer([`ConfigMap/${name}`], { kind: 'ConfigMap', name }, (seen) => mapObserved(seen, edit));
}

/** A ConfigMap that somebody creates. */
export function newConfigMap(name: string, made: ConfigMap): Change {
  return answer([`ConfigMap/${name}`], { kind: 'ConfigMap', name }, () => present(made));
}

/** Labels of the resource's namespace. */
export function namespace(changed: Readonly<Record<string, string | undefined>>): Change {
  const labels = answer([`Namespace/${NAMESPACE}`], { kind: 'NamespaceLabels' }, (seen) =>
    mapObserved(seen, (given: Labels) => laidOver(given, changed)),
  );
  const relabelled = (object: KubernetesObject): KubernetesObject => ({
    ...object,
    metadata: { ...object.metadata, labels: laidOver(object.metadata.labels, changed) },
  });
  return {
    ...labels,
    make: (seen) => {
      const own = answerTo(seen.reads, { kind: 'OwnNamespace' });
      const made = labels.make(seen);
      if (own === undefined) return made;
      const whole = mapObserved(own, relabelled);
      return { ...made, reads: withAnswer(made.reads, { kind: 'OwnNamespace' }, whole) };
    },
  };
}

/** What was asked for of another object. */
export function answer<K extends NeedKind>(
  of: readonly string[],
  need: NeedOf<K>,
  edit: (seen: Answer<K>) => Answer<K>,
): Change {
  return {
    of,
    make: (seen) => {
      const given = answerTo(seen.reads, need);
      if (given === undefined) throw new Error(`the world has no answer to ${need.kind}`);
      return { ...seen, reads: withAnswer(seen.reads, need, edit(given)) };
    },
  };
}

type Answer<K extends NeedKind> = NonNullable<ReturnType<typeof answerTo<K>>>;

/** Another object of the namespace, by its list in the caches; `undefined` deletes it. */
export function policy(
  list: 'sidecars' | 'peerAuthentications',
  name: string,
  edit: (object: KubernetesObject) => KubernetesObject | undefined,
): Change {
  const kind = list === 'sidecars' ? 'Sidecar' : 'PeerAuthentication';
  const change = (all: readonly KubernetesObject[]): readonly KubernetesObject[] =>
    all.flatMap((each) => (each.metadata.name === name ? (edit(each) ?? []) : [each]));
  return {
    of: [`${kind}/${name}`],
    make: (seen) => ({
      ...seen,
      [list]: mapObserved(seen[list] as Observed<readonly KubernetesObject[]>, change),
    }),
  };
}

/** Pods as they are after somebody has deleted them. */
export function podsAre(of: readonly string[], pods: readonly Pod[]): Change {
  return {
    of,
    make: (seen) => {
      const reads = withAnswer(seen.reads, { kind: 'Pods' }, present(pods));
      return { ...seen, reads: withAnswer(reads, { kind: 'PodsOfNamespace' }, present(pods)) };
    },
  };
}

/** The change, and what is read that nobody had asked for before it. */
export function seeing(change: Change, answers: Edit<Reads>): Change {
  return { ...change, then: (seen) => ({ ...seen, reads: answers(seen.reads) }) };
}

/** Two changes that one advice asks for together. */
export function both(first: Change, second: Change): Change {
  return {
    of: [...first.of, ...second.of],
    make: (seen) => second.make(first.make(seen)),
    then: (seen) => second.then?.(first.then?.(seen) ?? seen) ?? first.then?.(seen) ?? seen,
  };
}

function laidOver(
  given: Readonly<Record<string, string>> | undefined,
  changed: Readonly<Record<string, string | undefined>>,
): Record<string, string> {
  const all: Readonly<Record<string, string | undefined>> = { ...given, ...changed };
  return Object.fromEntries(
    Object.entries(all).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])),
  );
}

function sameName(a: KubernetesObject, b: KubernetesObject): boolean {
  return a.metadata.name === b.metadata.name;
}
