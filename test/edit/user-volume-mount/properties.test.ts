import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { userVolumeMountEditor } from '../../../src/edit/user-volume-mount/editor.ts';
import { readUserVolume } from '../../../src/edit/user-volume-mount/read.ts';
import { SEED } from '../seed.ts';
import { desired } from './cases.ts';

describe(`userVolumeMountEditor, on generated annotations (seed ${SEED})`, () => {
  it('keeps every other entry and byte, and withdraws what it merged', () => {
    fc.assert(
      fc.property(generatedAnnotation(), (text) => {
        const merged = userVolumeMountEditor.merge(text, desired);
        if (merged.kind !== 'changed') throw new Error(JSON.stringify(merged));
        const before: unknown = JSON.parse(text);
        const after: unknown = JSON.parse(merged.text);
        const own = { mountPath: desired.outputDirectory };
        expect(after).toEqual(
          Array.isArray(before)
            ? [...(before as unknown[]), { name: desired.volumeName, ...own }]
            : { ...(before as object), [desired.volumeName]: own },
        );
        expect(userVolumeMountEditor.merge(merged.text, desired).kind).toBe('unchanged');
        expect(userVolumeMountEditor.withdraw(merged.text, desired)).toEqual({
          kind: 'changed',
          text,
          replaced: [],
        });
      }),
      { seed: SEED, numRuns: 500 },
    );
  });

  it('answers any text without throwing', () => {
    const pieces = [
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '"a"',
      '"name"',
      '"mountPath"',
      '"/a"',
      'true',
      '1',
      ' ',
      '\n',
    ];
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...pieces), { maxLength: 12 }), (parts) => {
        const text = parts.join('');
        expect(['changed', 'unchanged', 'refused']).toContain(
          userVolumeMountEditor.merge(text, desired).kind,
        );
        expect(['read', 'unreadable']).toContain(readUserVolume(text).kind);
      }),
      { seed: SEED, numRuns: 1000 },
    );
  });
});

/** Objects and arrays of mounts, printed with every indentation that JSON.stringify and jq write. */
function generatedAnnotation(): fc.Arbitrary<string> {
  const name = fc.string({ minLength: 1, maxLength: 6 }).filter((word) => word !== desired.volumeName);
  const mount = fc.record(
    {
      mountPath: fc.string({ maxLength: 8 }).map((path) => `/m/${path}`),
      readOnly: fc.boolean(),
      x: fc.jsonValue(),
    },
    { requiredKeys: ['mountPath'] },
  );
  const entries = fc.uniqueArray(fc.tuple(name, mount), { maxLength: 4, selector: ([key]) => key });
  const indent = fc.constantFrom(undefined, 1, 2, 4, '\t');
  return fc
    .tuple(entries, indent, fc.boolean(), fc.constantFrom('', '\n', ' '))
    .map(([list, space, isArray, end]) => {
      const value: unknown = isArray
        ? list.map(([key, rest]) => ({ name: key, ...rest }))
        : Object.fromEntries(list);
      return JSON.stringify(value, undefined, space) + end;
    });
}
