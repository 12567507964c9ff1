import { describe, expect, it } from 'vitest';
import { readApiStatus } from '../../../src/kube/http/api-status.ts';

describe('readApiStatus', () => {
  it('reads message, reason, code, causes and the wait that is asked for', () => {
    expect(
      readApiStatus({
        kind: 'Status',
        reason: 'Conflict',
        code: 409,
        message: 'm',
        details: {
          causes: [{ reason: 'FieldManagerConflict', message: 'c', field: '.spec.x' }, 7],
          retryAfterSeconds: 2,
        },
      }),
    ).toEqual({
      message: 'm',
      reason: 'Conflict',
      code: 409,
      causes: [{ reason: 'FieldManagerConflict', message: 'c', field: '.spec.x' }],
      retryAfterSeconds: 2,
    });
  });

  it.each([
    { name: 'no fields at all', value: { kind: 'Status' } },
    {
      name: 'fields of other types',
      value: { kind: 'Status', message: 1, reason: [], code: 'y', details: 'x' },
    },
    {
      name: 'a wait of no time',
      value: { kind: 'Status', details: { causes: {}, retryAfterSeconds: 0 } },
    },
  ])('takes $name for nothing said', ({ value }) => {
    expect(readApiStatus(value)).toEqual({
      message: '',
      reason: '',
      code: 0,
      causes: [],
      retryAfterSeconds: undefined,
    });
  });

  it('takes what is missing in a cause for empty', () => {
    const causes = [{ reason: 1 }];
    expect(readApiStatus({ kind: 'Status', details: { causes } })?.causes).toEqual([
      { reason: '', message: '', field: '' },
    ]);
  });

  it.each([undefined, null, [], 'x', { kind: 'Pod' }])('finds no Status in %j', (value) => {
    expect(readApiStatus(value)).toBeUndefined();
  });

  it('cuts messages to 512 characters, never through one', () => {
    const long = '🦉'.repeat(600);
    const status = readApiStatus({
      kind: 'Status',
      message: long,
      details: { causes: [{ reason: 'R', message: long, field: 'f' }] },
    });
    const cut = `${'🦉'.repeat(511)}…`;
    expect([status?.message, status?.causes[0]?.message]).toEqual([cut, cut]);
    const whole = '🦉'.repeat(512);
    expect(readApiStatus({ kind: 'Status', message: whole })?.message).toBe(whole);
  });
});
