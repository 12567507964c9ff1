import { spawn } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, it, vi } from 'vitest';

import type { KubeObject } from '../../testbed/api/kube-object.ts';
import { startControlPlane } from '../../testbed/control-plane/control-plane.ts';
import { legacySecret } from '../../testbed/stand-ins/legacy-secret.ts';
import { useTestBed } from '../support/control-plane.ts';

const bed = useTestBed();

function statefulSet(
  name: string,
  template: { labels?: Record<string, string>; annotations?: Record<string, string> } = {},
): KubeObject {
  const labels = { app: name, ...template.labels };
  const containers = [{ name: 'prometheus', image: 'prom/prometheus:v3.16.0' }];
  return {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name, namespace: bed.namespace },
    spec: {
      replicas: 1,
      serviceName: name,
      selector: { matchLabels: { app: name } },
      template: { metadata: { labels, annotations: template.annotations ?? {} }, spec: { containers } },
    },
  };
}

function pod(name: string): {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace: string };
} {
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: bed.namespace } };
}

function isReady(object: KubeObject | undefined): boolean {
  const conditions: { type: string; status: string }[] = object?.status?.conditions ?? [];
  return conditions.some(({ type, status }) => type === 'Ready' && status === 'True');
}

function names(list: unknown): string[] {
  return ((list ?? []) as { name: string }[]).map(({ name }) => name);
}

describe('startControlPlane', () => {
  it.skipIf(process.env['KUBEBUILDER_ASSETS'])('serves the version that go.mod names', async () => {
    expect(await bed.api.get('/version')).toMatchObject({ gitVersion: 'v1.36.3', major: '1', minor: '36' });
  });

  it('lets RBAC decide about everybody but the administrator', async () => {
    const nobody = bed.kubeconfigFor('nobody', ['some-group']);
    const ours = await bed.kubectl('auth', 'can-i', 'list', 'pods', '--as=nobody');
    const theirs = await bed.kubectl('--kubeconfig', nobody, 'get', 'pods', '-n', bed.namespace);
    expect(ours).toMatchObject({ code: 1, stdout: 'no\n' });
    expect(theirs.code).toBe(1);
    expect(theirs.stderr).toContain('User "nobody" cannot list resource "pods"');
  });

  it('issues tokens for the audience that istiod accepts', async () => {
    const { status, body } = await bed.api.request({
      method: 'POST',
      path: `/api/v1/namespaces/${bed.namespace}/serviceaccounts/default/token`,
      body: {
        apiVersion: 'authentication.k8s.io/v1',
        kind: 'TokenRequest',
        spec: { audiences: ['istio-ca'] },
      },
    });
    expect({ status, audiences: body.spec.audiences }).toEqual({ status: 201, audiences: ['istio-ca'] });
  });

  it('names the program that failed, shows its log, and leaves nothing behind', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'meshscrape-test-'));
    vi.stubEnv('TMPDIR', directory);
    const failed = startControlPlane({ apiserverArgs: ['--no-such-flag'] });
    await expect(failed).rejects.toThrow(/kube-apiserver ended with code 1 .*unknown flag: --no-such-flag/s);
    expect({ files: readdirSync(directory), processes: processesOf(directory) }).toEqual({
      files: [],
      processes: [],
    });
    vi.unstubAllEnvs();
    rmdirSync(directory);
  });

  it.each(['SIGKILL', 'SIGTERM', 'SIGINT'] as const)('ends with its parent, on %s too', async (signal) => {
    const program = [
      "import { startControlPlane } from './testbed/control-plane/control-plane.ts';",
      'const { directory } = await startControlPlane();',
      'console.log(directory);',
      'setInterval(() => undefined, 1000);',
    ].join('\n');
    const cwd = join(import.meta.dirname, '../..');
    const args = ['--input-type=module', '--eval', program];
    const parent = spawn(process.execPath, args, { cwd, stdio: ['ignore', 'pipe', 'inherit'] });
    const [directory] = (await once(createInterface(parent.stdout), 'line')) as [string];
    expect(processesOf(directory)).toHaveLength(4);
    parent.kill(signal);
    await expect.poll(() => processesOf(directory), { timeout: 90_000 }).toEqual([]);
    await expect.poll(() => existsSync(directory), { timeout: 90_000 }).toBe(false);
  });
});

describe('startKubelet', () => {
  it("makes the StatefulSet controller's own pods ready", async () => {
    const set = await bed.api.create(statefulSet('plain'));
    const ready = await bed.api.waitForObject(set, (object) => object?.status?.readyReplicas === 1);
    expect(ready?.status).toMatchObject({ replicas: 1, readyReplicas: 1, availableReplicas: 1 });
    const { spec, status } = await bed.api.get(pod('plain-0'));
    expect({ node: spec.nodeName, phase: status.phase }).toEqual({ node: 'testbed', phase: 'Running' });
    expect(status.containerStatuses).toMatchObject([{ name: 'prometheus', ready: true, restartCount: 0 }]);
    expect(status.podIP).toMatch(/^127\./);
  });

  it('holds chosen pods back until they are released', async () => {
    const release = bed.kubelet.hold(({ metadata }) => metadata.name === 'held-0');
    await bed.api.create(statefulSet('held'));
    const held = await bed.api.waitForObject(pod('held-0'), (object) => object?.status?.podIP !== undefined);
    expect({ phase: held?.status.phase, ready: isReady(held) }).toEqual({ phase: 'Pending', ready: false });
    release();
    const released = await bed.api.waitForObject(pod('held-0'), isReady);
    expect(released?.status.phase).toBe('Running');
  });

  it('takes readiness away from a running pod that is held later', async () => {
    await bed.api.create(statefulSet('shaken'));
    await bed.api.waitForObject(pod('shaken-0'), isReady);
    const release = bed.kubelet.hold(({ metadata }) => metadata.name === 'shaken-0');
    const shaken = await bed.api.waitForObject(pod('shaken-0'), (object) => !isReady(object));
    expect(shaken?.status.phase).toBe('Running');
    release();
  });

  it('lets deleted pods go, so that the controller replaces them', async () => {
    await bed.api.create(statefulSet('replaced'));
    const first = await bed.api.waitForObject(pod('replaced-0'), isReady);
    await bed.api.delete(pod('replaced-0'));
    const second = await bed.api.waitForObject(
      pod('replaced-0'),
      (object) => isReady(object) && object?.metadata.uid !== first?.metadata.uid,
    );
    expect(second?.metadata.uid).not.toBe(first?.metadata.uid);
  });
});

describe('startInjector', () => {
  const annotations = {
    'proxy.istio.io/config': 'proxyMetadata:\n  OUTPUT_CERTS: /etc/istio-output-certs\n',
    'sidecar.istio.io/userVolumeMount': '[{"name":"istio-data","mountPath":"/etc/istio-output-certs"}]',
  };

  it('injects istio-proxy into a labelled pod, with what its annotations ask for', async () => {
    const labels = { 'sidecar.istio.io/inject': 'true' };
    await bed.api.create(statefulSet('meshed', { labels, annotations }));
    const meshed = await bed.api.waitForObject(pod('meshed-0'), isReady);
    expect(names(meshed?.spec.containers)).toEqual(['prometheus', 'istio-proxy']);
    const [, proxy] = meshed?.spec.containers ?? [];
    expect(proxy.env).toContainEqual({ name: 'OUTPUT_CERTS', value: '/etc/istio-output-certs' });
    expect(proxy.volumeMounts).toContainEqual({ name: 'istio-data', mountPath: '/etc/istio-output-certs' });
    expect(JSON.parse(meshed?.metadata.annotations?.['sidecar.istio.io/status'] ?? '')).toMatchObject({
      containers: ['istio-proxy'],
      revision: 'default',
    });
  });

  it('makes istio-proxy an init container of a pod that asks for a native sidecar', async () => {
    const labels = { 'sidecar.istio.io/inject': 'true' };
    const native = { 'sidecar.istio.io/nativeSidecar': 'true' };
    await bed.api.create(statefulSet('native', { labels, annotations: native }));
    await bed.api.waitForObject(pod('native-0'), isReady);
    const { spec, status } = await bed.api.get(pod('native-0'));
    expect(names(spec.containers)).toEqual(['prometheus']);
    expect(names(spec.initContainers)).toEqual(['istio-init', 'istio-proxy']);
    expect(status.initContainerStatuses).toMatchObject([
      { state: { terminated: { exitCode: 0 } } },
      { ready: true, started: true },
    ]);
  });

  const decisions: {
    name: string;
    labels: Record<string, string>;
    annotations?: object;
    injected: boolean;
  }[] = [
    { name: 'no label', labels: {}, injected: false },
    {
      name: 'only the annotation',
      labels: {},
      annotations: { 'sidecar.istio.io/inject': 'true' },
      injected: false,
    },
    { name: 'label true', labels: { 'sidecar.istio.io/inject': 'true' }, injected: true },
    { name: 'label yes', labels: { 'sidecar.istio.io/inject': 'yes' }, injected: false },
    { name: 'revision default', labels: { 'istio.io/rev': 'default' }, injected: true },
    { name: 'another revision', labels: { 'istio.io/rev': 'canary' }, injected: false },
    {
      name: 'label false, annotation true',
      labels: { 'sidecar.istio.io/inject': 'false', 'istio.io/rev': 'default' },
      annotations: { 'sidecar.istio.io/inject': 'true' },
      injected: false,
    },
  ];
  it.each(decisions)('decides by the label, in a dry run too: $name', async (row) => {
    const spec = { containers: [{ name: 'prometheus', image: 'prom/prometheus:v3.16.0' }] };
    const metadata = { ...pod('dry').metadata, labels: row.labels, annotations: { ...row.annotations } };
    const answer = await bed.api.create({ ...pod('dry'), metadata, spec }, { dryRun: true });
    expect(names(answer.spec.containers).includes('istio-proxy')).toBe(row.injected);
    expect(await bed.api.find(pod('dry'))).toBeUndefined();
  });

  const refusals: { name: string; annotation: string; value: string }[] = [
    { name: 'mounts that are no JSON', annotation: 'sidecar.istio.io/userVolumeMount', value: '[{name: x}]' },
    { name: 'a config that is no YAML', annotation: 'proxy.istio.io/config', value: 'proxyMetadata: [' },
    { name: 'an unquoted boolean', annotation: 'proxy.istio.io/config', value: 'proxyMetadata: {A: yes}' },
    { name: 'a number', annotation: 'proxy.istio.io/config', value: 'proxyMetadata: {A: 1}' },
  ];
  it.each(refusals)('refuses the pod for $name, naming the annotation', async ({ annotation, value }) => {
    const spec = { containers: [{ name: 'prometheus', image: 'prom/prometheus:v3.16.0' }] };
    const labels = { 'sidecar.istio.io/inject': 'true' };
    const metadata = { ...pod('bad').metadata, labels, annotations: { [annotation]: value } };
    const created = bed.api.create({ ...pod('bad'), metadata, spec }, { dryRun: true });
    await expect(created).rejects.toThrow(
      new RegExp(`webhook "object.sidecar-injector.istio.io" denied the request: .*${annotation}`, 's'),
    );
  });
});

describe('Api', () => {
  it('answers undefined for what is absent and throws the reason of a refusal', async () => {
    expect(await bed.api.find(pod('absent'))).toBeUndefined();
    await expect(bed.api.get(pod('absent'))).rejects.toMatchObject({ code: 404, reason: 'NotFound' });
  });

  it('waits until an object is gone', async () => {
    const map = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'short', namespace: bed.namespace },
    };
    await bed.api.create(map);
    const gone = bed.api.waitForObject(map, (object) => object === undefined);
    await bed.api.delete(map);
    expect(await gone).toBeUndefined();
  });

  it('says what it waited for in vain, what it saw, and which expectation failed', async () => {
    const map = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'dull', namespace: bed.namespace } };
    await bed.api.create({ ...map, data: { seen: 'this' } });
    const waiting = bed.api.waitForObject(
      map,
      (object) => {
        expect(object?.data).toEqual({ seen: 'that' });
        return true;
      },
      { timeoutMs: 200, what: 'the other value' },
    );
    await expect(waiting).rejects.toThrow(/200 ms in vain for the other value.*'that'.*last seen: .*"this"/s);
  });

  it('applies server-side: a conflict without force, then the same again is no write', async () => {
    const map = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'owned', namespace: bed.namespace },
    };
    await bed.api.apply({ ...map, data: { key: 'theirs' } }, { fieldManager: 'them' });
    const ours = { ...map, data: { key: 'ours' } };
    await expect(bed.api.apply(ours, { fieldManager: 'us' })).rejects.toMatchObject({ code: 409 });
    const first = await bed.api.apply(ours, { fieldManager: 'us', force: true });
    const second = await bed.api.apply(ours, { fieldManager: 'us' });
    expect(second.metadata.resourceVersion).toBe(first.metadata.resourceVersion);
  });
});

describe('legacySecret', () => {
  it('is accepted and carries a certificate that expires when asked to', async () => {
    const notAfter = new Date('2026-12-24T18:00:00Z');
    const secret = await bed.api.create(legacySecret({ namespace: bed.namespace, notAfter }));
    const field = new X509Certificate(Buffer.from(secret.data?.['cert-chain.pem'] ?? '', 'base64'));
    const root = new X509Certificate(Buffer.from(secret.data?.['root-cert.pem'] ?? '', 'base64'));
    expect(secret).toMatchObject({ type: 'istio.io/key-and-cert', metadata: { name: 'istio.default' } });
    expect(field.validToDate).toEqual(notAfter);
    expect(field.subjectAltName).toBe(`URI:spiffe://cluster.local/ns/${bed.namespace}/sa/default`);
    expect(field.verify(root.publicKey)).toBe(true);
  });
});

/** Command lines of living processes that name the directory. Linux only, as the test bed is in practice. */
function processesOf(directory: string): string[] {
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .map((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
      } catch {
        return '';
      }
    })
    .filter((commandLine) => commandLine.includes(directory));
}
