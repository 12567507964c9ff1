import { describe, expect, it } from 'vitest';
import { classifyFailure } from '../../src/controller/reconcile-failure.ts';
import { KubeError } from '../../src/kube/http/kube-error.ts';
import { ReconcileIncomplete } from '../../src/reconcile/incomplete.ts';

describe('classifyFailure', () => {
  it.each([
    {
      name: 'takes an error that nobody expected for a bug',
      error: new TypeError('x is not a function'),
      failure: { outcome: 'panic', retryAfterMs: undefined },
    },
    {
      name: 'takes a write that must be tried again for an error',
      error: new ReconcileIncomplete('ns/one', { kind: 'Status', message: 'no' }),
      failure: { outcome: 'error', retryAfterMs: undefined },
    },
    {
      name: 'passes on how long the API server asks to wait',
      error: new KubeError('TooManyRequests', 'busy', { retryAfterMs: 5_000 }),
      failure: { outcome: 'error', retryAfterMs: 5_000 },
    },
    {
      name: 'retries nothing that only a person can fix',
      error: new KubeError('Forbidden', 'no'),
      failure: { outcome: 'terminal_error', retryAfterMs: undefined },
    },
  ])('$name', ({ error, failure }) => {
    expect(classifyFailure(error)).toEqual(failure);
  });
});
