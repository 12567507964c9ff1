// The CRD on the real API server: every rule with what it takes and what it refuses, defaults, columns, immutability.
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { schemaOf } from '../../crds/generate-types.ts';
import { rulesOf } from '../../crds/rules.ts';
import { ApiError } from '../../testbed/api/client.ts';
import type { KubeObject } from '../../testbed/api/kube-object.ts';
import { useTestBed } from '../support/control-plane.ts';
import { CEL_CASES } from './crd-cases.ts';

const bed = useTestBed({ kubelet: false });

const CRD_FILE = new URL('../../crds/prometheusistioscrapes.meshscrape.dev.yaml', import.meta.url);
const rules = rulesOf(schemaOf(readFileSync(CRD_FILE, 'utf8')));
/** `spec.interval 0`: the first rule of that path. */
const keyOf = ({ path, index }: (typeof rules)[number]): string => `${path} ${index}`;

function scrape(name: string, spec: Record<string, unknown> = {}): KubeObject {
  return {
    apiVersion: 'meshscrape.dev/v1alpha1',
    kind: 'PrometheusIstioScrape',
    metadata: { name, namespace: bed.namespace },
    spec: { ...spec, workload: { name: 'prometheus', ...(spec['workload'] ?? {}) } },
  };
}

/** A resource with one value set: `spec.config.jobs[]` puts it into a list, `metadata.name` names the resource. */
function withValue(path: string, value: unknown): KubeObject {
  const object = scrape('probe');
  const keys = path.replace('[]', '').split('.');
  let node = object as unknown as Record<string, unknown>;
  for (const key of keys.slice(0, -1)) node = (node[key] ??= {}) as Record<string, unknown>;
  node[keys.at(-1) ?? ''] = path.endsWith('[]') ? [value] : value;
  return object;
}

interface Cause {
  readonly reason: string;
  readonly field: string;
  readonly message: string;
}

/** Why the API server refuses, without its remark that rules were left out because of it; empty if it does not. */
async function causesOf(attempt: Promise<unknown>): Promise<readonly Cause[]> {
  return attempt.then(
    () => [],
    (error: unknown) => {
      if (!(error instanceof ApiError) || error.code !== 422) throw error;
      const { details } = error.body as unknown as { details: { causes: readonly Cause[] } };
      return details.causes.filter(({ field }) => field !== '<nil>');
    },
  );
}

describe('the rules of the CRD', () => {
  it('have a case each, and no case is left over from a rule that is gone', () => {
    expect(Object.keys(CEL_CASES).toSorted()).toEqual(rules.map(keyOf).toSorted());
  });

  for (const rule of rules) {
    const cases = CEL_CASES[keyOf(rule)];
    const steady = cases?.kind === 'values' ? cases : undefined;
    it.each(steady?.accept ?? [])(`accept ${rule.path} %j`, async (value) => {
      const set = steady?.set ?? rule.path;
      await bed.api.create(withValue(set, value), { dryRun: true });
    });
    it.each(steady?.reject ?? [])(
      `reject ${rule.path} %j, saying how to fix it (${rule.index})`,
      async (value) => {
        const set = steady?.set ?? rule.path;
        const causes = await causesOf(bed.api.create(withValue(set, value), { dryRun: true }));
        const ours = causes.filter(({ message }) => message.endsWith(rule.message));
        expect(ours.map(({ field }) => field.replace(/\[\d+\]$/, '[]'))).toEqual([
          steady?.field ?? rule.path,
        ]);
      },
    );
  }

  it('have at least one value on each side', () => {
    const thin = Object.entries(CEL_CASES).filter(
      ([, cases]) => cases.kind === 'values' && (cases.accept.length === 0 || cases.reject.length === 0),
    );
    expect(thin.map(([key]) => key)).toEqual([]);
  });
});

describe('the immutable fields', () => {
  const immutable = rules.filter((rule) => CEL_CASES[keyOf(rule)]?.kind === 'immutable');

  it('are the kind and the name of the workload', () => {
    expect(immutable.map(({ path }) => path)).toEqual(['spec.workload.kind', 'spec.workload.name']);
  });

  const nameRule = rules.find(
    ({ path, rule }) => path === 'spec.workload.name' && rule === 'self == oldSelf',
  );
  const attempts: readonly { readonly name: string; readonly attempt: () => Promise<unknown> }[] = [
    {
      name: 'a merge patch',
      attempt: () =>
        bed.api.patch(scrape('fixed'), { spec: { workload: { name: 'other' } } }, { dryRun: true }),
    },
    {
      name: 'a JSON patch that replaces the workload',
      attempt: () => {
        const operations = [{ op: 'replace', path: '/spec/workload', value: { name: 'other' } }];
        return bed.api.patch(scrape('fixed'), operations, { type: 'json', dryRun: true });
      },
    },
    {
      name: 'a JSON patch that removes and adds the name',
      attempt: () => {
        const operations = [
          { op: 'remove', path: '/spec/workload/name' },
          { op: 'add', path: '/spec/workload/name', value: 'other' },
        ];
        return bed.api.patch(scrape('fixed'), operations, { type: 'json', dryRun: true });
      },
    },
    {
      name: 'a forced server-side apply',
      attempt: () => {
        const object = { ...scrape('fixed'), spec: { workload: { name: 'other' } } };
        return bed.api.apply(object, { fieldManager: 'someone', force: true, dryRun: true });
      },
    },
    {
      name: 'a replacement of the whole object',
      attempt: async () => {
        const live = await bed.api.get(scrape('fixed'));
        return bed.api.replace(
          { ...live, spec: { ...live.spec, workload: { name: 'other' } } },
          { dryRun: true },
        );
      },
    },
  ];
  it.each(attempts)('cannot be changed by $name', async ({ attempt }) => {
    await bed.api.apply(scrape('fixed'), { fieldManager: 'test', force: true });
    const causes = await causesOf(attempt());
    expect(causes.map(({ field, message }) => [field, message.replace(/^.*?: (?=workload)/, '')])).toEqual([
      ['spec.workload.name', nameRule?.message],
    ]);
  });

  it('cannot be set to null either', async () => {
    await bed.api.apply(scrape('fixed'), { fieldManager: 'test', force: true });
    const body = { spec: { workload: { name: null } } };
    const causes = await causesOf(bed.api.patch(scrape('fixed'), body, { dryRun: true }));
    expect(causes).toMatchObject([{ reason: 'FieldValueRequired', field: 'spec.workload.name' }]);
  });

  it('take the same value again, and a null of the kind as its default', async () => {
    await bed.api.apply(scrape('fixed'), { fieldManager: 'test', force: true });
    const body = { spec: { suspend: true, workload: { name: 'prometheus', kind: null } } };
    const answer = await bed.api.patch(scrape('fixed'), body, { dryRun: true });
    expect(answer.spec.workload).toMatchObject({ kind: 'StatefulSet', name: 'prometheus' });
  });
});

describe('a resource with nothing but a workload name', () => {
  it('has every default filled in, and no default for the certificates', async () => {
    const created = await bed.api.create(scrape('defaults'));
    expect(created.spec).toEqual({
      mode: 'Enforce',
      suspend: false,
      manage: { workload: 'Auto', config: 'Auto', sidecar: 'Auto', peerAuthentication: 'Auto' },
      workload: {
        kind: 'StatefulSet',
        name: 'prometheus',
        allowUnprotectedInbound: false,
        rolloutDeadline: '15m',
      },
      config: {
        configMap: {},
        jobs: [],
        legacyDirectories: ['/etc/certs', '/etc/istio-certs'],
        reload: 'Auto',
      },
      certificates: { trustReadiness: false },
      istio: { namespace: 'istio-system', revision: '' },
      sidecar: {},
      legacySecrets: 'Report',
      conflictPolicy: 'Report',
      deletionPolicy: 'Retain',
      interval: '10m',
    });
  });

  it('says from birth that nobody has seen it', async () => {
    const created = await bed.api.create(scrape('unseen'));
    expect(created.status).toEqual({
      observedGeneration: -1,
      conditions: [
        {
          type: 'Ready',
          status: 'Unknown',
          reason: 'NotYetSeen',
          message: 'no meshscrape controller has seen this resource yet',
          lastTransitionTime: '1970-01-01T00:00:00Z',
        },
      ],
    });
    const wait = await bed.kubectl(
      'wait',
      '--for=condition=Ready',
      '--timeout=0',
      '-n',
      bed.namespace,
      'promscrape/unseen',
    );
    expect(wait.code).not.toBe(0);
  });

  it('is refused without that name', async () => {
    const object = { ...scrape('nameless'), spec: { workload: {} } };
    const causes = await causesOf(bed.api.create(object, { dryRun: true }));
    expect(causes).toMatchObject([{ reason: 'FieldValueRequired', field: 'spec.workload.name' }]);
  });

  it('gets the default back where a null is written', async () => {
    const object = scrape('nulls', { interval: null, config: null, manage: { sidecar: null } });
    const created = await bed.api.create(object, { dryRun: true });
    expect([created.spec.interval, created.spec.config.reload, created.spec.manage.sidecar]).toEqual([
      '10m',
      'Auto',
      'Auto',
    ]);
  });
});

describe('the same manifest again', () => {
  let directory = '';
  let file = '';
  const minimal = readFileSync(new URL('../../examples/minimal.yaml', import.meta.url), 'utf8');

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'meshscrape-crd-'));
    file = join(directory, 'minimal.yaml');
    await writeFile(file, minimal.replaceAll('app-metrics', bed.namespace));
  });
  afterAll(() => rm(directory, { recursive: true, force: true }));

  it.each([
    { name: 'client-side', flags: [] },
    { name: 'server-side', flags: ['--server-side'] },
  ])('leaves generation and resourceVersion alone, applied $name', async ({ flags }) => {
    const applied = await bed.kubectl('apply', ...flags, '-f', file);
    expect(applied).toMatchObject({ code: 0 });
    const target = scrape('prometheus');
    // The API server serves the defaulted status from birth, but stores it at the first write; the controller's is that.
    await bed.api.patch(target, { status: { pendingCount: 0 } }, { subresource: 'status' });
    const before = await bed.api.get(target);
    expect(await bed.kubectl('apply', ...flags, '-f', file)).toMatchObject({ code: 0 });
    const after = await bed.api.get(target);
    expect(after.metadata).toEqual(before.metadata);
    expect(after.metadata.generation).toBe(1);
    expect(await bed.kubectl('diff', ...flags, '-f', file)).toMatchObject({ code: 0, stdout: '' });
    await bed.api.delete(target);
  });

  it('takes a list from its owner whole: no default is merged in', async () => {
    const object = scrape('lists', { config: { legacyDirectories: ['/mine'] } });
    const applied = await bed.api.apply(object, { fieldManager: 'someone', force: true });
    expect(applied.spec.config.legacyDirectories).toEqual(['/mine']);
  });
});

describe('a resource in a list', () => {
  it('can be selected by the name of the workload, and by no field that is not declared', async () => {
    await bed.api.create(scrape('selected', { workload: { name: 'chosen-one' } }));
    const collection = {
      apiVersion: 'meshscrape.dev/v1alpha1',
      kind: 'PrometheusIstioScrape',
      metadata: { namespace: bed.namespace },
    };
    const { items } = await bed.api.list(collection, { fieldSelector: 'spec.workload.name=chosen-one' });
    expect(items.map(({ metadata }) => metadata.name)).toEqual(['selected']);
    const others = await bed.api.list(collection, { fieldSelector: 'spec.workload.name!=chosen-one' });
    expect(others.items.map(({ metadata }) => metadata.name)).not.toContain('selected');
    await expect(bed.api.list(collection, { fieldSelector: 'spec.mode=Enforce' })).rejects.toThrow(
      'field label not supported',
    );
  });
});

describe('status', () => {
  it('is written only by its own subresource, and does not move the generation', async () => {
    await bed.api.apply(scrape('status'), { fieldManager: 'test', force: true });
    const ignored = await bed.api.patch(scrape('status'), { status: { pendingCount: 5 } });
    expect(ignored.status.pendingCount).toBeUndefined();
    const written = await bed.api.patch(
      scrape('status'),
      { status: { pendingCount: 5 } },
      { subresource: 'status' },
    );
    expect([written.status.pendingCount, written.metadata.generation]).toEqual([5, 1]);
  });

  it('takes the fullest status that its bounds allow, and the same again is no write', async () => {
    await bed.api.apply(scrape('full'), { fieldManager: 'test', force: true });
    const { apiVersion, kind, metadata } = scrape('full');
    const body = { apiVersion, kind, metadata, status: fullStatus() };
    const write = (): Promise<KubeObject> =>
      bed.api.apply(body, { fieldManager: 'meshscrape-status', force: true, subresource: 'status' });
    const first = await write();
    const second = await write();
    expect(first.status.drift.fields).toHaveLength(20);
    expect(second.metadata.resourceVersion).toBe(first.metadata.resourceVersion);
  });

  it('refuses what is beyond its bounds', async () => {
    await bed.api.apply(scrape('beyond'), { fieldManager: 'test', force: true });
    const status = { lastHandledRequest: 'x'.repeat(257) };
    const causes = await causesOf(bed.api.patch(scrape('beyond'), { status }, { subresource: 'status' }));
    expect(causes).toMatchObject([{ reason: 'FieldValueTooLong', field: 'status.lastHandledRequest' }]);
  });
});

/** Every list and string at its bound, of characters that take four bytes each. */
function fullStatus(): Record<string, unknown> {
  const wide = (length: number): string => '\u{1f600}'.repeat(length);
  const times = <T>(count: number, make: (index: number) => T): T[] =>
    Array.from({ length: count }, (_, index) => make(index));
  const time = '2026-11-24T00:00:00Z';
  const value = { target: wide(320), path: wide(256), expected: wide(256) };
  return {
    observedGeneration: 1,
    lastHandledRequest: wide(256),
    conditions: times(16, (index) => ({
      type: index === 0 ? 'Ready' : `Type${String.fromCharCode(65 + index)}`,
      status: 'Unknown',
      reason: 'R'.repeat(128),
      message: wide(1024),
      lastTransitionTime: time,
      observedGeneration: 1,
    })),
    workload: { container: wide(63), updateRevision: wide(253), pods: 2_147_483_647, podsWired: 0 },
    certificates: { outputDirectory: wide(256), mountPath: wide(256), volumeName: wide(63) },
    config: {
      configMap: wide(253),
      key: wide(253),
      source: 'Inferred',
      rewrittenJobs: times(64, () => wide(256)),
      skippedJobs: times(16, () => ({ job: wide(256), reason: wide(128), message: wide(512) })),
    },
    istio: {
      injected: 'Unknown',
      webhook: wide(253),
      proxyVersion: wide(64),
      proxyMode: 'ContainerWithoutEnvoy',
      egressHosts: times(16, () => wide(255)),
    },
    lastInSync: { workload: wide(64), config: wide(64), sidecar: wide(64), peerAuthentication: wide(64) },
    pendingCount: 2_147_483_647,
    pending: times(20, () => ({ ...value, operation: 'Change', waitingFor: wide(128) })),
    drift: {
      activeCount: 20,
      detectedTotal: 9_007_199_254_740_991,
      truncated: true,
      fields: times(20, () => ({
        ...value,
        actual: wide(256),
        operation: 'Changed',
        changedBy: { manager: wide(128), operation: 'Update', confidence: 'Inferred' },
        firstSeenTime: time,
        resolution: 'Corrected',
        count: 2_147_483_647,
      })),
    },
    staleSecretCount: 8,
    earliestNotAfter: time,
    staleSecrets: times(8, () => ({
      secret: wide(253),
      state: 'Unreadable',
      notAfter: time,
      notAfterState: 'Unreadable',
      expired: true,
      optional: false,
      usedBy: times(8, () => ({ kind: 'StatefulSet', name: wide(253), path: wide(256) })),
    })),
    findingCount: 2_147_483_647,
    findings: times(20, () => ({ code: 'F'.repeat(64), target: wide(320), message: wide(512) })),
    targets: {
      summary: wide(32),
      up: 2_147_483_647,
      down: 0,
      unknown: 0,
      failures: times(8, () => ({ cause: wide(128), count: 1, example: wide(512), fix: wide(512) })),
    },
  };
}
