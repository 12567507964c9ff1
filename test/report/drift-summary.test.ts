import { describe, expect, it } from 'vitest';
import { summarizeDrift, type Drifted } from '../../src/report/drift-summary.ts';

const by = (manager: string, confidence: 'Exact' | 'Inferred' = 'Exact') => ({ manager, confidence });

const rows: { name: string; drifted: readonly Drifted[]; text: string }[] = [
  { name: 'nothing', drifted: [], text: '' },
  { name: 'one field of whom nobody knows', drifted: [{ target: 'A/a' }], text: 'A/a: 1 field' },
  {
    name: 'several fields, the newest first',
    drifted: [
      { target: 'StatefulSet/prometheus', changedBy: by('kubectl-edit') },
      { target: 'StatefulSet/prometheus', changedBy: by('helm') },
    ],
    text: 'StatefulSet/prometheus: 2 fields, last by kubectl-edit',
  },
  {
    name: 'several targets in order of appearance',
    drifted: [
      { target: 'B/b', changedBy: by('helm', 'Inferred') },
      { target: 'A/a', changedBy: by('x') },
      { target: 'B/b' },
    ],
    text: 'B/b: 2 fields, last by helm (inferred); A/a: 1 field, last by x',
  },
  {
    name: 'no older name where the newest is unknown',
    drifted: [
      { target: 'A/a', changedBy: { confidence: 'Unknown' } },
      { target: 'A/a', changedBy: by('x') },
    ],
    text: 'A/a: 2 fields',
  },
];

describe('summarizeDrift', () => {
  it.each(rows)('says $name', ({ drifted, text }) => {
    expect(summarizeDrift(drifted)).toBe(text);
  });
});
