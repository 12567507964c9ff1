// Merges our two leaves into the pod annotation proxy.istio.io/config, and reads them as Istio does. Text → text, pure.
// Every foreign byte and leaf stays, checked on the result before it is given out; where that cannot be, it refuses.
import { isMap } from '../text/json/json-map.ts';
import type { Entry, NodeId, Tree } from '../text/yaml/tree.ts';
import { NONE, entriesOf, isFlow } from '../text/yaml/tree.ts';
import { writtenStart } from '../text/yaml/span.ts';
import { addBelow, addToRoot, renderDocument } from './add-entry.ts';
import { applyFirstProven } from './check.ts';
import type { ConfigDocument } from './document.ts';
import { inspectProxyConfig, wordOf } from './document.ts';
import { HOLD_KEYS, METADATA_KEYS, OUTPUT_CERTS, fieldOf, fieldsOf, misspeltKeys } from './fields.ts';
import type { Refused } from './load-as-go.ts';
import { loadAsGo, refuseAt } from './load-as-go.ts';
import { setScalar } from './set-scalar.ts';

type ProxyConfigPath = 'proxyMetadata.OUTPUT_CERTS' | 'holdApplicationUntilProxyStarts';

/** A value that somebody else had set. `from` is the scalar as written, without its quotes. */
interface ReplacedProxyConfigValue {
  readonly path: ProxyConfigPath;
  readonly from: string;
  readonly to: string;
}

export interface MergeProxyConfig {
  /** Absolute directory inside the proxy. */
  readonly outputDirectory: string;
}

export type MergedProxyConfig =
  | { readonly kind: 'unchanged'; readonly text: string }
  | { readonly kind: 'merged'; readonly text: string; readonly replaced: readonly ReplacedProxyConfigValue[] }
  | Refused;

export type ProxyConfigReading =
  | {
      readonly kind: 'read';
      readonly outputCerts: string | undefined;
      readonly holdApplicationUntilProxyStarts: boolean | undefined;
      readonly disableEnvoy: string | undefined;
      /** All of proxyMetadata; a null value reads as an empty text, as in Istio. */
      readonly proxyMetadata: Readonly<Record<string, string>>;
      /** Misspelt names that Istio ignores in silence. */
      readonly ignoredKeys: readonly string[];
    }
  | { readonly kind: 'unreadable'; readonly reason: string };

/**
 * The annotation with `proxyMetadata.OUTPUT_CERTS` and `holdApplicationUntilProxyStarts: true` in it.
 * Absent and blank texts give a fresh document. Only the two scalars or the lines of new ones differ from `text`.
 */
export function mergeProxyConfig(text: string | undefined, want: MergeProxyConfig): MergedProxyConfig {
  if (text === undefined || text.trim() === '')
    return { kind: 'merged', text: freshText(want), replaced: [] };
  const document = inspectProxyConfig(text);
  if (document.kind === 'refused') return document;
  const invalid = refuseInvalidValues(document);
  if (invalid !== undefined) return invalid;
  const { outputCerts, hold } = fieldsOf(document.value);
  if (outputCerts === want.outputDirectory && hold === true) return { kind: 'unchanged', text };
  const misspelt = refuseMisspelt(document);
  if (misspelt !== undefined) return misspelt;
  const fields = [outputCertsField(want), holdField()];
  // In flow style a new entry goes in front; withdrawing takes a proxyMetadata that is the first for ours.
  if (document.root !== NONE && isFlow(document.tree, document.root)) fields.reverse();
  return fields.reduce<MergedProxyConfig>((merged, field) => mergeField(merged, field), {
    kind: 'unchanged',
    text,
  });
}

/** Our leaves as Istio reads them; `unreadable` where Istio would refuse the pod or read only a part of the text. */
export function readProxyConfig(text: string): ProxyConfigReading {
  const loaded = loadAsGo(text);
  if (loaded.kind === 'refused') return { kind: 'unreadable', reason: loaded.reason };
  const { value } = loaded;
  const metadata = fieldOf(value, METADATA_KEYS) ?? {};
  const { hold } = fieldsOf(value);
  if (!isMap(metadata)) return { kind: 'unreadable', reason: 'proxyMetadata is not a mapping' };
  const wrong = Object.keys(metadata).find((key) => !isTextOrNull(metadata[key]));
  if (wrong !== undefined) return { kind: 'unreadable', reason: notAString(wrong) };
  if (!isBooleanOrNull(hold)) return { kind: 'unreadable', reason: NOT_A_BOOLEAN };
  const words = Object.entries(metadata).map(
    ([key, word]) => [key, typeof word === 'string' ? word : ''] as const,
  );
  const proxyMetadata: Readonly<Record<string, string>> = Object.fromEntries(words);
  return {
    kind: 'read',
    outputCerts: proxyMetadata[OUTPUT_CERTS],
    holdApplicationUntilProxyStarts: hold ?? undefined,
    disableEnvoy: proxyMetadata['DISABLE_ENVOY'],
    proxyMetadata,
    ignoredKeys: misspeltKeys(value),
  };
}

const NOT_A_BOOLEAN =
  'holdApplicationUntilProxyStarts must be true or false without quotes, or Istio refuses the pod';

function notAString(key: string): string {
  return `proxyMetadata.${key} is not a string, for which Istio refuses the pod: put it in quotes`;
}

function freshText({ outputDirectory }: MergeProxyConfig): string {
  return renderDocument([
    { key: METADATA_KEYS[0], value: { key: OUTPUT_CERTS, value: outputDirectory } },
    { key: HOLD_KEYS[0], value: 'true' },
  ]);
}

/** One of our two leaves: what it should be and how it comes into a document that lacks it. */
interface DesiredField {
  readonly path: ProxyConfigPath;
  readonly name: 'outputCerts' | 'hold';
  readonly value: string | true;
  readonly add: (document: ConfigDocument) => ReturnType<typeof addToRoot>;
}

function outputCertsField({ outputDirectory }: MergeProxyConfig): DesiredField {
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

function mergeField(merged: MergedProxyConfig, field: DesiredField): MergedProxyConfig {
  if (merged.kind === 'refused') return merged;
  const { text } = merged;
  const document = inspectProxyConfig(text);
  if (document.kind === 'refused') return document;
  const fields = fieldsOf(document.value);
  if (fields[field.name] === field.value) return merged;
  const present = document[field.name];
  const word = String(field.value);
  const candidates =
    present === undefined ? field.add(document) : setScalar(document.tree, present.value, word);
  const after = applyFirstProven(text, candidates, { ...fields, [field.name]: field.value });
  if (after === undefined) return refuseEdit(document, present, `${field.path}: ${word}`);
  const before = merged.kind === 'merged' ? merged.replaced : [];
  const from = present === undefined ? undefined : wordOf(document.tree, present.value);
  const replaced = from === undefined ? before : [...before, { path: field.path, from, to: word }];
  return { kind: 'merged', text: after, replaced };
}

function refuseEdit({ tree, root }: ConfigDocument, present: Entry | undefined, line: string): Refused {
  const at = present?.key ?? root;
  const why = `no edit here would leave everything else as it is: write ${line} by hand`;
  return refuseAt(tree.source, at === NONE ? 0 : writtenStart(tree, at), why);
}

function refuseInvalidValues(document: ConfigDocument): Refused | undefined {
  const { tree, value, hold, metadata } = document;
  const values = fieldOf(value, METADATA_KEYS);
  if (isMap(values)) {
    const wrong = Object.keys(values).find((key) => !isTextOrNull(values[key], key));
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

/** Istio reads a null as an empty text; for our own leaf that is no value that we could keep or replace. */
function isTextOrNull(value: unknown, key?: string): value is string | null {
  return typeof value === 'string' || (value === null && key !== OUTPUT_CERTS);
}

function isBooleanOrNull(value: unknown): value is boolean | null | undefined {
  return typeof value === 'boolean' || value === null || value === undefined;
}
