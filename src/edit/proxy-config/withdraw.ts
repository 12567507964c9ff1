// Takes our two leaves out of the pod annotation proxy.istio.io/config again, where they hold our values. Text → text, pure.
// Inverse of mergeProxyConfig: what somebody wrote since stays, byte for byte, or it refuses.
import type { Splice } from '../text/splice.ts';
import { writtenStart } from '../text/yaml/span.ts';
import type { Entry } from '../text/yaml/tree.ts';
import { entriesOf } from '../text/yaml/tree.ts';
import { applyFirstProven } from './check.ts';
import type { ConfigDocument } from './document.ts';
import { inspectProxyConfig, wordOf } from './document.ts';
import { fieldsOf } from './fields.ts';
import type { Refused } from './load-as-go.ts';
import { refuseAt } from './load-as-go.ts';
import type { MergeProxyConfig } from './merge.ts';
import { mergeProxyConfig } from './merge.ts';
import { removeEntry, removeSole } from './remove-entry.ts';
import { setScalar, setScalarTo } from './set-scalar.ts';

export interface WithdrawProxyConfig extends MergeProxyConfig {
  /** The annotation before our first write, where it is known: a value that it had for a leaf of ours comes back. */
  readonly original?: string;
}

/** `withdrawn` without a text: nothing is left, the annotation should go. */
export type WithdrawnProxyConfig =
  | { readonly kind: 'unchanged'; readonly text: string | undefined }
  | { readonly kind: 'withdrawn'; readonly text: string | undefined }
  | Refused;

/**
 * The annotation without our leaves. A leaf that holds another value than ours is left; a proxyMetadata that gets
 * empty goes too. Without `original`, a leaf that had our value before we came is taken out as well.
 */
export function withdrawProxyConfig(
  text: string | undefined,
  want: WithdrawProxyConfig,
): WithdrawnProxyConfig {
  if (text === undefined || text.trim() === '') return { kind: 'unchanged', text };
  const { original } = want;
  if (original !== undefined && isMergeOf(original, text, want))
    return text === original ? { kind: 'unchanged', text } : { kind: 'withdrawn', text: original };
  const before = inspectProxyConfig(original ?? '');
  const originals = before.kind === 'refused' ? undefined : before;
  const certs = withdrawOutputCerts(text, want, originals);
  if ('reason' in certs) return certs;
  const hold = withdrawHold(certs.text, originals);
  return 'reason' in hold ? hold : withdrawn(text, hold.text);
}

interface Edited {
  readonly text: string;
}

function isMergeOf(original: string, text: string, want: MergeProxyConfig): boolean {
  const merged = mergeProxyConfig(original, want);
  return merged.kind !== 'refused' && merged.text === text;
}

function withdrawn(before: string, after: string): WithdrawnProxyConfig {
  if (before === after) return { kind: 'unchanged', text: before };
  return { kind: 'withdrawn', text: after.trim() === '' ? undefined : after };
}

function withdrawOutputCerts(
  text: string,
  want: MergeProxyConfig,
  originals: ConfigDocument | undefined,
): Edited | Refused {
  const document = inspectProxyConfig(text);
  if (document.kind === 'refused') return document;
  const { tree, root, metadata, outputCerts } = document;
  const fields = fieldsOf(document.value);
  if (fields.outputCerts !== want.outputDirectory) return { text };
  if (metadata === undefined || outputCerts === undefined) return { text };
  const original = originalWord(originals, 'outputCerts');
  const isSole = entriesOf(tree, metadata.value).length === 1;
  const candidates =
    original !== undefined
      ? setScalar(tree, outputCerts.value, original)
      : isSole
        ? removeSole(tree, root, { parent: metadata, entry: outputCerts })
        : removeEntry(tree, metadata.value, outputCerts);
  return edit(document, {
    candidates,
    fields: { ...fields, outputCerts: original },
    entry: outputCerts,
  });
}

function withdrawHold(text: string, originals: ConfigDocument | undefined): Edited | Refused {
  const document = inspectProxyConfig(text);
  if (document.kind === 'refused') return document;
  const { tree, root, hold } = document;
  const fields = fieldsOf(document.value);
  if (fields.hold !== true || hold === undefined) return { text };
  const original = originalWord(originals, 'hold');
  if (originals === undefined || original === undefined) {
    const candidates = removeEntry(tree, root, hold);
    return edit(document, { candidates, fields: { ...fields, hold: undefined }, entry: hold });
  }
  const candidates = setScalarTo(tree, hold.value, { word: original, plain: original });
  const expected = { ...fields, hold: fieldsOf(originals.value).hold };
  return edit(document, { candidates, fields: expected, entry: hold });
}

interface Edit {
  readonly candidates: readonly Splice[];
  readonly fields: ReturnType<typeof fieldsOf>;
  readonly entry: Entry;
}

function edit({ tree, text }: ConfigDocument, { candidates, fields, entry }: Edit): Edited | Refused {
  const after = applyFirstProven(text, candidates, fields);
  if (after !== undefined) return { text: after };
  const name = wordOf(tree, entry.key) ?? '';
  const why = `${name} cannot go without a change to what is beside it: take it out by hand`;
  return refuseAt(text, writtenStart(tree, entry.key), why);
}

function originalWord(
  originals: ConfigDocument | undefined,
  field: 'outputCerts' | 'hold',
): string | undefined {
  const entry = originals?.[field];
  return originals === undefined || entry === undefined ? undefined : wordOf(originals.tree, entry.value);
}
