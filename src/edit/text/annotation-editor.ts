// The pair of verbs by which an annotation that others write too gets our fields and loses them again, with one result
// for both. What holds for every annotation is decided here: blank texts, and a text that is our merge of the original.
import { describePosition } from './lines.ts';

export interface Refused {
  readonly kind: 'refused';
  /** For a person: what was found, where, and what to do. */
  readonly reason: string;
}

export interface Unreadable {
  readonly kind: 'unreadable';
  /** For a person: what was found, where, and what to do. */
  readonly reason: string;
}

/** A value of somebody else that gave way to ours. */
export interface ReplacedValue {
  readonly path: string;
  /** As written, without its quotes. */
  readonly from: string;
  readonly to: string;
}

export type AnnotationEdit<Text extends string | undefined = string> =
  | { readonly kind: 'unchanged'; readonly text: Text }
  | { readonly kind: 'changed'; readonly text: Text; readonly replaced: readonly ReplacedValue[] }
  | Refused;

/** One of our fields: `path` goes on behind that of the annotation, `actual` is undefined where nothing can be read. */
export interface AnnotationField {
  readonly path: string;
  readonly expected: string;
  readonly actual: string | undefined;
}

export interface AnnotationEditor<Desired> {
  readonly fields: (text: string, desired: Desired) => readonly AnnotationField[];
  /** The text with our fields in it, all foreign bytes as they were. Absent and blank texts give a fresh one. */
  readonly merge: (text: string | undefined, desired: Desired) => AnnotationEdit;
  /**
   * The text without our fields, the inverse of `merge` to the byte; what others wrote since stays. `original` is the
   * text before our first write, where it is known: values that it had come back. Absent: the annotation should go.
   */
  readonly withdraw: (
    text: string | undefined,
    desired: Desired,
    original?: string,
  ) => AnnotationEdit<string | undefined>;
}

/** What one annotation decides; its texts are never blank. */
export interface AnnotationRules<Desired> {
  readonly fields: AnnotationEditor<Desired>['fields'];
  /** A whole new text. */
  readonly fresh: (desired: Desired) => string;
  readonly mergeInto: (text: string, desired: Desired) => AnnotationEdit;
  readonly takeOut: (
    text: string,
    desired: Desired,
    original: string | undefined,
  ) => AnnotationEdit<string | undefined>;
}

export function annotationEditor<Desired>(rules: AnnotationRules<Desired>): AnnotationEditor<Desired> {
  const { fields, fresh, mergeInto, takeOut } = rules;
  const merge: AnnotationEditor<Desired>['merge'] = (text, desired) =>
    isBlank(text) ? { kind: 'changed', text: fresh(desired), replaced: [] } : mergeInto(text, desired);
  return {
    fields,
    merge,
    withdraw: (text, desired, original) => {
      if (isBlank(text)) return { kind: 'unchanged', text };
      if (original !== undefined) {
        const merged = merge(original, desired);
        if (merged.kind !== 'refused' && merged.text === text) return changeTo(text, original);
      }
      return takeOut(text, desired, original);
    },
  };
}

function isBlank(text: string | undefined): text is undefined | '' {
  return text === undefined || text.trim() === '';
}

/** The result of an edit that replaced nothing; unchanged where it made the very same text. */
export function changeTo<Text extends string | undefined>(before: Text, after: Text): AnnotationEdit<Text> {
  return before === after
    ? { kind: 'unchanged', text: before }
    : { kind: 'changed', text: after, replaced: [] };
}

export function refuseAt(text: string, offset: number, what: string): Refused {
  return { kind: 'refused', reason: `${describePosition(text, offset)}: ${what}` };
}
