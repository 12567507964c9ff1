// Gives a scalar of proxy.istio.io/config another word, in the quotes that it has.
import { SCALAR_STYLE } from 'js-yaml';
import type { Splice } from '../text/splice.ts';
import type { NodeId, Tree } from '../text/yaml/tree.ts';
import { scalarOf } from '../text/yaml/tree.ts';

/** A word as a YAML scalar: plain where every YAML reader takes it as this string, else double-quoted. */
export function renderWord(word: string, forceQuotes = false): string {
  const plain = /^(?:true|\/[\w./-]*)$/.test(word);
  return plain && !forceQuotes ? word : JSON.stringify(word);
}

/** Candidates for the edit, best first; none for empty values, block scalars and what is no scalar. */
export function setScalar(tree: Tree, node: NodeId, word: string): readonly Splice[] {
  return setScalarTo(tree, node, { word, plain: renderWord(word) });
}

/** The same where the plain spelling is known: `off` is a boolean only without quotes. */
export function setScalarTo(
  tree: Tree,
  node: NodeId,
  { word, plain }: { readonly word: string; readonly plain: string },
): readonly Splice[] {
  const scalar = scalarOf(tree, node);
  if (scalar === undefined || scalar.valueStart < 0) return [];
  const span = { start: scalar.valueStart, end: scalar.valueEnd };
  switch (scalar.style) {
    case SCALAR_STYLE.PLAIN:
      return [{ ...span, text: plain }];
    case SCALAR_STYLE.SINGLE_QUOTED:
      return [{ ...span, text: word.replaceAll("'", "''") }];
    case SCALAR_STYLE.DOUBLE_QUOTED:
      return [{ ...span, text: JSON.stringify(word).slice(1, -1) }];
    case SCALAR_STYLE.LITERAL_BLOCK:
    case SCALAR_STYLE.FOLDED_BLOCK:
      return [];
  }
}
