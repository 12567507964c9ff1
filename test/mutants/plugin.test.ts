import type { Mutant as StrykerMutant } from '@stryker-mutator/api/core';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { keyOfMutant, mutantOf } from './mutant.ts';
import { chosenMutants } from './plugin.ts';

const ROOT = process.cwd();
const mutant = (id: string, replacement: string): StrykerMutant => ({
  id,
  replacement,
  fileName: join(ROOT, 'src/a.ts'),
  mutatorName: 'ConditionalExpression',
  location: { start: { line: 3, column: 2 }, end: { line: 3, column: 9 } },
});

describe('chosenMutants', () => {
  it('lets through the mutants of the sample, and no other of the same place', async () => {
    const all = [mutant('1', 'true'), mutant('2', 'false')];
    const checker = chosenMutants({ chosen: [keyOfMutant(mutantOf(mutant('9', 'false'), ROOT))] });
    expect(await checker.group?.(all)).toEqual([['1', '2']]);
    expect(await checker.check(all)).toEqual({
      '1': { status: 'compileError', reason: 'not in the sample' },
      '2': { status: 'passed' },
    });
  });
});
