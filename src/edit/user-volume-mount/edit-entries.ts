// Splices that add an entry to the JSON of sidecar.istio.io/userVolumeMount, change one or take it out. A new entry is
// written as its neighbour is: the blanks of that one are copied, no indentation is guessed.
import { whitespaceBefore } from '../text/blanks.ts';
import type { JsonMember, JsonNode, JsonScalar } from '../text/json/json-nodes.ts';
import type { Splice } from '../text/splice.ts';
import type { VolumeEntries, VolumeEntry } from './entries.ts';
import { readVolumeEntries } from './entries.ts';
import type { DesiredVolumeMount } from './mounts.ts';

/** The entry as the last one. */
export function addVolumeEntry(text: string, root: VolumeEntries['root'], entry: DesiredVolumeMount): Splice {
  const last = root.kind === 'object' ? root.members.at(-1) : undefined;
  const sibling = root.kind === 'object' ? last?.value : root.items.at(-1);
  const style = styleOf(text, sibling);
  const name = JSON.stringify(entry.volumeName);
  const mountPath = { key: '"mountPath"', value: JSON.stringify(entry.outputDirectory) };
  if (root.kind === 'array') {
    const value = writeObject([{ key: '"name"', value: name }, mountPath], style);
    return appendTo(text, root, { written: value, lastStart: sibling?.start });
  }
  const colon = last === undefined ? ': ' : colonOf(text, last);
  const written = `${name}${colon}${writeObject([mountPath], style)}`;
  return appendTo(text, root, { written, lastStart: last?.keySpan.start });
}

/** The entry with one separator. */
export function removeVolumeEntry(
  text: string,
  { entries }: Pick<VolumeEntries, 'entries'>,
  entry: VolumeEntry,
): Splice {
  const index = entries.indexOf(entry);
  const previous = index > 0 ? entries[index - 1] : undefined;
  const next = entries[index + 1];
  if (previous !== undefined) return { start: previous.end, end: entry.end, text: '' };
  return { start: entry.start, end: next?.start ?? entry.end, text: '' };
}

interface Style {
  /** Blanks behind the opening brace. */
  readonly open: string;
  readonly colon: string;
  /** The comma with the blanks behind it. */
  readonly separator: string;
  /** Blanks in front of the closing brace. */
  readonly close: string;
}

interface Appended {
  readonly written: string;
  readonly lastStart: number | undefined;
}

function appendTo(text: string, root: VolumeEntries['root'], { written, lastStart }: Appended): Splice {
  if (lastStart === undefined) return { start: root.start + 1, end: root.start + 1, text: written };
  const end = root.kind === 'object' ? root.members.at(-1)?.value.end : root.items.at(-1)?.end;
  const at = end ?? root.start + 1;
  const blanks = whitespaceBefore(text, lastStart);
  // A lone entry on the line of its bracket says nothing about what is written between two.
  const isLone = (root.kind === 'object' ? root.members : root.items).length === 1;
  const gap = isLone && blanks === '' && /[,:] /.test(text) ? ' ' : blanks;
  return { start: at, end: at, text: `,${gap}${written}` };
}

function styleOf(text: string, sibling: JsonNode | undefined): Style {
  const plain = { open: '', colon: ': ', separator: ', ', close: '' };
  if (sibling?.kind !== 'object') return plain;
  const [first, second] = sibling.members;
  if (first === undefined) return plain;
  const open = whitespaceBefore(text, first.keySpan.start);
  const colon = colonOf(text, first);
  const inLine = /[\r\n]/.test(open) ? open : colon.endsWith(' ') ? ' ' : '';
  const separator = second === undefined ? inLine : whitespaceBefore(text, second.keySpan.start);
  return { open, colon, separator: `,${separator}`, close: whitespaceBefore(text, sibling.end - 1) };
}

function writeObject(
  pairs: readonly { readonly key: string; readonly value: string }[],
  style: Style,
): string {
  const { open, colon, separator, close } = style;
  const members = pairs.map(({ key, value }) => `${key}${colon}${value}`).join(separator);
  return `{${open}${members}${close}}`;
}

/** The colon with the blanks around it. */
function colonOf(text: string, member: JsonMember): string {
  return text.slice(member.keySpan.end, member.value.start);
}

/** Another value for a scalar. */
export function setTo(node: JsonScalar, value: string | boolean): Splice {
  return { start: node.start, end: node.end, text: JSON.stringify(value) };
}

/** True if every entry of another volume has the same bytes in both texts, in the same order. */
export function keepsOthers(before: string, after: string, { volumeName }: DesiredVolumeMount): boolean {
  const others = [before, after].map((text) => {
    const found = readVolumeEntries(text);
    if (found.kind === 'refused') return undefined;
    return found.entries
      .filter(({ name }) => name !== volumeName)
      .map(({ start, end }) => text.slice(start, end));
  });
  return others[0] !== undefined && JSON.stringify(others[0]) === JSON.stringify(others[1]);
}

/** Whole text of a new annotation with our entry only. */
export function freshVolumeMount({ volumeName, outputDirectory }: DesiredVolumeMount): string {
  return JSON.stringify({ [volumeName]: { mountPath: outputDirectory } });
}
