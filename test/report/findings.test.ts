import { describe, expect, it } from 'vitest';
import { FINDINGS } from '../../src/api/findings.ts';
import type { Finding } from '../../src/plan/model/finding.ts';
import { findingFields } from '../../src/report/findings.ts';

const finding = (target: string, rest: Partial<Finding> = {}): Finding => ({
  code: 'StalePath',
  target,
  message: 'found',
  ...rest,
});
const fieldsOf = (...findings: Finding[]) => findingFields({ findings });

describe('findingFields', () => {
  it('is absent where nothing was found', () => {
    expect(fieldsOf()).toEqual({});
  });

  it('sorts by object, code and message, and shows each once', () => {
    const b = finding('StatefulSet/b');
    const rival = finding('Sidecar/a', { code: 'RivalSidecar' });
    const late = finding('Sidecar/a', { message: 'z' });
    const early = finding('Sidecar/a', { message: 'a', code: 'RivalSidecar' });
    expect(fieldsOf(b, late, rival, early, b, { ...late })).toEqual({
      findingCount: 4,
      findings: [early, rival, late, b],
    });
  });

  it('holds at most 20 and counts all', () => {
    const many = Array.from({ length: 30 }, (_, index) => finding(`Pod/p-${String(index).padStart(2, '0')}`));
    const made = fieldsOf(...many.toReversed());
    expect([made.findingCount, made.findings?.length, made.findings?.at(-1)?.target]).toEqual([
      30,
      20,
      'Pod/p-19',
    ]);
  });

  it('cuts text to the bounds of the CRD and the whole to 3,000 bytes', () => {
    const long = finding(`Pod/${'p'.repeat(400)}`, { message: 'ü'.repeat(600) });
    const made = fieldsOf(
      ...Array.from({ length: 20 }, (_, index) => ({ ...long, target: `${index}${long.target}` })),
    );
    expect(made.findings?.[0]?.target).toHaveLength(320);
    expect(made.findings?.[0]?.message).toBe(`${'ü'.repeat(511)}…`);
    expect(made.findings).toHaveLength(2);
    expect(Buffer.byteLength(JSON.stringify(made.findings))).toBeLessThan(3_000);
  });
});

describe('FINDINGS', () => {
  it.each(Object.keys(FINDINGS))('names %s so that it fits into status', (code) => {
    expect(code).toMatch(/^[A-Z][A-Za-z0-9]{0,63}$/);
  });
});
