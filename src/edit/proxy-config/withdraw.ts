// Takes our two fields out of the annotation proxy.istio.io/config again, where they hold our values. What somebody wrote
// since stays, byte for byte, or it is refused.
import type { AnnotationEdit, Refused } from '../text/annotation-editor.ts';
import { changeTo, refuseAt } from '../text/annotation-editor.ts';
import type { Splice } from '../text/splice.ts';
import { writtenStart } from '../text/yaml/span.ts';
import type { Entry } from '../text/yaml/tree.ts';
import { entriesOf } from '../text/yaml/tree.ts';
import { applyFirstProven } from './check.ts';
import type { ConfigDocument } from './document.ts';
import { inspectProxyConfig, wordOf } from './document.ts';
import type { ConfigFields, DesiredProxyConfig } from './fields.ts';
import { fieldsOf } from './fields.ts';
import { removeEntry, removeSole } from './remove-entry.ts';
import { setScalar, setScalarTo } from './set-scalar.ts';

/**
 * The text, which is not blank, without our fields. One that holds another value than ours is left; a proxyMetadata that
 * gets empty goes too. Without `original`, a field that had our value before we came is taken out as well.
 */
export function withdrawProxyConfig(
  text: string,
  desired: DesiredProxyConfig,
  original: string | undefined,
): AnnotationEdit<string | undefined> {
  const before = inspectProxyConfig(original ?? '');
  const originals = before.kind === 'refused' ? undefined : before;
  const certs = withdrawOutputCerts(text, desired, originals);
  if (certs.kind === 'refused') return certs;
  const hold = withdrawHold(certs.text, originals);
  if (hold.kind === 'refused') return hold;
  if (hold.text === text) return { kind: 'unchanged', text };
  return changeTo<string | undefined>(text, hold.text.trim() === '' ? undefined : hold.text);
}

interface Edited {
  readonly kind: 'edited';
  readonly text: string;
}

function withdrawOutputCerts(
  text: string,
  desired: DesiredProxyConfig,
  originals: ConfigDocument | undefined,
): Edited | Refused {
  const document = inspectProxyConfig(text);
  if (document.kind === 'refused') return document;
  const { tree, root, metadata, outputCerts } = document;
  const fields = fieldsOf(document.value);
  if (fields.outputCerts !== desired.outputDirectory) return { kind: 'edited', text };
  if (metadata === undefined || outputCerts === undefined) return { kind: 'edited', text };
  const original = originalWord(originals, 'outputCerts');
  const isSole = entriesOf(tree, metadata.value).length === 1;
  const candidates =
    original !== undefined
      ? setScalar(tree, outputCerts.value, original)
      : isSole
        ? removeSole(tree, root, { parent: metadata, entry: outputCerts })
        : removeEntry(tree, metadata.value, outputCerts);
  return edit(document, { candidates, fields: { ...fields, outputCerts: original }, entry: outputCerts });
}

function withdrawHold(text: string, originals: ConfigDocument | undefined): Edited | Refused {
  const document = inspectProxyConfig(text);
  if (document.kind === 'refused') return document;
  const { tree, root, hold } = document;
  const fields = fieldsOf(document.value);
  if (fields.hold !== true || hold === undefined) return { kind: 'edited', text };
  const original = originalWord(originals, 'hold');
  if (originals === undefined || original === undefined) {
    const candidates = removeEntry(tree, root, hold);
    return edit(document, { candidates, fields: { ...fields, hold: undefined }, entry: hold });
  }
  const candidates = setScalarTo(tree, hold.value, { word: original, plain: original });
  const expected = { ...fields, hold: fieldsOf(originals.value).hold };
  return edit(document, { candidates, fields: expected, entry: hold });
}

interface Withdrawal {
  readonly candidates: readonly Splice[];
  readonly fields: ConfigFields;
  readonly entry: Entry;
}

function edit({ tree }: ConfigDocument, { candidates, fields, entry }: Withdrawal): Edited | Refused {
  const text = applyFirstProven(tree.source, candidates, fields);
  if (text !== undefined) return { kind: 'edited', text };
  const name = wordOf(tree, entry.key) ?? '';
  const why = `${name} cannot go without a change to what is beside it: take it out by hand`;
  return refuseAt(tree.source, writtenStart(tree, entry.key), why);
}

function originalWord(
  originals: ConfigDocument | undefined,
  field: 'outputCerts' | 'hold',
): string | undefined {
  const entry = originals?.[field];
  return originals === undefined || entry === undefined ? undefined : wordOf(originals.tree, entry.value);
}
