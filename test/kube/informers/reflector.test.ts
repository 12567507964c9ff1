import { describe, expect, it } from 'vitest';
import type { KubernetesObject } from '../../../src/api/kubernetes.ts';
import type { StoreChange } from '../../../src/kube/informers/store.ts';
import { thing } from '../../support/thing.ts';
import { useReflector } from './reflector-world.ts';

const reflecting = useReflector();

describe('Reflector', () => {
  it('lists in pages, reports each object, then watches from the version of the list with bookmarks and a time limit', async () => {
    const world = reflecting();
    world.reflector.start();
    const first = await world.server.next();
    expect(Object.fromEntries(first.url.searchParams)).toEqual({ limit: '500' });
    first.list([thing('a', '5')], '10', 'token');
    const second = await world.server.next();
    expect(second.url.searchParams.get('continue')).toBe('token');
    second.list([thing('b', '6')], '10');
    await world.reflector.whenSettled();
    expect(world.reported).toEqual(['changed a@5', 'changed b@6', 'synced']);
    expect(world.reflector.state).toEqual({ kind: 'synced' });
    const watch = await world.server.next();
    expect(Object.fromEntries(watch.url.searchParams)).toEqual({
      watch: 'true',
      allowWatchBookmarks: 'true',
      resourceVersion: '10',
      timeoutSeconds: '450',
    });
  });

  it('asks for metadata only where the options say so, and hands on the label selector', async () => {
    const world = reflecting();
    world.open({ metadataOnly: true, labelSelector: 'app=x', namespace: 'ns' });
    world.reflector.start();
    const list = await world.server.next();
    expect(list.path).toBe('/apis/example.org/v1/namespaces/ns/things');
    expect(list.url.searchParams.get('labelSelector')).toBe('app=x');
    expect(list.headers.accept).toBe('application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1');
    list.list([], '10');
    const watch = await world.server.next();
    expect(watch.headers.accept).toBe('application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1');
    expect(watch.url.searchParams.get('labelSelector')).toBe('app=x');
  });

  it('lists afresh when a page has expired', async () => {
    const world = reflecting();
    world.reflector.start();
    (await world.server.next()).list([thing('old', '1')], '5', 'token');
    (await world.server.next()).fail(410, 'expired');
    const fresh = await world.server.next();
    expect(fresh.url.searchParams.has('continue')).toBe(false);
    fresh.list([thing('a', '7')], '10');
    await world.until('synced');
    expect(world.names).toEqual(['a']);
  });

  it('delivers added, modified and deleted, cut anywhere on the way', async () => {
    const world = reflecting();
    const watch = await world.watching();
    const line = JSON.stringify({ type: 'ADDED', object: thing('ü', '11') });
    const bytes = Buffer.from(`${line}\n`);
    const cut = bytes.indexOf(Buffer.from('ü')) + 1;
    watch.raw(bytes.subarray(0, cut));
    watch.raw(bytes.subarray(cut));
    await world.until('changed ü@11');
    watch.event('MODIFIED', thing('a', '12'));
    await world.until('changed a@12');
    watch.event('DELETED', thing('a', '13'));
    await world.until('deleted a@13');
    expect(world.names).toEqual(['ü']);
  });

  it('resumes after a clean end from the last event, and reports nothing again', async () => {
    const world = reflecting();
    const watch = await world.watching();
    watch.event('MODIFIED', thing('a', '12'));
    await world.until('changed a@12');
    watch.end();
    const next = await world.server.next();
    expect(next.url.searchParams.get('resourceVersion')).toBe('12');
    expect(world.reported).toEqual([]);
  });

  it('resumes from the last bookmark', async () => {
    const world = reflecting();
    const watch = await world.watching();
    watch.event('BOOKMARK', {
      kind: 'Thing',
      apiVersion: 'example.org/v1',
      metadata: { resourceVersion: '40' },
    });
    watch.end();
    expect((await world.server.next()).url.searchParams.get('resourceVersion')).toBe('40');
  });

  it('goes on when a handler throws, and logs it', async () => {
    const world = reflecting();
    world.reflector.stop();
    world.open({
      onChange: (change: StoreChange<KubernetesObject>) => {
        world.report(change.object.metadata.resourceVersion);
        throw new Error('a bug in the handler');
      },
    });
    const watch = await world.watching();
    watch.event('MODIFIED', thing('a', '12'));
    await world.until('12');
    watch.event('MODIFIED', thing('a', '13'));
    await world.until('13');
    expect(world.log.lines.filter((line) => line.level === 'error').length).toBe(3);
  });

  it('sees its own write at once, and is not woken by its echo', async () => {
    const world = reflecting();
    const watch = await world.watching();
    const release = world.reflector.store.hold('ns', 'a');
    world.reflector.store.put(thing('a', '12'));
    release();
    expect(world.reflector.store.get('ns', 'a')?.metadata.resourceVersion).toBe('12');
    watch.event('MODIFIED', thing('a', '12'));
    watch.event('MODIFIED', thing('a', '13'));
    await world.until('changed a@13');
    expect(world.reported).toEqual([]);
    expect(world.states).toEqual(['synced']);
  });

  it('lets a bookmark age what the store knows, so that an older write of ours does not bring back what was deleted', async () => {
    const world = reflecting();
    const watch = await world.watching();
    watch.event('BOOKMARK', { metadata: { resourceVersion: '40' } });
    watch.end();
    await world.server.next();
    world.reflector.store.put(thing('b', '30'));
    expect(world.names).toEqual(['a']);
    expect(world.reported).toEqual(['deleted b@30']);
  });
});
