import library from '@dot-i/k8s-operator';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { BaseOperator } from '../../src/controller/base-operator.ts';
import { isPause } from '../support/fake-clock.ts';
import { thing } from '../support/thing.ts';
import { META, useBaseOperator } from './base-operator-world.ts';

const running = useBaseOperator();

describe('the library', () => {
  // Whoever updates the library reviews what is new here: does it send requests, does it end the process?
  const OVERRIDDEN = [
    'applyAxiosKubeConfigAuth',
    'applyGaxiosKubeConfigAuth',
    'getCustomResourceApiUri',
    'patchResourceStatus',
    'registerCustomResourceDefinition',
    'setResourceFinalizers',
    'setResourceStatus',
    'stop',
    'watchResource',
  ];
  /** `start` calls init; `handleResourceFinalizer` calls our setResourceFinalizers; the last two are private, and the
   * request asks `applyGaxiosKubeConfigAuth` first, which throws. */
  const INHERITED = ['errorToJson', 'handleResourceFinalizer', 'resourceStatusRequest', 'start'];

  it('has no method that was not reviewed', () => {
    const methods = Object.getOwnPropertyNames(library.default.prototype).filter(
      (name) => name !== 'constructor',
    );
    expect(methods.sort()).toEqual([...OVERRIDDEN, ...INHERITED].sort());
  });

  it('has every method that does I/O overridden', () => {
    const own = Object.getOwnPropertyNames(BaseOperator.prototype);
    expect(OVERRIDDEN.filter((name) => !own.includes(name))).toEqual([]);
    expect(INHERITED.filter((name) => own.includes(name))).toEqual([]);
  });

  it('cannot send the one request that stays reachable', async () => {
    const world = running();
    const reachable = world.operator as unknown as Record<string, (...args: unknown[]) => Promise<unknown>>;
    (world.operator as unknown as { resourcePathBuilders: object }).resourcePathBuilders = {
      [META.id]: () => world.api.server.url,
    };
    await expect(reachable['resourceStatusRequest']?.('PUT', META, {})).rejects.toMatchObject({
      code: 'Misconfigured',
    });
    await expect(world.operator.open.axios()).rejects.toThrow(/must not send/);
    expect(world.api.server.waiting).toBe(0);
  });

  it('is given our configuration and an API on our connections', async () => {
    const world = running();
    expect(world.operator.open.kubeConfig()).toBe(world.api.transport.kubeConfig);
    const { request } = await world.api.answered(
      world.operator.open.coreApi().readNamespacedPod({ namespace: 'ns', name: 'a' }),
      (received) => {
        received.reply(200, { kind: 'Pod', apiVersion: 'v1', metadata: {} });
      },
    );
    expect(request.headers.authorization).toBe('Bearer very-secret');
  });
});

describe('BaseOperator.start', () => {
  it('runs init, and hands on what the watch delivers as resource events', async () => {
    const world = running();
    await world.operator.start();
    (await world.api.server.next()).list([thing('a', '5')], '10');
    const watch = await world.api.server.next();
    watch.event('MODIFIED', thing('a', '11'));
    watch.event('DELETED', thing('a', '12'));
    await world.operator.until('DELETED things.example.org/v1 ns/a');
    expect(world.operator.heard).toEqual([
      'ADDED things.example.org/v1 ns/a',
      'things synced',
      'MODIFIED things.example.org/v1 ns/a',
      'DELETED things.example.org/v1 ns/a',
    ]);
  });

  it('survives what ends the process in the library: a reset, and a handler that rejects', async () => {
    const world = running();
    world.operator.fail = true;
    await world.operator.start();
    (await world.api.server.next()).list([thing('a', '5')], '10');
    (await world.api.server.next()).reset();
    (await world.api.clock.armed(isPause)).fire();
    (await world.api.server.next()).event('MODIFIED', thing('a', '11'));
    await world.operator.until('MODIFIED things.example.org/v1 ns/a');
    await nextTurn();
    expect(world.api.log.messages('error')).toEqual([
      'a resource event could not be handled',
      'a resource event could not be handled',
    ]);
  });

  it('ends its watches at stop', async () => {
    const world = running();
    await world.operator.start();
    (await world.api.server.next()).list([], '10');
    const watch = await world.api.server.next();
    watch.open();
    world.operator.stop();
    await watch.gone();
  });
});

describe('BaseOperator.getCustomResourceApiUri', () => {
  it.each([
    { group: 'example.org', namespace: 'ns', path: '/apis/example.org/v1/namespaces/ns/things' },
    { group: '', namespace: undefined, path: '/api/v1/things' },
  ])('is $path below the server', ({ group, namespace, path }) => {
    const world = running();
    expect(world.operator.open.uri(group, namespace)).toBe(`${world.api.server.url}${path}`);
  });
});
