// Every file of examples/ on the real API server, each in a namespace of its own in place of app-metrics.
import { loadAll } from 'js-yaml';
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';

import { ApiError } from '../../testbed/api/client.ts';
import type { KubeObject } from '../../testbed/api/kube-object.ts';
import { programs } from '../../testbed/programs/programs.ts';
import { useTestBed } from '../support/control-plane.ts';

const bed = useTestBed({ kubelet: false });
const DIRECTORY = new URL('../../examples/', import.meta.url);
const files = (await readdir(DIRECTORY)).filter(
  // Prometheus's, not Kubernetes's: test/e2e/alerts.test.ts has it.
  (file) => file.endsWith('.yaml') && file !== 'alerts.yaml',
);

const namespaceOf = (file: string): string => `${bed.namespace}-${file.replace('.yaml', '')}`;

afterAll(async () => {
  const api = { apiVersion: 'v1', kind: 'Namespace' };
  for (const file of files) {
    const namespace = { ...api, metadata: { name: namespaceOf(file) } };
    if ((await bed.api.find(namespace)) !== undefined) await bed.api.delete(namespace);
  }
});

async function documentsOf(file: string): Promise<readonly KubeObject[]> {
  const text = await readFile(new URL(file, DIRECTORY), 'utf8');
  expect(text).toContain('app-metrics');
  return loadAll(text.replaceAll('app-metrics', namespaceOf(file))) as KubeObject[];
}

/** Applies a file as a person would; an unknown or a double field is an error, not a warning. */
async function apply(file: string): Promise<readonly (readonly [KubeObject, KubeObject])[]> {
  const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespaceOf(file) } };
  const options = { fieldManager: 'someone', query: { fieldValidation: 'Strict' } };
  await bed.api.apply(namespace, options);
  const pairs: (readonly [KubeObject, KubeObject])[] = [];
  for (const document of await documentsOf(file)) {
    pairs.push([document, await bed.api.apply(document, options)]);
  }
  return pairs;
}

function find(pairs: readonly (readonly [KubeObject, KubeObject])[], kind: string): KubeObject {
  const found = pairs.find(([, live]) => live.kind === kind);
  if (found === undefined) throw new Error(`the example has no ${kind}`);
  return found[1];
}

describe('examples/', () => {
  it('holds what comes before, two resources, and the recipe by hand', () => {
    expect(files.toSorted()).toEqual([
      'legacy-prometheus.yaml',
      'minimal.yaml',
      'observe.yaml',
      'recipe-by-hand.yaml',
    ]);
  });

  it.each(files)('%s is taken as it is written', async (file) => {
    for (const [written, live] of await apply(file)) {
      const { data, spec } = written;
      expect(live).toMatchObject({
        ...(data === undefined ? {} : { data }),
        ...(spec === undefined ? {} : { spec }),
      });
    }
  });

  it('observe.yaml writes nothing, minimal.yaml says nothing but the name', async () => {
    const [observe] = await documentsOf('observe.yaml');
    const [minimal] = await documentsOf('minimal.yaml');
    expect(observe?.spec).toEqual({ mode: 'Observe', workload: { name: 'prometheus' } });
    expect(minimal?.spec).toEqual({ workload: { name: 'prometheus' } });
  });
});

describe('the prometheus.yaml of the examples', () => {
  it.each(['legacy-prometheus.yaml', 'recipe-by-hand.yaml'])('of %s is valid to promtool', async (file) => {
    const configMap = (await documentsOf(file)).find(({ kind }) => kind === 'ConfigMap');
    const directory = await mkdtemp(join(tmpdir(), 'meshscrape-examples-'));
    try {
      const path = join(directory, 'prometheus.yaml');
      await writeFile(path, configMap?.data?.['prometheus.yaml'] ?? '');
      const { promtool } = await programs(['promtool']);
      const { stdout } = await promisify(execFile)(promtool, ['check', 'config', '--syntax-only', path]);
      expect(stdout).toContain('SUCCESS');
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  });
});

describe('legacy-prometheus.yaml', () => {
  it('mounts the secret of Citadel as people did in 2020', async () => {
    const { template } = find(await apply('legacy-prometheus.yaml'), 'StatefulSet').spec;
    expect(template.spec.volumes).toContainEqual({
      name: 'istio-certs',
      secret: { defaultMode: 420, secretName: 'istio.default' },
    });
    expect(template.spec.containers[0].volumeMounts).toContainEqual({
      mountPath: '/etc/certs',
      name: 'istio-certs',
      readOnly: true,
    });
  });
});

describe('recipe-by-hand.yaml', () => {
  it('makes a pod whose istio-proxy writes to the volume that Prometheus reads', async () => {
    await apply('recipe-by-hand.yaml');
    const pods = `/api/v1/namespaces/${namespaceOf('recipe-by-hand.yaml')}/pods`;
    const [pod] = await bed.api.waitForList(pods, (items) => items.length === 1);
    const containers = [...pod?.spec.containers, ...(pod?.spec.initContainers ?? [])] as {
      name: string;
      env?: object[];
      volumeMounts: object[];
    }[];
    const [prometheus, proxy] = ['prometheus', 'istio-proxy'].map((name) =>
      containers.find((container) => container.name === name),
    );
    expect(proxy?.env).toContainEqual({ name: 'OUTPUT_CERTS', value: '/etc/istio-output-certs' });
    expect(proxy?.volumeMounts).toContainEqual({ name: 'prom-certs', mountPath: '/etc/istio-output-certs' });
    expect(prometheus?.volumeMounts).toContainEqual({
      name: 'prom-certs',
      mountPath: '/etc/prom-certs/',
      readOnly: true,
    });
    expect(pod?.spec.volumes).toContainEqual({ name: 'prom-certs', emptyDir: { medium: 'Memory' } });
  });

  it('would be refused as the article had it, with the volume in an annotation only', async () => {
    const all = await documentsOf('recipe-by-hand.yaml');
    const written = all.find(({ kind }) => kind === 'StatefulSet');
    if (written === undefined) throw new Error('no StatefulSet');
    const asIn2020 = structuredClone(written);
    asIn2020.metadata.name = 'as-in-2020';
    const podSpec = asIn2020.spec.template.spec as { volumes: readonly { readonly name: string }[] };
    podSpec.volumes = podSpec.volumes.filter(({ name }) => name !== 'prom-certs');
    const attempt = bed.api.create(asIn2020, { dryRun: true });
    await expect(attempt).rejects.toThrow(ApiError);
    await expect(attempt).rejects.toThrow(/volumeMounts\[2\]\.name: Not found: "prom-certs"/);
  });
});
