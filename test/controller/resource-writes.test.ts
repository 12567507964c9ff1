import { describe, expect, it } from 'vitest';
import { META, PATH, resource, useBaseOperator } from './base-operator-world.ts';

const running = useBaseOperator();

const FINALIZER = 'meshscrape.dev/undo';

describe('BaseOperator.setResourceStatus', () => {
  it('applies the whole status and answers the new version', async () => {
    const world = running();
    const { result, request } = await world.api.answered(
      world.operator.open.setStatus(META, { x: 1 }),
      (received) => {
        received.reply(200, { ...resource({ resourceVersion: '6' }) });
      },
    );
    expect([request.method, request.path, request.headers['content-type']]).toEqual([
      'PATCH',
      `${PATH}/status`,
      'application/apply-patch+yaml',
    ]);
    expect(request.json()).toMatchObject({ status: { x: 1 }, metadata: { name: 'a', namespace: 'ns' } });
    expect(result?.resourceVersion).toBe('6');
  });

  it('answers null when the resource is gone, throws when refused', async () => {
    const world = running();
    const gone = await world.api.answered(world.operator.open.setStatus(META, {}), (received) => {
      received.fail(404, 'not found');
    });
    expect(gone.result).toBeNull();
    const refused = world.operator.open.setStatus(META, {});
    refused.catch(() => undefined);
    (await world.api.server.next()).fail(422, 'not valid');
    await expect(refused).rejects.toMatchObject({ code: 'Invalid' });
  });
});

describe('BaseOperator.patchResourceStatus', () => {
  it('merges, with the version as precondition; stale answers null', async () => {
    const world = running();
    const { result, request } = await world.api.answered(
      world.operator.open.patchStatus(META, { x: 1 }),
      (received) => {
        received.fail(409, 'modified');
      },
    );
    expect(request.headers['content-type']).toBe('application/merge-patch+json');
    expect(request.json()).toEqual({ metadata: { resourceVersion: '5' }, status: { x: 1 } });
    expect(result).toBeNull();
  });
});

describe('BaseOperator.setResourceFinalizers', () => {
  it.each([
    { status: 403, code: 'Forbidden' },
    { status: 404, code: 'NotFound' },
    { status: 409, code: 'Conflict' },
    { status: 422, code: 'Invalid' },
    { status: 500, code: 'ServerError' },
  ])('throws on $status: nothing was set', async ({ status, code }) => {
    const world = running();
    const call = world.operator.open.setFinalizers(META, [FINALIZER]);
    call.catch(() => undefined);
    (await world.api.server.next()).fail(status, 'no');
    await expect(call).rejects.toMatchObject({ code });
  });
});
