// What counts as a read of spec, on small programs.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { readsOfSpec } from '../support/spec-reads.ts';

const TYPES = `
export interface PrometheusIstioScrapeSpec {
  readonly mode: 'A' | 'B';
  readonly manage: Manage;
}
export interface Manage {
  readonly left: 'A' | 'B' | 'C';
  readonly right: 'A' | 'B' | 'C';
}
`;

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'spec-reads-'));
  writeFileSync(join(folder, 'types.ts'), TYPES);
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

function readsOf(body: string): { readonly fields: readonly string[]; readonly compared: object } {
  const entry = join(folder, 'entry.ts');
  const imports = `import type { Manage, PrometheusIstioScrapeSpec as Spec } from './types.ts';\n`;
  writeFileSync(entry, `${imports}declare const spec: Spec;\n${body}\n`);
  const { fields, comparedWith } = readsOfSpec(entry, join(folder, 'types.ts'), [folder]);
  const compared = [...comparedWith].map(([path, values]) => [path, [...values]] as const);
  return { fields: [...fields].toSorted(), compared: Object.fromEntries(compared) };
}

const rows: readonly {
  name: string;
  body: string;
  fields: readonly string[];
  compared?: Readonly<Record<string, readonly string[]>>;
}[] = [
  { name: 'a property', body: 'export const x = spec.manage.left;', fields: ['manage', 'manage.left'] },
  {
    name: 'a destructuring, by another name too',
    body: 'const { mode, manage: { left: other } } = spec; export { mode, other };',
    fields: ['manage', 'manage.left', 'mode'],
  },
  {
    name: 'every field that a key may name',
    body: `export const f = (part: 'left' | 'right') => spec.manage[part];`,
    fields: ['manage', 'manage.left', 'manage.right'],
  },
  {
    name: 'a field of a part of the type',
    body: `export const f = (seen: Pick<Spec, 'mode'>) => seen.mode;`,
    fields: ['mode'],
  },
  { name: 'no field of a rest', body: 'const { mode, ...rest } = spec; export { rest };', fields: ['mode'] },
  { name: 'no field that only a type names', body: `export type M = Spec['mode'];`, fields: [] },
  { name: 'no field of another type', body: `export const x = { mode: 'A' }.mode;`, fields: [] },
  {
    name: 'a value that a field is compared with, on either side',
    body: `export const x = spec.mode === 'A' || 'B' !== spec.mode;`,
    fields: ['mode'],
    compared: { mode: ['A', 'B'] },
  },
  {
    name: 'a value that a constant is compared with',
    body: `export function f(part: 'left' | 'right') { const found = spec.manage[part]; return found === 'C'; }`,
    fields: ['manage', 'manage.left', 'manage.right'],
    compared: { 'manage.left': ['C'], 'manage.right': ['C'] },
  },
  {
    name: 'a value of a case',
    body: `export function f({ mode }: Spec) { switch (mode) { case 'A': return 1; default: return 2; } }`,
    fields: ['mode'],
    compared: { mode: ['A'] },
  },
  {
    name: 'a value that a parameter is compared with, where its type says of which field',
    body: `export const f = (left: Manage['left'], other: 'A' | 'B') => left === 'C' || other === 'A';`,
    fields: [],
    compared: { 'manage.left': ['C'] },
  },
];

describe('readsOfSpec', () => {
  it.each(rows)('finds $name', ({ body, fields, compared = {} }) => {
    expect(readsOf(body)).toEqual({ fields, compared });
  });

  it('counts no file outside of the folders that act', () => {
    writeFileSync(join(folder, 'entry.ts'), `import type {} from './types.ts';`);
    expect(readsOfSpec(join(folder, 'entry.ts'), join(folder, 'types.ts'), ['/nowhere/']).fields.size).toBe(
      0,
    );
  });

  it('throws where the types are not imported', () => {
    writeFileSync(join(folder, 'entry.ts'), `export const x = 1;`);
    expect(() => readsOfSpec(join(folder, 'entry.ts'), join(folder, 'types.ts'), [folder])).toThrow('import');
  });
});
