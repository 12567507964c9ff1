// The mesh of the test bed itself, with nothing of meshscrape in it: istiod injects, agents write and renew certificates,
// and a Prometheus that was wired by hand scrapes over mutual TLS. What it proves, the other mesh tests may rely on.
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';

import type { KubeObject } from '../../../testbed/api/kube-object.ts';
import { ProcessGroup } from '../../../testbed/control-plane/process-group.ts';
import type { MeshNode } from '../../../testbed/mesh/node.ts';
import { startNode } from '../../../testbed/mesh/node.ts';
import { PrometheusApi } from '../../../testbed/mesh/prometheus-api.ts';
import type { Target, TargetRequest } from '../../../testbed/mesh/targets.ts';
import { announceTarget, startTarget } from '../../../testbed/mesh/targets.ts';
import { useTestBed } from '../../support/control-plane.ts';
import { handWiredPrometheus } from './hand-wired.ts';

/** Certificates are renewed at half of it. */
const SECRET_TTL = '24s';

const bed = useTestBed({ kubelet: false });
const mesh = inject('mesh');
const processes = new ProcessGroup();
const targets = new Map<string, Target>();
let node: MeshNode;
let prometheus: PrometheusApi;
const pod = { namespace: bed.namespace, name: 'prometheus-0' };

const podObject = { apiVersion: 'v1', kind: 'Pod', metadata: pod };
const isReady = (object: KubeObject | undefined): boolean => {
  const conditions = (object?.status?.conditions ?? []) as { type: string; status: string }[];
  return conditions.some(({ type, status }) => type === 'Ready' && status === 'True');
};

/** Asks again and again until the answer is as expected; the last answer is in the error. */
async function eventually<T>(ask: () => Promise<T>, isMet: (answer: T) => boolean): Promise<T> {
  const answer = await ask();
  if (isMet(answer)) return answer;
  return expect
    .poll(ask, { timeout: 90_000, interval: 200 })
    .toSatisfy(isMet)
    .then(async () => ask());
}

beforeAll(async () => {
  const { api, url, namespace } = bed;
  node = await startNode({ api, processes, url, mesh, namespace, secretTtl: SECRET_TTL });
  const shared = { api, processes, mesh, namespace, network: node.network, secretTtl: SECRET_TTL };
  const requests: TargetRequest[] = [
    ...(['strict', 'plain', 'foreign', 'guarded', 'expired'] as const).map((kind) => ({ kind })),
    { kind: 'guarded', name: 'guarded-http1', http2: false },
  ];
  const started = await Promise.all(requests.map(async (request) => startTarget(shared, request)));
  for (const target of started) targets.set(target.name, target);
});

afterAll(async () => {
  try {
    await Promise.all([...targets.values()].map(async (target) => target.stop()));
    await node.stop();
  } finally {
    await processes.stop();
  }
});

describe('istiod', () => {
  const named = (name: string, metadata: object): KubeObject => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: bed.namespace, ...metadata },
    spec: { containers: [{ name: 'app', image: 'pause' }] },
  });
  const proxies = ({ spec }: KubeObject): string[] =>
    [...(spec.initContainers ?? []), ...spec.containers]
      .map(({ name }: { name: string }) => name)
      .filter((name) => name === 'istio-proxy');

  it('injects a pod that bears the label', async () => {
    const injected = await bed.api.create(
      named('labelled', { labels: { 'sidecar.istio.io/inject': 'true' } }),
      { dryRun: true },
    );
    expect(proxies(injected)).toEqual(['istio-proxy']);
  });

  it('leaves a pod alone that bears only the annotation', async () => {
    const left = await bed.api.create(
      named('annotated', { annotations: { 'sidecar.istio.io/inject': 'true' } }),
      { dryRun: true },
    );
    expect(proxies(left)).toEqual([]);
  });

  it.each([
    {
      name: 'a userVolumeMount that is not JSON',
      key: 'sidecar.istio.io/userVolumeMount',
      value: 'nonsense',
    },
    { name: 'a proxy configuration that is not YAML', key: 'proxy.istio.io/config', value: '{' },
    {
      name: 'proxy metadata that is no string',
      key: 'proxy.istio.io/config',
      value: 'proxyMetadata: {DISABLE_ENVOY: true}',
    },
  ])('refuses a pod with $name', async ({ key, value }) => {
    const bad = named('bad', {
      labels: { 'sidecar.istio.io/inject': 'true' },
      annotations: { [key]: value },
    });
    await expect(bed.api.create(bad, { dryRun: true })).rejects.toThrow(
      /sidecar-injector\.istio\.io.*denied/s,
    );
  });

  it('refuses a Sidecar whose host is no host', async () => {
    const sidecar = {
      apiVersion: 'networking.istio.io/v1beta1',
      kind: 'Sidecar',
      metadata: { name: 'wrong', namespace: bed.namespace },
      spec: { egress: [{ hosts: ['no-slash'] }] },
    };
    await expect(bed.api.create(sidecar, { dryRun: true })).rejects.toThrow(/no-slash|host/);
  });
});

describe('a Prometheus wired by hand', () => {
  const filesIn = async (directory: string): Promise<string[]> =>
    node.container(pod, 'prometheus').list(directory);
  const fingerprint = async (): Promise<string> => {
    const chain = await node.container(pod, 'prometheus').read('/etc/prom-certs/cert-chain.pem');
    return createHash('sha256').update(chain).digest('hex');
  };
  const upOf = async (job: string): Promise<number | undefined> =>
    (await prometheus.query(`up{job="${job}"}`))[0]?.value;

  it('gets the three files where its configuration names them', async () => {
    const startedMs = Date.now();
    await bed.api.applyYaml(handWiredPrometheus([...targets.values()]), { namespace: bed.namespace });
    await bed.api.waitForObject(podObject, isReady, { timeoutMs: 180_000 });
    process.stdout.write(`from StatefulSet to ready pod with files: ${Date.now() - startedMs} ms\n`);
    expect(await filesIn('/etc/prom-certs')).toEqual(['cert-chain.pem', 'key.pem', 'root-cert.pem']);
    prometheus = new PrometheusApi(node.address(pod) ?? '');
  });

  it('was started after the native sidecar, and says so in its status', async () => {
    const { status } = await bed.api.get(podObject);
    const states = [...status.initContainerStatuses, ...status.containerStatuses].map(
      (container: KubeObject['status']) => [container.name, Object.keys(container.state)[0], container.ready],
    );
    expect(states).toEqual([
      ['istio-init', 'terminated', true],
      ['istio-proxy', 'running', true],
      ['prometheus', 'running', true],
      ['reloader', 'running', true],
    ]);
    expect(status.podIP).toBe(node.address(pod));
  });

  it('scrapes the STRICT target over mutual TLS, as itself', async () => {
    expect(
      await eventually(
        async () => upOf('strict'),
        (up) => up === 1,
      ),
    ).toBe(1);
    expect(targets.get('strict')?.scrapes.at(-1)?.peer).toBe(
      `spiffe://cluster.local/ns/${bed.namespace}/sa/prometheus`,
    );
    expect(await prometheus.query('testbed_target_scrapes_total{job="strict"}')).toHaveLength(1);
  });

  it.each([
    { job: 'plain', server: 'plain', health: 'up', refusal: undefined },
    { job: 'foreign', server: 'foreign', health: 'up', refusal: undefined },
    { job: 'expired', server: 'expired', health: 'up', refusal: undefined },
    { job: 'guarded', server: 'guarded', health: 'down', refusal: /signed by unknown authority/ },
    { job: 'guarded-http1', server: 'guarded-http1', health: 'down', refusal: /signed by unknown authority/ },
    {
      job: 'strict-without-certificate',
      server: 'strict',
      health: 'down',
      refusal: /client didn't provide a certificate/,
    },
  ])('finds the job $job $health', async ({ job, server, health, refusal }) => {
    const target = await eventually(
      async () => (await prometheus.targets()).find(({ scrapePool }) => scrapePool === job),
      (found) => found !== undefined && found.health !== 'unknown',
    );
    expect(target?.health).toBe(health);
    // In TLS 1.3 a client believes itself connected before its certificate is checked. So Prometheus may have the alert
    // (`remote error: tls: …`), a broken pipe or its HTTP/2's own words; the server alone always knows why.
    process.stdout.write(`${job}: ${target?.lastError ?? ''}\n`);
    if (refusal === undefined) expect(target?.lastError).toBe('');
    else expect(targets.get(server)?.failures).toContainEqual(expect.stringMatching(refusal));
  });

  it('finds a target that is announced as a pod', async () => {
    const strict = targets.get('strict');
    if (strict === undefined) throw new Error('no strict target');
    const remove = await announceTarget(bed.api, strict, {
      namespace: bed.namespace,
      name: 'app-0',
      labels: { app: 'strict-app' },
    });
    expect(
      await eventually(
        async () => upOf('pods'),
        (up) => up === 1,
      ),
    ).toBe(1);
    await remove();
  });

  it('goes on after its certificate was renewed twice', async () => {
    const serials = (): number => new Set(targets.get('strict')?.scrapes.map(({ serial }) => serial)).size;
    const first = await fingerprint();
    const before = serials();
    const seen = await eventually(
      async () => Promise.resolve(serials()),
      (count) => count >= before + 2,
    );
    expect(seen).toBeGreaterThanOrEqual(before + 2);
    expect(await fingerprint()).not.toBe(first);
    // One scrape may fall between two of the three files.
    const downs = (await prometheus.history('up{job="strict"}', 40)).filter(([, value]) => value === 0);
    expect(downs.length).toBeLessThanOrEqual(2);
    expect(await upOf('strict')).toBe(1);
  });

  it('sees an edit of its ConfigMap after the delay, and goes on with it after a reload', async () => {
    const configMap = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { ...pod, name: 'prometheus' } };
    const text = (await bed.api.get(configMap)).data?.['prometheus.yaml'] ?? '';
    await bed.api.patch(configMap, { data: { 'prometheus.yaml': `${text}# edited\n` } });
    const read = async (path: string): Promise<string> => node.container(pod, 'prometheus').read(path);
    const config = await eventually(
      async () => read('/etc/prometheus/prometheus.yaml'),
      (content) => content.endsWith('# edited\n'),
    );
    expect(config).toBe(`${text}# edited\n`);
    expect(await read('/etc/frozen/prometheus.yaml')).toBe(text);
    expect(await prometheus.reload()).toBe(200);
  });

  it('comes back after a crash of either container', async () => {
    for (const name of ['istio-proxy', 'prometheus']) {
      node.container(pod, name).kill();
      await bed.api.waitForObject(podObject, (object) => {
        const statuses = [...object?.status.initContainerStatuses, ...object?.status.containerStatuses];
        const status = statuses.find((candidate) => candidate.name === name);
        return status.restartCount === 1 && status.lastState.terminated?.exitCode === 137 && isReady(object);
      });
    }
    expect(
      await eventually(
        async () => upOf('strict'),
        (up) => up === 1,
      ),
    ).toBe(1);
  });

  it('is replaced when its pod is deleted, and keeps its data', async () => {
    const { uid } = (await bed.api.get(podObject)).metadata;
    await bed.api.delete(podObject);
    await bed.api.waitForObject(podObject, (object) => object?.metadata.uid !== uid && isReady(object), {
      timeoutMs: 180_000,
    });
    prometheus = new PrometheusApi(node.address(pod) ?? '');
    expect(
      await eventually(
        async () => upOf('strict'),
        (up) => up === 1,
      ),
    ).toBe(1);
    const samples = await prometheus.query('count_over_time(up{job="strict"}[5m])');
    // More than the new pod alone could have made by now.
    expect(samples[0]?.value).toBeGreaterThan(15);
  });
});

describe('a pod that cannot start', () => {
  it('says what it waits for, and starts when that comes', async () => {
    const name = 'waiting';
    const metadata = { name, namespace: bed.namespace };
    const volumes = [{ name: 'config', configMap: { name: 'later' } }];
    const containers = [{ name: 'app', image: 'pause', volumeMounts: [{ name: 'config', mountPath: '/c' }] }];
    const waiting = await bed.api.create({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata,
      spec: { containers, volumes },
    });
    await bed.api.waitForObject(waiting, (object) => {
      const state = object?.status?.containerStatuses?.[0]?.state;
      expect(state).toEqual({
        waiting: { reason: 'ContainerCreating', message: 'configmap "later" not found' },
      });
      return object?.status?.phase === 'Pending';
    });
    await bed.api.create({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { ...metadata, name: 'later' },
      data: { a: 'b' },
    });
    const ready = await bed.api.waitForObject(waiting, isReady);
    expect(ready?.status.phase).toBe('Running');
  });
});
