import { describe, expect, it } from 'vitest';
import { errorOfAnswer } from '../../../src/kube/http/answer-errors.ts';
import { readApiStatus } from '../../../src/kube/http/api-status.ts';
import { KubeError, nameSubject } from '../../../src/kube/http/kube-error.ts';

const SUBJECT = { verb: 'patch', kind: 'StatefulSet', namespace: 'app-metrics', name: 'prometheus' };

function answer(status: number, message: string): { status: number; body: string } {
  return { status, body: JSON.stringify({ kind: 'Status', apiVersion: 'v1', message, code: status }) };
}

describe('errorOfAnswer', () => {
  it.each([
    { status: 400, code: 'Invalid', retryable: false },
    { status: 401, code: 'Unauthorized', retryable: true },
    { status: 403, code: 'Forbidden', retryable: false },
    { status: 404, code: 'NotFound', retryable: false },
    { status: 409, code: 'Conflict', retryable: true },
    { status: 410, code: 'Gone', retryable: true },
    { status: 422, code: 'Invalid', retryable: false },
    { status: 429, code: 'TooManyRequests', retryable: true },
    { status: 500, code: 'ServerError', retryable: true },
    { status: 502, code: 'ServerError', retryable: true },
    { status: 503, code: 'Unavailable', retryable: true },
    { status: 504, code: 'Timeout', retryable: true },
  ])('$status is $code', ({ status, code, retryable }) => {
    const error = errorOfAnswer(SUBJECT, answer(status, 'said so'));
    expect(error).toBeInstanceOf(KubeError);
    expect([error.code, error.retryable, error.status]).toEqual([code, retryable, status]);
    expect(error.message).toBe('patch StatefulSet app-metrics/prometheus: said so');
  });

  it('never shows a body that is no Status: it may hold a secret', () => {
    const error = errorOfAnswer(SUBJECT, { status: 502, body: '<html>Bearer abc</html>' });
    expect(error.message).toBe('patch StatefulSet app-metrics/prometheus: HTTP 502');
    const object = { kind: 'Secret', data: { key: 'c2VjcmV0' }, message: 'c2VjcmV0' };
    expect(errorOfAnswer(SUBJECT, { status: 500, body: JSON.stringify(object) }).message).not.toContain(
      'c2VjcmV0',
    );
  });

  it('cuts the message to 512 characters, never through one', () => {
    const error = errorOfAnswer(SUBJECT, answer(422, '🦉'.repeat(600)));
    const said = error.message.slice('patch StatefulSet app-metrics/prometheus: '.length);
    expect(Array.from(said)).toHaveLength(512);
    expect(said.endsWith('🦉…')).toBe(true);
  });

  it('takes the wait from the header, else from the details', () => {
    expect(errorOfAnswer(SUBJECT, { ...answer(429, ''), retryAfterMs: 3000 }).retryAfterMs).toBe(3000);
    const body = JSON.stringify({ kind: 'Status', details: { retryAfterSeconds: 2 } });
    expect(errorOfAnswer(SUBJECT, { status: 429, body }).retryAfterMs).toBe(2000);
  });
});

describe('statusOf', () => {
  it('reads causes and survives any shape', () => {
    expect(
      readApiStatus({
        kind: 'Status',
        reason: 'Conflict',
        code: 409,
        message: 'm',
        details: { causes: [{ reason: 'FieldManagerConflict', message: 'c', field: '.spec.x' }, 7] },
      }),
    ).toEqual({
      message: 'm',
      reason: 'Conflict',
      code: 409,
      causes: [{ reason: 'FieldManagerConflict', message: 'c', field: '.spec.x' }],
      retryAfterSeconds: undefined,
    });
    expect(readApiStatus({ kind: 'Status', details: 'x', code: 'y' })?.code).toBe(0);
    for (const value of [undefined, null, [], 'x', { kind: 'Pod' }])
      expect(readApiStatus(value)).toBeUndefined();
  });
});

describe('nameSubject', () => {
  it.each([
    { subject: { verb: 'list', kind: 'Pod' }, text: 'list Pod' },
    { subject: { verb: 'list', kind: 'Pod', namespace: 'ns' }, text: 'list Pod ns' },
    { subject: SUBJECT, text: 'patch StatefulSet app-metrics/prometheus' },
  ])('$text', ({ subject, text }) => {
    expect(nameSubject(subject)).toBe(text);
  });
});
