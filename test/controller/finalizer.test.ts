import { describe, expect, it } from 'vitest';
import { PATH, resource, useBaseOperator } from './base-operator-world.ts';

const running = useBaseOperator();

const FINALIZER = 'meshscrape.dev/undo';

describe('BaseOperator.finalizer.ensure', () => {
  it('adds ours beside the others, with the version as precondition', async () => {
    const world = running();
    const original = resource({ finalizers: ['other'] });
    const { request } = await world.api.answered(world.operator.finalizer.ensure(original), (received) => {
      received.reply(200, resource({ resourceVersion: '6', finalizers: ['other', FINALIZER] }));
    });
    expect([request.method, request.path]).toEqual(['PATCH', PATH]);
    expect(request.json()).toEqual({
      metadata: { finalizers: ['other', FINALIZER], resourceVersion: '5' },
    });
    expect(original.metadata.finalizers).toEqual(['other']);
  });

  it.each([
    { name: 'it is there already', metadata: { finalizers: [FINALIZER] } },
    {
      name: 'the resource is being deleted',
      metadata: { deletionTimestamp: '2026-11-23T00:00:00Z', finalizers: [FINALIZER] },
    },
  ])('does nothing when $name', async ({ metadata }) => {
    const world = running();
    await world.operator.finalizer.ensure(resource(metadata));
    expect(world.api.server.waiting).toBe(0);
  });

  it('throws when the API server would not', async () => {
    const world = running();
    const call = world.operator.finalizer.ensure(resource());
    call.catch(() => undefined);
    (await world.api.server.next()).fail(409, 'modified');
    await expect(call).rejects.toMatchObject({ code: 'Conflict', retryable: true });
  });
});

describe('BaseOperator.finalizer.finish', () => {
  const DELETED = { deletionTimestamp: '2026-11-23T00:00:00Z', finalizers: ['other', FINALIZER] };

  it('undoes, then takes ours away and leaves the others', async () => {
    const world = running();
    const steps: string[] = [];
    const call = world.operator.finalizer.finish(resource(DELETED), () => {
      steps.push('undone');
      return Promise.resolve();
    });
    const { request } = await world.api.answered(call, (received) => {
      steps.push('finalizer');
      received.reply(200, resource({ ...DELETED, finalizers: ['other'], resourceVersion: '6' }));
    });
    expect(steps).toEqual(['undone', 'finalizer']);
    expect(request.json().metadata.finalizers).toEqual(['other']);
  });

  it('keeps it when the undo fails', async () => {
    const world = running();
    const call = world.operator.finalizer.finish(resource(DELETED), () =>
      Promise.reject(new Error('cannot')),
    );
    await expect(call).rejects.toThrow('cannot');
    expect(world.api.server.waiting).toBe(0);
  });

  it('is content when the resource has gone meanwhile', async () => {
    const world = running();
    const { result } = await world.api.answered(
      world.operator.finalizer.finish(resource(DELETED), () => Promise.resolve()),
      (received) => {
        received.fail(404, 'not found');
      },
    );
    expect(result).toBeUndefined();
  });

  it('throws when it could not be taken away', async () => {
    const world = running();
    const call = world.operator.finalizer.finish(resource(DELETED), () => Promise.resolve());
    call.catch(() => undefined);
    (await world.api.server.next()).fail(403, 'forbidden');
    await expect(call).rejects.toMatchObject({ code: 'Forbidden' });
  });

  it('does nothing for a resource without it', async () => {
    const world = running();
    const call = world.operator.finalizer.finish(resource({ ...DELETED, finalizers: [] }), () =>
      Promise.reject(new Error('must not run')),
    );
    await call;
    expect(world.api.server.waiting).toBe(0);
  });

  it('goes by the version that its own status write in the undo has made', async () => {
    const world = running();
    world.cluster.watch(
      { group: 'meshscrape.dev', version: 'v1alpha1', plural: 'prometheusistioscrapes' },
      () => undefined,
    );
    (await world.api.server.next()).reply(200, {
      kind: 'List',
      metadata: { resourceVersion: '5' },
      items: [resource(DELETED)],
    });
    await world.cluster.whenSynced();
    await world.api.server.next();
    const stale = resource(DELETED);
    const call = world.operator.finalizer.finish(stale, async () => {
      await world.cluster.writeStatus(stale, {});
    });
    (await world.api.server.next()).reply(200, resource({ ...DELETED, resourceVersion: '8' }));
    const { request } = await world.api.answered(call, (received) => {
      received.reply(200, resource({ ...DELETED, finalizers: [], resourceVersion: '9' }));
    });
    expect(request.json().metadata.resourceVersion).toBe('8');
  });
});
