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

/** The smallest change that helps, or `undefined` where none of the known ones would. */
export function injectionAdvice(input: InjectionInput): Advice | undefined {
  const revisions = revisionsOf(input);
  for (const namespace of namespaceChanges(input, revisions)) {
    for (const { sentences, template } of templateChanges(input.template, revisions)) {
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

function templateChanges(given: PodTemplate, revisions: readonly string[]): readonly TemplateChange[] {
  const { labels = {}, annotations = {} } = given.metadata ?? {};
  const { hostNetwork, ...spec } = given.spec;
  // istiod never injects with it, whatever else is changed.
  const first = hostNetwork === true ? ['take hostNetwork out of the pod template'] : [];
  const change = (sentence: string, metadata: NonNullable<PodTemplate['metadata']>): TemplateChange => ({
    sentences: sentence === '' ? first : [...first, sentence],
    template: { metadata: { labels, annotations, ...metadata }, spec },
  });
  const asked = labels[INJECT] ?? annotations[INJECT];
  const where = labels[INJECT] === undefined ? 'annotations' : 'labels';
  const noun = where === 'labels' ? 'label' : 'annotation';
  return [
    change('', {}),
    ...(asked === undefined || asked === 'true'
      ? []
      : [
          change(`set ${noun} ${INJECT} of the pod template to "true"`, {
            [where]: { ...(where === 'labels' ? labels : annotations), [INJECT]: 'true' },
          }),
        ]),
    ...(labels[REVISION] === undefined
      ? []
      : [
          change('leave spec.istio.revision empty', {
            labels: { ...without(labels, [REVISION]), [INJECT]: 'true' },
          }),
        ]),
    // What meshscrape writes then: no label but this one, and the annotation.
    ...revisions.map((revision) =>
      change(`set spec.istio.revision to ${revision}`, {
        labels: { ...without(labels, [INJECT]), [REVISION]: revision },
        annotations: { ...annotations, [INJECT]: 'true' },
      }),
    ),
  ];
}

function without(labels: Labels, keys: readonly string[]): Labels {
  return Object.fromEntries(Object.entries(labels).filter(([key]) => !keys.includes(key)));
}
