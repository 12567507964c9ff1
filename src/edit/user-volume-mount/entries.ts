// What the pod annotations sidecar.istio.io/userVolume and userVolumeMount declare, as Istio's injection template
// reads them: a JSON object by volume name, or an array of objects with a name.
import type { Refused } from '../text/annotation-editor.ts';
import { refuseAt } from '../text/annotation-editor.ts';
import type { JsonNode, JsonObject } from '../text/json/json-nodes.ts';
import { memberOf, readJsonNodes } from '../text/json/json-nodes.ts';

export interface VolumeEntry {
  /** The name that Istio uses: a name inside the value beats the key. */
  readonly name: string;
  readonly value: JsonObject;
  /** From the key (or the brace, in an array) to behind the value. */
  readonly start: number;
  readonly end: number;
}

export interface VolumeEntries {
  readonly kind: 'entries';
  readonly root: Exclude<JsonNode, { kind: 'scalar' }>;
  readonly entries: readonly VolumeEntry[];
}

/** The entries of a text that is not blank, in its order. */
export function readVolumeEntries(text: string): VolumeEntries | Refused {
  const root = readJsonNodes(text);
  if (root.kind === 'invalid') return { kind: 'refused', reason: root.reason };
  if (root.kind === 'scalar')
    return refuseAt(text, root.start, 'it must be a JSON object by volume name, or an array of objects');
  const entries: VolumeEntry[] = [];
  for (const { key, start, value } of candidatesOf(root)) {
    if (value.kind !== 'object') return refuseAt(text, start, 'each entry must be a JSON object');
    const name = stringOf(memberOf(value, 'name')) ?? key;
    const hasOtherName =
      memberOf(value, 'name') !== undefined && stringOf(memberOf(value, 'name')) === undefined;
    if (name === undefined || hasOtherName)
      return refuseAt(text, start, 'the entry has no name that is a string: add "name"');
    entries.push({ name, value, start, end: value.end });
  }
  return { kind: 'entries', root, entries };
}

/** The string that a node is, if it is one. */
export function stringOf(node: JsonNode | undefined): string | undefined {
  return node?.kind === 'scalar' && typeof node.value === 'string' ? node.value : undefined;
}

interface EntryCandidate {
  readonly key: string | undefined;
  readonly start: number;
  readonly value: JsonNode;
}

function candidatesOf(root: VolumeEntries['root']): readonly EntryCandidate[] {
  if (root.kind === 'array')
    return root.items.map((value) => ({ key: undefined, start: value.start, value }));
  return root.members.map(({ key, keySpan, value }) => ({ key, start: keySpan.start, value }));
}
