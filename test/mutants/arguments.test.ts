import { describe, expect, it } from 'vitest';

import { HELP, parseRequest, type Request } from './arguments.ts';

const CHANCE = 4711;

const rows: readonly {
  readonly name: string;
  readonly args: readonly string[];
  readonly request: Request;
}[] = [
  { name: 'nothing', args: [], request: { kind: 'changed', isForced: false } },
  { name: '--force', args: ['--force'], request: { kind: 'changed', isForced: true } },
  { name: '--all', args: ['--all'], request: { kind: 'all', isForced: false } },
  {
    name: '--sample without a seed',
    args: ['--sample', '40'],
    request: { kind: 'sample', size: 40, seed: CHANCE },
  },
  {
    name: '--sample with a seed',
    args: ['--sample=40', '--seed=7'],
    request: { kind: 'sample', size: 40, seed: 7 },
  },
  { name: '--help beside anything', args: ['--all', '--help'], request: { kind: 'help' } },
];

const refusals: readonly {
  readonly name: string;
  readonly args: readonly string[];
  readonly message: string;
}[] = [
  { name: 'a sample of none', args: ['--sample', '0'], message: '--sample needs a whole number, not 0' },
  {
    name: 'a sample of some',
    args: ['--sample', 'some'],
    message: '--sample needs a whole number, not some',
  },
  {
    name: 'a seed that is none',
    args: ['--sample=1', '--seed=1.5'],
    message: '--seed needs a whole number, not 1.5',
  },
  { name: 'a seed of nothing', args: ['--seed', '1'], message: '--seed needs --sample' },
  { name: 'a sample of all', args: ['--all', '--sample=1'], message: '--sample goes with --seed only' },
  { name: 'an option that does not exist', args: ['--some'], message: "Unknown option '--some'" },
];

describe('parseRequest', () => {
  it.each(rows)('understands $name', ({ args, request }) => {
    expect(parseRequest(args, CHANCE)).toEqual(request);
  });

  it.each(refusals)('refuses $name', ({ args, message }) => {
    expect(parseRequest(args, CHANCE)).toEqual({ kind: 'invalid', message });
  });
});

describe('HELP', () => {
  it('names every option', () => {
    for (const option of ['--all', '--sample', '--seed', '--force', '--help'])
      expect(HELP).toContain(`  ${option}`);
  });
});
