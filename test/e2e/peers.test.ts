// What other projects have published, rebuilt from their facts, on the real API server: each fault is called by name, and
// what meshscrape does then is correct. It adopts, it wires beside what is there, or it refuses with the reason; no byte is lost.
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

import { rewrite } from '../../src/edit/prometheus-yaml/rewrite.ts';
import { WIRING_FAULTS } from '../../src/plan/hand-wiring/findings.ts';
import type { KubeObject } from '../../testbed/api/kube-object.ts';
import { programs } from '../../testbed/programs/programs.ts';
import { useTestBed } from '../support/control-plane.ts';
import { useController } from '../support/controller.ts';
import { linesBesideTls, objectsOf, PEERS, REWRITABLE, type Outcome, type Peer } from '../support/peers.ts';
import { useStory } from '../support/story.ts';

const bed = useTestBed();
useController({ kubeconfig: () => bed.kubeconfig });
const { names, scrape, becomes } = useStory(bed);

interface Found {
  readonly code: string;
  readonly target: string;
  readonly message: string;
}

const findingsOf = ({ status }: KubeObject): readonly Found[] => (status?.findings ?? []) as Found[];
/** Those that a configuration or a wiring can show; what the cluster lacks is other tests' business. */
const NAMED: ReadonlySet<string> = new Set([...WIRING_FAULTS, ...PEERS.flatMap(({ findings }) => findings)]);
const codes = (object: KubeObject): readonly string[] =>
  findingsOf(object)
    .map(({ code }) => code)
    .filter((code) => NAMED.has(code))
    .toSorted();

/** What the owner wrote, as the API server holds it. */
async function substance({
  name,
  workload: { apiVersion, kind },
}: Peer): Promise<{ readonly template: KubeObject['spec']; readonly config: string }> {
  const { configMap, statefulSet } = names(name);
  const [workload, map] = await Promise.all([
    bed.api.get({ ...statefulSet, apiVersion, kind }),
    bed.api.get(configMap),
  ]);
  return { template: workload.spec.template, config: String(map.data?.['prometheus.yaml']) };
}

/** Which of the objects that meshscrape creates for a resource exist. */
async function policies(name: string): Promise<readonly string[]> {
  const { sidecar, peerAuthentication } = names(name);
  const found = await Promise.all([bed.api.find(sidecar), bed.api.find(peerAuthentication)]);
  return found.flatMap((object) => object?.kind ?? []);
}

async function create(peer: Peer): Promise<void> {
  for (const object of objectsOf(peer, bed.namespace)) await bed.api.create(object);
}

/** Lays a spec over the resource and waits until that generation is evaluated as expected. */
async function lay(name: string, spec: object, want: Outcome): Promise<void> {
  await bed.api.patch(names(name).resource, { spec });
  const seen = await becomes(name, 'Ready', { ...want.ready, message: expect.stringContaining(want.says) });
  expect(codes(seen)).toEqual(want.findings.toSorted());
}

/** Every entry of `before` that `after` lacks or has otherwise, by its path; lists go by name or mountPath. */
function lost(before: unknown, after: unknown, path = ''): readonly string[] {
  if (Array.isArray(before)) {
    return before.flatMap((item: { name?: string; mountPath?: string }) => {
      const idOf = (each: typeof item): string => each.mountPath ?? each.name ?? JSON.stringify(each);
      const same = Array.isArray(after)
        ? after.find((each: typeof item) => idOf(each) === idOf(item))
        : undefined;
      return lost(item, same, `${path}[${idOf(item)}]`);
    });
  }
  if (typeof before !== 'object' || before === null) return before === after ? [] : [path];
  return Object.entries(before).flatMap(([key, value]) =>
    lost(value, (after as Record<string, unknown> | undefined)?.[key], `${path}.${key}`),
  );
}

function observed({ observed: want }: Peer): object {
  if (want === undefined) return { status: 'False' };
  return { ...want.ready, message: expect.stringContaining(want.says) };
}

describe.each(PEERS)('$name', (peer) => {
  const { name } = peer;

  it('names what is wrong, and nothing is written', async () => {
    await create(peer);
    const before = await substance(peer);
    await scrape(name, { mode: 'Observe' });
    const seen = await becomes(name, 'Ready', observed(peer));
    expect(codes(seen)).toEqual(peer.findings.toSorted());
    expect(await substance(peer)).toEqual(before);
  });

  it('is adopted, wired beside what is there, or refused with the reason', async () => {
    const before = await substance(peer);
    await lay(name, { mode: 'Enforce' }, peer.enforced);
    const after = await substance(peer);
    expect(lost(before.template, after.template)).toEqual(peer.enforced.changed);
    if (peer.enforced.ready.status !== 'True') expect(after).toEqual(before);
    if (!peer.enforced.rewritten) expect(after.config).toBe(before.config);
    if (peer.enforced.adopted !== true) return;
    expect([after.template, await policies(name)]).toEqual([before.template, []]);
  });
});

describe('the field that the message names', () => {
  const fixes = PEERS.flatMap((peer) => (peer.fix === undefined ? [] : [{ ...peer, fix: peer.fix }]));

  it.each(fixes)('gets $name on', async ({ fix, ...peer }) => {
    const before = await substance(peer);
    await lay(peer.name, fix.spec, fix);
    const { config } = await substance(peer);
    expect(linesBesideTls(config)).toEqual(linesBesideTls(before.config));
  });
});

describe('promtool', () => {
  const verdict = async (text: string): Promise<string> => {
    const directory = await mkdtemp(join(tmpdir(), 'meshscrape-peers-'));
    try {
      const path = join(directory, 'prometheus.yaml');
      await writeFile(path, text);
      const { promtool } = await programs(['promtool']);
      const checked = promisify(execFile)(promtool, ['check', 'config', '--syntax-only', path]);
      return await checked.then(
        () => 'valid',
        (error: unknown) => String(error),
      );
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  };

  it.each(PEERS)('says of $name as published what is known of it', async ({ config, promtool }) => {
    const want = promtool === undefined ? 'valid' : expect.stringContaining(promtool);
    expect(await verdict(config)).toEqual(want);
  });

  it('takes every configuration after the rewrite', async () => {
    for (const { name, config } of REWRITABLE) {
      const request = { jobs: [], previousMountPaths: [], recorded: {} };
      const legacyDirectories = ['/etc/certs', '/etc/istio-certs'];
      const result = rewrite(config, { ...request, legacyDirectories, mountPath: '/etc/prom-certs' });
      expect([name, await verdict(result.kind === 'rewritten' ? result.text : '')]).toEqual([name, 'valid']);
    }
  });
});
