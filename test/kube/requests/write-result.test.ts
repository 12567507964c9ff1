import { describe, expect, it } from 'vitest';
import { errorOfResult, writeResultOf } from '../../../src/kube/requests/write-result.ts';
import { thing } from '../../support/thing.ts';

const REF = { apiVersion: 'apps/v1', kind: 'StatefulSet', namespace: 'ns', name: 'a', uid: 'u' };
const SUBJECT = { ...REF, verb: 'apply' };

function resultOf(status: number, body: unknown): ReturnType<typeof writeResultOf> {
  return writeResultOf(REF, SUBJECT, { status, body: JSON.stringify(body), retryAfterMs: undefined });
}

const status = (message: string, more: object = {}): object => ({ kind: 'Status', message, ...more });

describe('writeResultOf', () => {
  it.each([
    {
      name: 'is written with the object of the answer',
      code: 200,
      body: thing('a', '5'),
      result: { kind: 'written', object: thing('a', '5') },
    },
    {
      name: 'is written for a completed deletion, which answers a Status',
      code: 200,
      body: status('', { status: 'Success' }),
      result: {
        kind: 'written',
        object: {
          apiVersion: 'apps/v1',
          kind: 'StatefulSet',
          metadata: { name: 'a', namespace: 'ns', uid: 'u', resourceVersion: '' },
        },
      },
    },
    {
      name: 'conflicts with owned fields of other managers',
      code: 409,
      body: status('Apply failed with 2 conflicts', {
        details: {
          causes: [
            {
              reason: 'FieldManagerConflict',
              message: 'conflict with "kubectl-edit" using apps/v1',
              field: '.spec.template.metadata.annotations.x',
            },
            {
              reason: 'FieldManagerConflict',
              message: 'conflict with "a \\"b\\"" with subresource "scale" using apps/v1 at 2026',
              field: '.spec.replicas',
            },
          ],
        },
      }),
      result: {
        kind: 'conflict',
        message: 'apply StatefulSet ns/a: Apply failed with 2 conflicts',
        conflicts: [
          { manager: 'kubectl-edit', path: '.spec.template.metadata.annotations.x' },
          { manager: 'a \\"b\\"', path: '.spec.replicas' },
        ],
      },
    },
    {
      name: 'is stale after a failed precondition',
      code: 409,
      body: status('the object has been modified', { reason: 'Conflict' }),
      result: { kind: 'stale', message: 'apply StatefulSet ns/a: the object has been modified' },
    },
    {
      name: 'is absent where nothing is there',
      code: 404,
      body: status('not found'),
      result: { kind: 'absent', message: 'apply StatefulSet ns/a: not found' },
    },
    ...[400, 403, 422].map((code) => ({
      name: `is refused with ${code}`,
      code,
      body: status('no', { reason: 'R' }),
      result: { kind: 'refused', status: code, reason: 'R', message: 'apply StatefulSet ns/a: no' },
    })),
  ])('$name', ({ code, body, result }) => {
    expect(resultOf(code, body)).toEqual(result);
  });

  it.each([
    { name: 'server error', code: 500, body: status('x'), error: 'ServerError' },
    { name: 'too many requests', code: 429, body: status('x'), error: 'TooManyRequests' },
    { name: 'unauthorized', code: 401, body: status('x'), error: 'Unauthorized' },
    { name: 'a success that is no object', code: 200, body: 'hello', error: 'Malformed' },
  ])('throws for $name', ({ code, body, error }) => {
    expect(() => resultOf(code, body)).toThrow(expect.objectContaining({ code: error }));
  });
});

describe('errorOfResult', () => {
  it.each([
    { result: { kind: 'absent', message: 'm' }, code: 'NotFound' },
    { result: { kind: 'stale', message: 'm' }, code: 'Conflict' },
    { result: { kind: 'conflict', message: 'm', conflicts: [] }, code: 'Conflict' },
    { result: { kind: 'refused', message: 'm', status: 403, reason: '' }, code: 'Forbidden' },
    { result: { kind: 'refused', message: 'm', status: 422, reason: '' }, code: 'Invalid' },
  ] as const)('$result.kind is $code', ({ result, code }) => {
    expect(errorOfResult(result)).toMatchObject({ code, message: 'm' });
  });
});
