import { describe, expect, it } from 'vitest';
import { errorOfAnswer, errorOfFailure } from '../../../src/kube/http/answer-errors.ts';
import { KubeError } from '../../../src/kube/http/kube-error.ts';

const SUBJECT = { verb: 'patch', kind: 'StatefulSet', namespace: 'app-metrics', name: 'prometheus' };

function answer(status: number, message: string): { status: number; body: string } {
  return { status, body: JSON.stringify({ kind: 'Status', apiVersion: 'v1', message, code: status }) };
}

describe('errorOfAnswer', () => {
  it.each([
    { status: 302, code: 'Malformed', retryable: true },
    { status: 400, code: 'Invalid', retryable: false },
    { status: 401, code: 'Unauthorized', retryable: true },
    { status: 403, code: 'Forbidden', retryable: false },
    { status: 404, code: 'NotFound', retryable: false },
    { status: 405, code: 'Invalid', retryable: false },
    { status: 406, code: 'Invalid', retryable: false },
    { status: 408, code: 'Timeout', retryable: true },
    { status: 409, code: 'Conflict', retryable: true },
    { status: 410, code: 'Gone', retryable: true },
    { status: 413, code: 'Invalid', retryable: false },
    { status: 415, code: 'Invalid', retryable: false },
    { status: 422, code: 'Invalid', retryable: false },
    { status: 429, code: 'TooManyRequests', retryable: true },
    { status: 500, code: 'ServerError', retryable: true },
    { status: 502, code: 'ServerError', retryable: true },
    { status: 503, code: 'Unavailable', retryable: true },
    { status: 504, code: 'Timeout', retryable: true },
  ])('makes $code of $status', ({ status, code, retryable }) => {
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

  it('takes the wait from the header, else from the details', () => {
    expect(errorOfAnswer(SUBJECT, { ...answer(429, ''), retryAfterMs: 3000 }).retryAfterMs).toBe(3000);
    const body = JSON.stringify({ kind: 'Status', details: { retryAfterSeconds: 2 } });
    expect(errorOfAnswer(SUBJECT, { status: 429, body }).retryAfterMs).toBe(2000);
    expect(errorOfAnswer(SUBJECT, answer(429, '')).retryAfterMs).toBeUndefined();
  });
});

describe('errorOfFailure', () => {
  it('names what failed, with the cause, cut to what a message may hold', () => {
    const cause = new Error('x'.repeat(600));
    const error = errorOfFailure(SUBJECT, cause, false);
    expect([error.code, error.retryable, error.cause]).toEqual(['Unavailable', true, cause]);
    expect(error.message).toBe(`patch StatefulSet app-metrics/prometheus: ${'x'.repeat(511)}…`);
  });

  it('is a timeout where nobody answered in time', () => {
    expect(errorOfFailure(SUBJECT, 'late', true)).toMatchObject({
      code: 'Timeout',
      message: 'patch StatefulSet app-metrics/prometheus: late',
    });
  });

  it('names the subject of a timeout that knows none', () => {
    const cause = new KubeError('Timeout', 'no answer within 5 ms');
    const error = errorOfFailure(SUBJECT, cause, false);
    expect([error.code, error.message, error.cause]).toEqual([
      'Timeout',
      'patch StatefulSet app-metrics/prometheus: no answer within 5 ms',
      cause,
    ]);
  });

  it('passes any other error of ours on as it is', () => {
    const closed = new KubeError('Closed', 'given up');
    expect(errorOfFailure(SUBJECT, closed, true)).toBe(closed);
  });
});
