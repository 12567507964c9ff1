// What would get a pod injected that is not: small changes of namespace, spec and template are tried out in order, and the
// first that works is the advice. One that was not evaluated is never given.
import { INJECT, NAMESPACE_INJECTION, REVISION } from '../../api/istio-names.ts';
import type { Labels, PodTemplate } from '../../api/kubernetes.ts';
import { injectionOf, type InjectionInput } from './injection.ts';

export interface Advice {
  /** What a person has to do. */
  readonly sentence: string;
  /** With these the pods are injected. */
  readonly namespaceLabels: Labels;
  readonly template: PodTemplate;
}

interface NamespaceChange {
  readonly sentences: readonly string[];
  readonly labels: Labels;
}

interface TemplateChange {
  readonly sentences: readonly string[];
  readonly template: PodTemplate;
}

/**
 * The smallest change that helps, or `undefined` where none of the known ones would. `isOurs`: spec decides which labels the
 * template has.
 */
export function injectionAdvice(input: InjectionInput, isOurs: boolean): Advice | undefined {
  const revisions = revisionsOf(input);
  for (const namespace of namespaceChanges(input, revisions)) {
    for (const { sentences, template } of templateChanges({ ...input, revisions, isOurs })) {
      const { labels: namespaceLabels } = namespace;
      if (injectionOf({ ...input, namespaceLabels, template }).injected !== 'True') continue;
      const sentence = [...namespace.sentences, ...sentences].join(' and ');
      return { sentence, namespaceLabels, template };
    }
  }
  return undefined;
}

/** Every revision and tag but the default one that some webhook takes pods of. */
function revisionsOf({ injectors }: InjectionInput): readonly string[] {
  const values = injectors.flatMap(({ webhook: { objectSelector } }) =>
    (objectSelector?.matchExpressions ?? [])
      .filter(({ key, operator }) => key === REVISION && operator === 'In')
      .flatMap(({ values: each = [] }) => each),
  );
  // An empty spec.istio.revision means the default one.
  return [...new Set(values)].filter((value) => value !== 'default').toSorted();
}

function namespaceChanges(
  { namespace, namespaceLabels }: InjectionInput,
  revisions: readonly string[],
): readonly NamespaceChange[] {
  const both = [NAMESPACE_INJECTION, REVISION];
  const named = (key: string): string => `${key} (now ${namespaceLabels[key] ?? ''})`;
  const set = (key: string, value: string): NamespaceChange => ({
    sentences: [`set label ${key}=${value} on Namespace/${namespace}`],
    labels: { ...without(namespaceLabels, both), [key]: value },
  });
  return [
    { sentences: [], labels: namespaceLabels },
    // To remove a label that is not there changes nothing, so it is never the first that helps.
    ...[[NAMESPACE_INJECTION], [REVISION], both].map((keys) => ({
      sentences: [`remove label ${keys.map(named).join(' and ')} from Namespace/${namespace}`],
      labels: without(namespaceLabels, keys),
    })),
    set(NAMESPACE_INJECTION, 'enabled'),
    ...revisions.map((revision) => set(REVISION, revision)),
  ];
}

interface Given {
  readonly template: PodTemplate;
  readonly revisions: readonly string[];
  readonly isOurs: boolean;
}

function templateChanges({ template: given, revisions, isOurs }: Given): readonly TemplateChange[] {
  const { labels = {}, annotations = {} } = given.metadata ?? {};
  const { hostNetwork, ...spec } = given.spec;
  // istiod never injects with it, whatever else is changed.
  const first = hostNetwork === true ? ['take hostNetwork out of the pod template'] : [];
  const change: Make = (sentence, metadata) => ({
    sentences: sentence === '' ? first : [...first, sentence],
    template: { metadata: { labels, annotations, ...metadata }, spec },
  });
  const metadata = { labels, annotations };
  const bySpec = isOurs ? specChanges(metadata, revisions, change) : [];
  const byOwner = isOurs ? [] : revisionChanges(metadata, revisions, change);
  return [change('', {}), ...bySpec, ...askingChanges(metadata, change), ...byOwner];
}

interface Metadata {
  readonly labels: Labels;
  readonly annotations: Labels;
}

type Make = (sentence: string, metadata: Partial<Metadata>) => TemplateChange;

/** What meshscrape writes once spec says so. */
function specChanges(
  { labels, annotations }: Metadata,
  revisions: readonly string[],
  change: Make,
): readonly TemplateChange[] {
  const empty = change('leave spec.istio.revision empty', { labels: asking(without(labels, [REVISION])) });
  return [
    ...(labels[REVISION] === undefined ? [] : [empty]),
    // No label but this one, and the annotation.
    ...revisions.map((revision) =>
      change(`set spec.istio.revision to ${revision}`, {
        labels: { ...without(labels, [INJECT]), [REVISION]: revision },
        annotations: asking(annotations),
      }),
    ),
  ];
}

function askingChanges({ labels, annotations }: Metadata, change: Make): readonly TemplateChange[] {
  const says = annotations[INJECT] ?? 'true';
  const annotation = change(`set annotation ${INJECT} of the pod template to "true"`, {
    annotations: asking(annotations),
  });
  const label = change(`set label ${INJECT} of the pod template to "true"`, { labels: asking(labels) });
  return [
    // Beside a label nobody reads it.
    ...(labels[INJECT] === undefined && says !== 'true' ? [annotation] : []),
    ...(labels[INJECT] === 'true' ? [] : [label]),
  ];
}

function revisionChanges(
  { labels }: Metadata,
  revisions: readonly string[],
  change: Make,
): readonly TemplateChange[] {
  const others = without(labels, [REVISION]);
  return [
    ...(labels[REVISION] === undefined
      ? []
      : [change(`remove label ${REVISION} from the pod template`, { labels: others })]),
    ...revisions.map((revision) =>
      change(`set label ${REVISION}=${revision} on the pod template`, {
        labels: { ...others, [REVISION]: revision },
      }),
    ),
  ];
}

function asking(map: Labels): Labels {
  return { ...map, [INJECT]: 'true' };
}

function without(labels: Labels, keys: readonly string[]): Labels {
  return Object.fromEntries(Object.entries(labels).filter(([key]) => !keys.includes(key)));
}
