// Merges our two fields into the annotation proxy.istio.io/config. Every foreign byte and field stays, which is proven on
// the result before it is given out; where that cannot be, it is refused.
import type { AnnotationEdit, Refused, ReplacedValue } from '../text/annotation-editor.ts';
import { refuseAt } from '../text/annotation-editor.ts';
import { isMap } from '../text/json/json-map.ts';
import type { Splice } from '../text/splice.ts';
import { writtenStart } from '../text/yaml/span.ts';
import type { NodeId, Tree } from '../text/yaml/tree.ts';
import { NONE, entriesOf, isFlow } from '../text/yaml/tree.ts';
import { addBelow, addToRoot, renderDocument } from './add-entry.ts';
import { applyFirstProven } from './check.ts';
import type { ConfigDocument } from './document.ts';
import { inspectProxyConfig, wordOf } from './document.ts';
import type { DesiredProxyConfig, ProxyConfigPath } from './fields.ts';
import { HOLD_KEYS, METADATA_KEYS, OUTPUT_CERTS, fieldOf, fieldsOf, misspeltKeys } from './fields.ts';
import { NOT_A_BOOLEAN, isBooleanOrNull, isTextOrNull, notAString } from './read.ts';
import { setScalar } from './set-scalar.ts';

/** A whole new text with our fields only. */
export function freshProxyConfig({ outputDirectory }: DesiredProxyConfig): string {
  return renderDocument([
    { key: METADATA_KEYS[0], value: { key: OUTPUT_CERTS, value: outputDirectory } },
    { key: HOLD_KEYS[0], value: 'true' },
  ]);
}

/**
 * The text, which is not blank, with `proxyMetadata.OUTPUT_CERTS` and `holdApplicationUntilProxyStarts: true` in it:
 * only the two scalars, or the lines of new ones, differ.
 */
export function mergeProxyConfig(text: string, desired: DesiredProxyConfig): AnnotationEdit {
  const document = inspectProxyConfig(text);
  if (document.kind === 'refused') return document;
  const invalid = refuseInvalidValues(document);
  if (invalid !== undefined) return invalid;
  const { outputCerts, hold } = fieldsOf(document.value);
  if (outputCerts === desired.outputDirectory && hold === true) return { kind: 'unchanged', text };
  const misspelt = refuseMisspelt(document);
  if (misspelt !== undefined) return misspelt;
  const fields = [outputCertsField(desired), holdField()];
  // In flow style a new entry goes in front; withdrawing takes a proxyMetadata that is the first for ours.
  if (document.root !== NONE && isFlow(document.tree, document.root)) fields.reverse();
  return fields.reduce<AnnotationEdit>((merged, field) => mergeField(merged, field), {
    kind: 'unchanged',
    text,
  });
}

/** One of our two fields: what it should be and how it comes into a document that lacks it. */
interface DesiredField {
  readonly path: ProxyConfigPath;
  readonly name: 'outputCerts' | 'hold';
  readonly value: string | true;
  readonly add: (document: ConfigDocument) => readonly Splice[];
}

function outputCertsField({ outputDirectory }: DesiredProxyConfig): DesiredField {
  const entry = { key: OUTPUT_CERTS, value: outputDirectory };
  return {
    path: 'proxyMetadata.OUTPUT_CERTS',
    name: 'outputCerts',
    value: outputDirectory,
    add: ({ tree, root, metadata }) =>
      metadata === undefined
        ? addToRoot(tree, root, { key: METADATA_KEYS[0], value: entry })
        : addBelow(tree, metadata, entry),
  };
}

function holdField(): DesiredField {
  return {
    path: 'holdApplicationUntilProxyStarts',
    name: 'hold',
    value: true,
    add: ({ tree, root }) => addToRoot(tree, root, { key: HOLD_KEYS[0], value: 'true' }),
  };
}

function mergeField(merged: AnnotationEdit, field: DesiredField): AnnotationEdit {
  if (merged.kind === 'refused') return merged;
  const document = inspectProxyConfig(merged.text);
  if (document.kind === 'refused') return document;
  const fields = fieldsOf(document.value);
  if (fields[field.name] === field.value) return merged;
  const { tree, root } = document;
  const present = document[field.name];
  const word = String(field.value);
  const candidates = present === undefined ? field.add(document) : setScalar(tree, present.value, word);
  const after = applyFirstProven(merged.text, candidates, { ...fields, [field.name]: field.value });
  if (after === undefined) return refuseEdit(tree, present?.key ?? root, `${field.path}: ${word}`);
  const replaced: ReplacedValue[] = merged.kind === 'changed' ? [...merged.replaced] : [];
  const from = present === undefined ? undefined : wordOf(tree, present.value);
  if (from !== undefined) replaced.push({ path: field.path, from, to: word });
  return { kind: 'changed', text: after, replaced };
}

function refuseEdit(tree: Tree, at: NodeId, line: string): Refused {
  const why = `no edit here would leave everything else as it is: write ${line} by hand`;
  return refuseAt(tree.source, at === NONE ? 0 : writtenStart(tree, at), why);
}

function refuseInvalidValues({ tree, value, hold, metadata }: ConfigDocument): Refused | undefined {
  const values = fieldOf(value, METADATA_KEYS);
  if (isMap(values)) {
    // For our own field a null is no value that could be kept or replaced.
    const wrong = Object.keys(values).find(
      (key) => !isTextOrNull(values[key]) || (key === OUTPUT_CERTS && values[key] === null),
    );
    if (wrong !== undefined)
      return refuseAt(tree.source, keyOffset(tree, metadata?.value ?? NONE, wrong), notAString(wrong));
  }
  if (isBooleanOrNull(fieldsOf(value).hold)) return undefined;
  return refuseAt(tree.source, hold === undefined ? 0 : writtenStart(tree, hold.key), NOT_A_BOOLEAN);
}

function refuseMisspelt({ tree, value, root }: ConfigDocument): Refused | undefined {
  const [key] = misspeltKeys(value);
  if (key === undefined) return undefined;
  const meant = key.toLowerCase().startsWith('proxy') ? METADATA_KEYS[0] : HOLD_KEYS[0];
  const why = `${key} is a name that Istio ignores in silence: spell it ${meant}`;
  return refuseAt(tree.source, keyOffset(tree, root, key), why);
}

function keyOffset(tree: Tree, mapping: NodeId, name: string): number {
  if (mapping === NONE) return 0;
  const entry = entriesOf(tree, mapping).find(({ key }) => wordOf(tree, key) === name);
  return writtenStart(tree, entry?.key ?? mapping);
}
