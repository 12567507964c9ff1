// What would get a pod injected that is not: small changes of namespace, spec or template are tried out in order, and the
// first that works is told. An advice that was not evaluated is never given. Pure.
import type { Labels } from '../api/kubernetes.ts';
import { injectionOf, type InjectionInput } from './injection.ts';
import { INJECT, podWish } from './injection-policy.ts';

interface Change {
  /** What a person has to do; empty for nothing. */
  readonly sentence: string;
  readonly labels: Labels;
}

const REVISION = 'istio.io/rev';
const INJECTION = 'istio-injection';

/** One sentence, or `undefined` where no small change would help. */
export function injectionAdvice(input: InjectionInput): string | undefined {
  const wish = podWish(input.namespace, input.template);
  // A label that says false is a label like the others: whether changing it is enough is tried out.
  if (wish.kind === 'Refused' && input.template.metadata?.labels?.[INJECT] !== 'false') return wish.fix;
  const revisions = revisionsOf(input);
  for (const namespace of namespaceChanges(input, revisions)) {
    for (const template of templateChanges(input, revisions)) {
      const { metadata, spec } = input.template;
      const changed = { metadata: { ...metadata, labels: template.labels }, spec };
      const { injected } = injectionOf({ ...input, namespaceLabels: namespace.labels, template: changed });
      if (injected !== 'True') continue;
      return [namespace.sentence, template.sentence].filter((sentence) => sentence !== '').join(' and ');
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
): readonly Change[] {
  const standing = [INJECTION, REVISION].filter((key) => namespaceLabels[key] !== undefined);
  const taken = standing.length === 2 ? [[INJECTION], [REVISION], standing] : [standing];
  const text = (key: string): string => `${key} (now ${namespaceLabels[key] ?? ''})`;
  return [
    { sentence: '', labels: namespaceLabels },
    ...taken
      .filter((keys) => keys.length > 0)
      .map((keys) => ({
        sentence: `remove label ${keys.map(text).join(' and ')} from Namespace/${namespace}`,
        labels: without(namespaceLabels, keys),
      })),
    ...['default', ...revisions].map((revision) => ({
      sentence:
        revision === 'default'
          ? `set label ${INJECTION}=enabled on Namespace/${namespace}`
          : `set label ${REVISION}=${revision} on Namespace/${namespace}`,
      labels: {
        ...without(namespaceLabels, standing),
        ...(revision === 'default' ? { [INJECTION]: 'enabled' } : { [REVISION]: revision }),
      },
    })),
  ];
}

function templateChanges({ template }: InjectionInput, revisions: readonly string[]): readonly Change[] {
  const labels = template.metadata?.labels ?? {};
  const wished = { ...without(labels, [REVISION]), [INJECT]: 'true' };
  const says = labels[INJECT];
  return [
    { sentence: '', labels },
    ...(says === undefined || says === 'true'
      ? []
      : [
          {
            sentence: `set label ${INJECT} of the pod template to "true"`,
            labels: { ...labels, [INJECT]: 'true' },
          },
        ]),
    ...(labels[REVISION] === undefined
      ? []
      : [{ sentence: 'leave spec.istio.revision empty', labels: wished }]),
    ...revisions.map((revision) => ({
      sentence: `set spec.istio.revision to ${revision}`,
      labels: { ...without(labels, [INJECT]), [REVISION]: revision },
    })),
  ];
}

function without(labels: Labels, keys: readonly string[]): Labels {
  return Object.fromEntries(Object.entries(labels).filter(([key]) => !keys.includes(key)));
}
