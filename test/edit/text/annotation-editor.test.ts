import { describe, expect, it } from 'vitest';
import type { AnnotationEdit } from '../../../src/edit/text/annotation-editor.ts';
import { annotationEditor, changeTo, refuseAt } from '../../../src/edit/text/annotation-editor.ts';

/** An annotation of words, of which the desired one is ours. */
const editor = annotationEditor<string>({
  fields: (text, desired) => [
    { path: '.word', expected: desired, actual: text.includes(desired) ? desired : undefined },
  ],
  fresh: (desired) => `fresh ${desired}`,
  mergeInto: (text, desired): AnnotationEdit =>
    text === 'closed'
      ? refuseAt(text, 2, 'it is closed')
      : changeTo(text, text.includes(desired) ? text : `${text} ${desired}`),
  takeOut: (text, desired, original) => changeTo(text, `without ${desired}, was ${original ?? 'unknown'}`),
});

describe('annotationEditor', () => {
  it.each([undefined, '', ' \n\t'])('merges into %j by a fresh text', (text) => {
    expect(editor.merge(text, 'w')).toEqual({ kind: 'changed', text: 'fresh w', replaced: [] });
  });

  it('merges into a text by the rules of the annotation', () => {
    expect(editor.merge('a', 'w')).toEqual({ kind: 'changed', text: 'a w', replaced: [] });
    expect(editor.merge('a w', 'w')).toEqual({ kind: 'unchanged', text: 'a w' });
    expect(editor.merge('closed', 'w')).toEqual({
      kind: 'refused',
      reason: 'line 1, column 3: it is closed',
    });
  });

  it.each([undefined, '', ' \n\t'])('withdraws nothing from %j', (text) => {
    expect(editor.withdraw(text, 'w', 'a')).toEqual({ kind: 'unchanged', text });
  });

  it('gives the original back where the text is our merge of it', () => {
    expect(editor.withdraw('a w', 'w', 'a')).toEqual({ kind: 'changed', text: 'a', replaced: [] });
    expect(editor.withdraw('fresh w', 'w', ' ')).toEqual({ kind: 'changed', text: ' ', replaced: [] });
  });

  it('leaves a text that was as desired before our first write', () => {
    expect(editor.withdraw('a w', 'w', 'a w')).toEqual({ kind: 'unchanged', text: 'a w' });
  });

  it.each([
    { name: 'where the original is not known', text: 'a w', original: undefined, was: 'unknown' },
    {
      name: 'of a fresh text whose original is not known',
      text: 'fresh w',
      original: undefined,
      was: 'unknown',
    },
    { name: 'where somebody edited the text since', text: 'a w b', original: 'a', was: 'a' },
    { name: 'where the original cannot be merged', text: 'closed', original: 'closed', was: 'closed' },
  ])('takes our fields out by the rules of the annotation $name', ({ text, original, was }) => {
    expect(editor.withdraw(text, 'w', original)).toEqual({
      kind: 'changed',
      text: `without w, was ${was}`,
      replaced: [],
    });
  });

  it('gives the fields of the annotation', () => {
    expect(editor.fields('a w', 'w')).toEqual([{ path: '.word', expected: 'w', actual: 'w' }]);
  });
});
