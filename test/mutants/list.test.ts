import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { listMutants } from './list.ts';
import { rangeOfMutant } from './mutant.ts';

/** The mutants of one line, as `source → replacement`. */
async function mutantsOf(line: string): Promise<readonly string[]> {
  const root = mkdtempSync(join(tmpdir(), 'meshscrape-mutants-'));
  try {
    writeFileSync(join(root, 'a.ts'), line);
    const mutants = await listMutants(root, ['a.ts']);
    return mutants.map(
      ({ start, end, replacement }) => `${line.slice(start.column, end.column)} → ${replacement}`,
    );
  } finally {
    rmSync(root, { recursive: true });
  }
}

describe('listMutants', () => {
  const deciding: readonly { readonly name: string; readonly line: string }[] = [
    { name: 'compared', line: `f(a === 'x');` },
    { name: 'compared the other way', line: `f('x' !== a);` },
    { name: 'a case of a switch', line: `switch (a) { case 'x': f(); }` },
    { name: 'looked for in a text', line: `f(a.includes('x'));` },
    { name: 'looked for at the beginning', line: `f(a?.startsWith('x'));` },
    { name: 'looked for at the end', line: `f(a.endsWith('x'));` },
    { name: 'looked up', line: `f(a.get('x'));` },
    { name: 'asked for', line: `f(a.has('x'));` },
    { name: 'one of a list that is asked', line: `f(['x', b].includes(a));` },
  ];
  it.each(deciding)('has a text that is $name', async ({ line }) => {
    expect(await mutantsOf(line)).toContain(`'x' → ""`);
  });

  const read: readonly { readonly name: string; readonly line: string }[] = [
    { name: 'a message', line: `f('x');` },
    { name: 'a template', line: 'f(`x ${a}`);' },
    { name: 'a value', line: `const a = { b: 'x' };` },
    { name: 'what a switch is about', line: `switch ('x') { default: f(); }` },
    { name: 'an argument of another method', line: `f(a.set('x'));` },
    { name: 'one of another list', line: `f(['x'].map(g));` },
    { name: 'a sum', line: `f('x' + a);` },
  ];
  it.each(read)('leaves alone a text that is $name', async ({ line }) => {
    expect((await mutantsOf(line)).filter((mutant) => /^['`]x/.test(mutant))).toEqual([]);
  });

  it('leaves out objects and optional chains', async () => {
    expect(await mutantsOf('const a = { b: c?.d };')).toEqual([]);
  });

  it('names several mutants of one place', async () => {
    expect(await mutantsOf('f(a && b);')).toEqual(['a && b → true', 'a && b → false', 'a && b → a || b']);
  });
});

describe('rangeOfMutant', () => {
  it('counts lines from 1 and columns from 0', () => {
    const place = { start: { line: 0, column: 2 }, end: { line: 1, column: 8 } };
    expect(rangeOfMutant({ file: 'src/a.ts', mutator: 'X', replacement: '', ...place })).toBe(
      'src/a.ts:1:2-2:8',
    );
  });
});
