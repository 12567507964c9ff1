// What Observe says of conflicts, by dry runs on the real API server: the same as Enforce, and nothing is stored for it.
import { afterAll, describe, expect, it, vi } from 'vitest';
import { Transport } from '../../src/kube/http/transport.ts';
import type { KubeObject } from '../../testbed/api/kube-object.ts';
import { useControllerAccount } from '../support/controller-account.ts';
import { useTestBed } from '../support/control-plane.ts';
import { useController } from '../support/controller.ts';
import { useRefusals } from '../support/refusals.ts';
import { condition, useStory, type Names } from '../support/story.ts';
import { configMap, statefulSet } from '../support/world.ts';

const INJECT = 'sidecar.istio.io/inject';

const request = vi.spyOn(Transport.prototype, 'request');
afterAll(() => {
  vi.restoreAllMocks();
});
/** Dry runs of writes on objects of that name. */
const tried = (name: string): readonly string[] =>
  request.mock.calls
    .filter(([{ query, path }]) => query?.['dryRun'] === 'All' && path.endsWith(`/${name}`))
    .map(([{ method, path }]) => `${method} ${path}`);

describe('the annotation of old charts that keeps injection away', () => {
  const bed = useTestBed();
  const controller = useController({ kubeconfig: () => bed.kubeconfig });
  const { names, scrape, becomes, versions } = useStory(bed);
  const refusals = useRefusals(bed);

  /** A legacy world with template annotations of its owner. */
  const annotated = async (name: string, annotations: object): Promise<Names> => {
    const options = { namespace: bed.namespace, name, replicas: 0 };
    await bed.api.create(configMap(options));
    const object = statefulSet(options);
    object.spec.template.metadata.annotations = annotations;
    await bed.api.create(object);
    // Its controller has had its say: from here on only we could move it.
    await bed.api.waitForObject(object, (seen) => seen?.status?.observedGeneration === 1);
    return names(name);
  };
  /** What is said of it, with the name of the world left out. */
  const said = (seen: KubeObject, name: string): unknown =>
    ['Ready', 'Stalled', 'WorkloadWired', 'FieldConflict'].map((type) => {
      const { status, reason, message = '' } = condition(seen, type) ?? {};
      return { type, status, reason, message: message.replaceAll(name, 'world') };
    });
  const existing = ({
    statefulSet: set,
    configMap: config,
  }: Names): Promise<readonly (string | undefined)[]> =>
    versions({ statefulSet: set, configMap: config } as unknown as Names);

  it('is a conflict in Observe as it is in Enforce, and nothing moves', async () => {
    const [watched, written] = [
      await annotated('watched', { [INJECT]: 'false' }),
      await annotated('written', { [INJECT]: 'false' }),
    ];
    const before = [await existing(watched), await existing(written)];
    await scrape('watched', { mode: 'Observe' });
    await scrape('written');
    const [observed, enforced] = [
      await becomes('watched', 'FieldConflict', { status: 'True' }),
      await becomes('written', 'FieldConflict', { status: 'True' }),
    ];
    expect(said(observed, 'watched')).toEqual(said(enforced, 'written'));
    expect(condition(observed, 'Ready')).toMatchObject({ status: 'False', reason: 'FieldConflict' });
    expect(condition(observed, 'FieldConflict')?.message).toContain(`annotations.${INJECT}`);
    expect([await existing(watched), await existing(written)]).toEqual(before);
    expect(tried('watched')).toHaveLength(1);
    expect(await bed.api.find(watched.peerAuthentication)).toBeUndefined();
    expect(await bed.api.find(watched.sidecar)).toBeUndefined();
  });

  it('is asked about once: no request at the interval', async () => {
    request.mockClear();
    for (let time = 0; time < 3; time += 1) {
      expect(await controller.checkAgain(`${bed.namespace}/watched`)).toMatchObject({ changed: false });
    }
    expect(tried('watched')).toEqual([]);
  });

  it('is gone when its owner takes it out, and that is seen', async () => {
    const change = { spec: { template: { metadata: { annotations: { [INJECT]: null } } } } };
    await bed.api.patch(names('watched').statefulSet, change);
    const seen = await becomes('watched', 'FieldConflict', { status: 'False', reason: 'NoConflict' });
    expect(condition(seen, 'Ready')?.reason).toBe('PendingChanges');
  });

  it('sees that what is merged, and keeps what is foreign, is no conflict', async () => {
    const all = await annotated('merged', { 'proxy.istio.io/config': 'concurrency: 2\n' });
    const before = await existing(all);
    await scrape('merged', { mode: 'Observe' });
    await becomes('merged', 'FieldConflict', { status: 'False', reason: 'NoConflict' });
    expect(tried('merged')).toHaveLength(2);
    expect(await existing(all)).toEqual(before);
  });

  it('says of a policy that refuses the write what Enforce says', async () => {
    const [watched, written] = [await annotated('guarded', {}), await annotated('guarded-too', {})];
    for (const { statefulSet: set } of [watched, written]) await refusals.denies(set, 'Invalid');
    await scrape('guarded', { mode: 'Observe' });
    await scrape('guarded-too');
    const observed = await becomes('guarded', 'Ready', { status: 'False', reason: 'WriteRefused' });
    const enforced = await becomes('guarded-too', 'Ready', { status: 'False', reason: 'WriteRefused' });
    expect(condition(observed, 'Ready')?.message.replaceAll('guarded', 'world')).toBe(
      condition(enforced, 'Ready')?.message.replaceAll('guarded-too', 'world'),
    );
    expect(condition(observed, 'Stalled')?.reason).toBe('WriteRefused');
  });

  it('asks nothing while suspended', async () => {
    await annotated('suspended', { [INJECT]: 'false' });
    await scrape('suspended', { suspend: true });
    await becomes('suspended', 'FieldConflict', { status: 'Unknown', reason: 'Suspended' });
    expect(tried('suspended')).toEqual([]);
  });
});

describe('a controller that may not write', () => {
  const bed = useTestBed();
  const { kubeconfig } = useControllerAccount(bed, 'patch statefulsets');
  const controller = useController({ kubeconfig });
  const { world, scrape, becomes } = useStory(bed);

  it('names the rule by which it would know about conflicts, and asks once', async () => {
    await world('readonly', { replicas: 0 });
    await scrape('readonly', { mode: 'Observe' });
    const seen = await becomes('readonly', 'FieldConflict', { status: 'Unknown', reason: 'NotAuthorized' });
    expect(condition(seen, 'FieldConflict')?.message).toContain('cannot patch resource "statefulsets"');
    expect(condition(seen, 'Ready')).toMatchObject({ status: 'False', reason: 'PendingChanges' });
    request.mockClear();
    await controller.checkAgain(`${bed.namespace}/readonly`);
    expect(tried('readonly')).toEqual([]);
  });
});
