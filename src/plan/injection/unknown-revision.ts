// A revision or tag that a label asks for and no webhook serves: said together with those that there are.
import { REVISION } from '../../api/istio-names.ts';
import type { Labels } from '../../api/kubernetes.ts';
import { nearestNames } from '../model/nearest.ts';

const REVISIONS_SHOWN = 5;

interface Served {
  readonly revision: string;
  readonly tag: string | undefined;
}

/** A sentence where the label `istio.io/rev` of the namespace or of the pods names what nobody serves. */
export function unknownRevision(
  injectors: readonly Served[],
  labelled: readonly (Labels | undefined)[],
): string | undefined {
  const served = servedRevisions(injectors);
  const asked = labelled
    .map((labels) => labels?.[REVISION])
    .find((each) => each !== undefined && each !== '' && !served.has(each));
  if (asked === undefined) return undefined;
  const names = nearestNames(asked, [...served.keys()]);
  const shown = names.slice(0, REVISIONS_SHOWN).map((name) => served.get(name) ?? name);
  const more = names.length > REVISIONS_SHOWN ? [`${names.length - REVISIONS_SHOWN} more`] : [];
  return `Istio has no revision or tag ${asked} there; it has ${[...shown, ...more].join(', ')}`;
}

/** By the value of the label that asks for it, in words. */
function servedRevisions(injectors: readonly Served[]): ReadonlyMap<string, string> {
  const named = injectors.map(({ revision, tag }): readonly [string, string] => {
    if (tag !== undefined) return [tag, `${tag} (a tag of ${revision})`];
    return [revision, revision === 'default' ? 'the default one (spec.istio.revision empty)' : revision];
  });
  return new Map(named);
}
