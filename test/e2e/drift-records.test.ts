// What status records of drift, on the real API server: every field, who changed it and how sure that is, and that a
// second reconcile writes nothing.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Agent, request } from 'undici';
import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../../testbed/api/kube-object.ts';
import { useTestBed } from '../support/control-plane.ts';
import { useController } from '../support/controller.ts';
import { condition, useStory, type Names } from '../support/story.ts';
import { REWRITTEN_YAML, statefulSet } from '../support/world.ts';

const bed = useTestBed({ kubelet: false });
const controller = useController({ kubeconfig: () => bed.kubeconfig });
const { names, becomes, converged } = useStory(bed);

const SECONDS = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;
const PORTS = 'traffic.sidecar.istio.io/includeInboundPorts';

interface DriftField {
  readonly target: string;
  readonly path: string;
  readonly resolution: string;
  readonly firstSeenTime: string;
  readonly count: number;
  readonly changedBy: { readonly manager?: string; readonly confidence: string };
}

interface Drift {
  readonly activeCount: number;
  readonly detectedTotal: number;
  readonly truncated: boolean;
  readonly fields: readonly DriftField[];
}

function driftOf(object: KubeObject | undefined): Drift {
  return object?.status?.drift as Drift;
}

/** Waits until status reports `detected` drifted fields that were all corrected, and nothing is under way. */
async function recorded(name: string, detected: number): Promise<Drift> {
  const seen = await bed.api.waitForObject(
    names(name).resource,
    (object) => {
      expect(driftOf(object)).toMatchObject({ activeCount: 0, detectedTotal: detected });
      return true;
    },
    { what: `${name}: ${detected} corrected` },
  );
  return driftOf(seen);
}

const annotations = (values: Record<string, string | null>): object => ({
  spec: { template: { metadata: { annotations: values } } },
});

/** managedFields have whole seconds: what is to be distinguished from our own last write must come in a later one. */
async function secondAfterOurs(all: Names): Promise<void> {
  const { metadata } = await bed.api.get(all.statefulSet);
  const entries: readonly { readonly manager: string; readonly time?: string }[] =
    metadata.managedFields ?? [];
  const times = entries.map(({ time = '' }) => Date.parse(time));
  await delay(Math.max(0, Math.max(...times) + 1000 - Date.now()));
}

/** One field of the StatefulSet changed from outside, and what the newest record must then say of it. */
interface Change {
  readonly name: string;
  readonly change: (all: Names) => Promise<unknown>;
  readonly record: object;
}

const PORTS_POINTER = `/spec/template/metadata/annotations/${PORTS.replaceAll('/', '~1')}`;
const changedBy = (manager: string, operation = 'Update', confidence = 'Exact') => ({
  manager,
  operation,
  confidence,
});
const edit = { fieldManager: 'kubectl-edit' };

async function patchAs(userAgent: string | undefined, all: Names, body: unknown): Promise<void> {
  const dispatcher = new Agent({ connect: { ca: bed.ca, cert: bed.cert, key: bed.key } });
  const { name, namespace } = all.statefulSet.metadata;
  const answer = await request(`${bed.url}/apis/apps/v1/namespaces/${namespace}/statefulsets/${name}`, {
    dispatcher,
    method: 'PATCH',
    headers: {
      'content-type': 'application/json-patch+json',
      ...(userAgent === undefined ? {} : { 'user-agent': userAgent }),
    },
    body: JSON.stringify(body),
  });
  await answer.body.dump();
  await dispatcher.close();
  expect(answer.statusCode).toBe(200);
}

/** The manifest that the StatefulSet was made from, with more annotations in its template, through the real kubectl. */
async function kubectlApply(
  all: Names,
  templateAnnotations: Readonly<Record<string, string>>,
): Promise<void> {
  const { name = '', namespace = '' } = all.statefulSet.metadata;
  const directory = await mkdtemp(join(tmpdir(), 'meshscrape-drift-'));
  const file = join(directory, 'statefulset.json');
  await writeFile(file, JSON.stringify(statefulSet({ name, namespace, replicas: 0, templateAnnotations })));
  const { code, stderr } = await bed.kubectl('apply', '-f', file);
  await rm(directory, { recursive: true });
  expect([code, stderr.includes('error')]).toEqual([0, false]);
}

const CHANGES: readonly Change[] = [
  {
    name: 'kubectl edit',
    change: (all) => bed.api.patch(all.statefulSet, annotations({ [PORTS]: '9090' }), edit),
    record: { operation: 'Changed', expected: '', actual: '9090', changedBy: changedBy('kubectl-edit') },
  },
  {
    name: 'kubectl apply',
    change: (all) => kubectlApply(all, { [PORTS]: '9091' }),
    record: {
      operation: 'Changed',
      expected: '',
      actual: '9091',
      changedBy: changedBy('kubectl-client-side-apply'),
    },
  },
  {
    name: 'kubectl apply of a manifest that no longer names the field',
    change: (all) => kubectlApply(all, {}),
    record: {
      operation: 'Removed',
      expected: '',
      changedBy: changedBy('kubectl-client-side-apply', 'Update', 'Inferred'),
    },
  },
  {
    name: 'a forced server-side apply',
    change: ({ statefulSet: { apiVersion, kind, metadata } }) =>
      bed.api.apply(
        { apiVersion, kind, metadata, ...annotations({ [PORTS]: '9092' }) },
        { fieldManager: 'argocd-controller', force: true },
      ),
    record: {
      operation: 'Changed',
      expected: '',
      actual: '9092',
      changedBy: changedBy('argocd-controller', 'Apply'),
    },
  },
  {
    name: 'a removal beside another change',
    change: (all) => bed.api.patch(all.statefulSet, annotations({ [PORTS]: null, other: 'x' }), edit),
    record: {
      operation: 'Removed',
      expected: '',
      changedBy: changedBy('kubectl-edit', 'Update', 'Inferred'),
    },
  },
  {
    // It leaves no trace in managedFields: any name would be a guess.
    name: 'a removal and nothing else',
    change: (all) => bed.api.patch(all.statefulSet, annotations({ [PORTS]: null }), edit),
    record: { operation: 'Removed', expected: '', changedBy: { confidence: 'Unknown' } },
  },
  {
    name: 'a JSON patch by a client that gives no manager: the User-Agent names it',
    change: (all) => patchAs('curl/8.5.0', all, [{ op: 'replace', path: PORTS_POINTER, value: '9093' }]),
    record: { operation: 'Changed', expected: '', actual: '9093', changedBy: changedBy('curl') },
  },
  {
    name: 'a JSON patch by a client without any name',
    change: (all) => patchAs(undefined, all, [{ op: 'replace', path: PORTS_POINTER, value: '9094' }]),
    record: { operation: 'Changed', expected: '', actual: '9094', changedBy: { confidence: 'Unknown' } },
  },
];

describe('who changed a field', () => {
  it('is recorded for the pod template, however it was written', async () => {
    const all = await converged('writers', {}, { replicas: 0 });
    let first: string | undefined;
    for (const [index, { name, change, record }] of CHANGES.entries()) {
      await secondAfterOurs(all);
      await change(all);
      const [field, ...others] = (await recorded('writers', index + 1)).fields;
      first ??= field?.firstSeenTime;
      expect(others, name).toEqual([]);
      expect(field, name).toEqual({
        target: 'StatefulSet/writers',
        path: `spec.template.metadata.annotations[${PORTS}]`,
        ...record,
        firstSeenTime: first,
        resolution: 'Corrected',
        count: index + 1,
      });
    }
    expect(first).toMatch(SECONDS);
  });

  it('is recorded for a job, and a second reconcile writes nothing', async () => {
    const all = await converged('job', {}, { replicas: 0 });
    const legacy = REWRITTEN_YAML.replace('/etc/prom-certs/key.pem', '/etc/certs/key.pem');
    await bed.api.patch(all.configMap, { data: { 'prometheus.yaml': legacy } }, edit);
    const drift = await recorded('job', 1);
    expect(drift.fields).toEqual([
      {
        target: 'ConfigMap/job',
        path: 'data[prometheus.yaml].scrape_configs[kubernetes-pods-istio-secure].tls_config.key_file',
        operation: 'Changed',
        expected: '/etc/prom-certs/key.pem',
        actual: '/etc/certs/key.pem',
        changedBy: changedBy('kubectl-edit'),
        firstSeenTime: expect.stringMatching(SECONDS),
        resolution: 'Corrected',
        count: 1,
      },
    ]);
    expect(condition(await bed.api.get(all.resource), 'Drifted')).toMatchObject({
      status: 'False',
      reason: 'DriftCorrected',
      message: 'corrected: ConfigMap/job: 1 field, last by kubectl-edit',
    });
    await staysSame(all);
  });

  it('is recorded for objects of our own, also where a field was added', async () => {
    const all = await converged('owned', {}, { replicas: 0 });
    const foreign = { spec: { outboundTrafficPolicy: { mode: 'REGISTRY_ONLY' } } };
    await bed.api.patch(all.sidecar, foreign, { fieldManager: 'istioctl' });
    const { fields } = await recorded('owned', 1);
    expect(fields).toMatchObject([
      {
        target: 'Sidecar/meshscrape-owned',
        path: 'spec.outboundTrafficPolicy',
        operation: 'Added',
        actual: '{"mode":"REGISTRY_ONLY"}',
        changedBy: changedBy('istioctl'),
      },
    ]);
    expect(fields[0]).not.toHaveProperty('expected');
    await bed.api.patch(all.peerAuthentication, { spec: { mtls: { mode: 'STRICT' } } }, edit);
    expect((await recorded('owned', 2)).fields).toMatchObject([
      {
        target: 'PeerAuthentication/meshscrape-owned',
        path: 'spec.mtls',
        changedBy: changedBy('kubectl-edit'),
      },
      { target: 'Sidecar/meshscrape-owned' },
    ]);
    await staysSame(all);
  });
});

/** Reconciles again, twice and after a restart: no write but the check itself, and the resource keeps its version. */
async function staysSame({ resource }: Names): Promise<void> {
  // The Event of a status follows it.
  await controller.settled();
  const { resourceVersion, name } = (await bed.api.get(resource)).metadata;
  controller.forgetWrites();
  await controller.checkAgain(`${bed.namespace}/${name}`);
  await controller.restart();
  await controller.checkAgain(`${bed.namespace}/${name}`);
  expect((await bed.api.get(resource)).metadata.resourceVersion).toBe(resourceVersion);
  expect(controller.writesOf(`${bed.namespace}/${name}`)).toEqual([]);
}

describe('drift that stays', () => {
  it('is Active in Observe, whoever edits beside it and whatever else spec asks for, until it is corrected', async () => {
    const all = await converged('watched', {}, { replicas: 0 });
    await bed.api.patch(all.resource, { spec: { mode: 'Observe' } });
    await becomes('watched', 'Ready', { status: 'True' });
    const legacy = REWRITTEN_YAML.replace('/etc/prom-certs/key.pem', '/etc/certs/key.pem');
    await bed.api.patch(all.configMap, { data: { 'prometheus.yaml': legacy } }, edit);
    const seen = await becomes('watched', 'Drifted', {
      status: 'True',
      reason: 'DriftDetected',
      message: 'ConfigMap/watched: 1 field, last by kubectl-edit',
    });
    const [field] = driftOf(seen).fields;
    expect(driftOf(seen)).toMatchObject({ activeCount: 1, detectedTotal: 1, truncated: false });
    expect(field).toMatchObject({ resolution: 'Active', count: 1, changedBy: changedBy('kubectl-edit') });
    await staysSame(all);

    // The same text, written by another person: the record keeps who made this change.
    const beside = { data: { 'prometheus.yaml': legacy.replace('2019', '2020') } };
    await bed.api.patch(all.configMap, beside, { fieldManager: 'helm' });
    await staysSame(all);

    await bed.api.patch(all.resource, { spec: { interval: '11m' } });
    const edited = await becomes('watched', 'Drifted', { status: 'True', observedGeneration: 3 });
    expect(driftOf(edited).fields).toEqual([field]);
    expect(edited.status.pendingCount).toBe(0);

    // Another path is a new desired value of three fields; the fourth drifted before and still is drift.
    await bed.api.patch(all.resource, { spec: { certificates: { mountPath: '/etc/new' } } });
    const moved = await becomes('watched', 'Drifted', { status: 'True', observedGeneration: 4 });
    expect(driftOf(moved)).toMatchObject({ activeCount: 1, detectedTotal: 1 });
    expect(driftOf(moved).fields).toEqual([{ ...field, expected: '/etc/new/key.pem' }]);

    await bed.api.patch(all.resource, { spec: { certificates: { mountPath: null } } });
    await becomes('watched', 'Drifted', { status: 'True', observedGeneration: 5 });
    await bed.api.patch(all.configMap, { data: { 'prometheus.yaml': REWRITTEN_YAML } }, edit);
    const fixed = await becomes('watched', 'Drifted', { status: 'False', reason: 'NoDriftDetected' });
    expect(driftOf(fixed)).toMatchObject({ activeCount: 0, detectedTotal: 1 });
    expect(driftOf(fixed).fields).toEqual([{ ...field, resolution: 'Corrected' }]);
    await staysSame(all);
  });

  it('is bounded where 200 fields drift at once', async () => {
    const job = (index: number) => `- job_name: secure-${index}
  scheme: https
  tls_config:
    ca_file: /etc/certs/root-cert.pem
    cert_file: /etc/certs/cert-chain.pem
    key_file: /etc/certs/key.pem
    insecure_skip_verify: false
`;
    const config = `scrape_configs:\n${Array.from({ length: 50 }, (_, index) => job(index)).join('')}`;
    const all = await converged('many', {}, { replicas: 0, config });
    await bed.api.patch(all.resource, { spec: { mode: 'Observe' } });
    await becomes('many', 'Ready', { status: 'True', observedGeneration: 2 });
    const text = config.replaceAll('/etc/certs/', `/etc/${'elsewhere-'.repeat(30)}/`);
    await bed.api.patch(all.configMap, { data: { 'prometheus.yaml': text } }, edit);
    const seen = await becomes('many', 'Drifted', {
      status: 'True',
      message: 'ConfigMap/many: 200 fields, last by kubectl-edit',
    });
    expect(driftOf(seen)).toMatchObject({ activeCount: 200, detectedTotal: 200, truncated: true });
    expect(JSON.stringify(seen.status).length).toBeLessThan(16 * 1024);
    expect(driftOf(seen).fields.length).toBeGreaterThan(8);
    await staysSame(all);

    await bed.api.patch(all.resource, { spec: { mode: 'Enforce' } });
    const after = await recorded('many', 200);
    expect(after.fields.every(({ resolution }) => resolution === 'Corrected')).toBe(true);
    await staysSame(all);
  });
});
