import { describe, expect, it } from 'vitest';
import { listObjects, type Listed, type ListRequest } from '../../../src/kube/informers/list-objects.ts';
import { usePlayedApi } from '../../support/played-api.ts';
import { thing } from '../../support/thing.ts';

const api = usePlayedApi();

function list(more: Partial<ListRequest> = {}): Promise<Listed<string>> {
  const subject = { verb: 'list', kind: 'Thing', namespace: 'ns' };
  const listed = listObjects(
    api().transport,
    { subject, path: '/apis/example.org/v1/things', ...more },
    ({ metadata }) => metadata.name,
  );
  listed.catch(() => undefined);
  return listed;
}

describe('listObjects', () => {
  it('joins the pages, transformed, at the version of the last', async () => {
    const listed = list();
    (await api().next()).list([thing('a', '1'), thing('b', '2')], '10', 'token');
    const second = await api().next();
    expect(Object.fromEntries(second.url.searchParams)).toEqual({ limit: '500', continue: 'token' });
    second.list([thing('c', '3')], '10');
    expect(await listed).toEqual({ items: ['a', 'b', 'c'], resourceVersion: '10' });
  });

  it('asks for no more than the request says, however many there are', async () => {
    const listed = list({ most: 2 });
    const request = await api().next();
    expect(request.url.searchParams.get('limit')).toBe('2');
    request.list([thing('a', '1'), thing('b', '2')], '10', 'token');
    expect((await listed).items).toEqual(['a', 'b']);
    expect(api().server.waiting).toBe(0);
  });

  it('gives up after three lists that expired in the middle', async () => {
    const listed = list();
    for (let start = 1; start <= 3; start += 1) {
      (await api().next()).list([thing('a', '1')], '10', 'token');
      (await api().next()).fail(410, 'expired');
    }
    await expect(listed).rejects.toMatchObject({
      code: 'Gone',
      message: 'list Thing ns: the list expired 3 times',
    });
    expect(api().server.waiting).toBe(0);
  });

  it('throws where the first page has expired: no other would be fresher', async () => {
    const listed = list();
    (await api().next()).fail(410, 'expired');
    await expect(listed).rejects.toMatchObject({ code: 'Gone', message: 'list Thing ns: expired' });
  });

  it('throws for an answer that is no list', async () => {
    const listed = list();
    (await api().next()).reply(200, '<html>');
    await expect(listed).rejects.toMatchObject({
      code: 'Malformed',
      message: 'list Thing ns: the answer is not a list',
    });
  });
});
