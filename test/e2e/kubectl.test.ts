// What a person sees through the real kubectl: the columns for six states, describe, and wait. Golden text.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { programs } from '../../testbed/programs/programs.ts';
import { legacySecret } from '../../testbed/stand-ins/legacy-secret.ts';
import { useTestBed } from '../support/control-plane.ts';
import { useController } from '../support/controller.ts';
import { secureConfig, usePrometheus } from '../support/prometheus.ts';
import { useStory } from '../support/story.ts';
import { configMap, statefulSet } from '../support/world.ts';

const bed = useTestBed();
const controller = useController({ kubeconfig: () => bed.kubeconfig });
const prometheus = usePrometheus();
const { names, world, scrape, becomes, converged } = useStory(bed);
const target = createServer(prometheus.server, (_request, response) => {
  response.writeHead(200, { 'content-type': 'text/plain' }).end('up 1\n');
});

beforeAll(async () => {
  target.listen(0, '127.0.0.1');
  await once(target, 'listening');
});
afterAll(() => {
  target.close();
  target.closeAllConnections();
});

const kubectl = async (...args: readonly string[]): Promise<string> => {
  const { code, stdout, stderr } = await bed.kubectl('-n', bed.namespace, ...args);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return normalised(stdout);
};

/** The one place that hides what differs from run to run: where, when and how long ago. Everything else is literal. */
function normalised(text: string): string {
  const keys =
    'Creation Timestamp|Last Transition Time|First Seen Time|Generation Seen Time|Resource Version|UID|Update Revision';
  const hashes = 'Config|Peer Authentication|Sidecar|Workload';
  return (
    text
      .replaceAll(bed.namespace, 'app-metrics')
      .replaceAll(new RegExp(`(?<=^ +(${keys}): +)\\S+`, 'gm'), '<varies>')
      .replaceAll(new RegExp(`(?<=^ +(${hashes}): +)[0-9a-f]{12}$`, 'gm'), '<hash>')
      // An age, as wide as its column.
      .replaceAll(
        /(?<=^[^:]* )(AGE|\d+s|\d+m(\d+s)?) +(?=WORKLOAD|unseen|waiting|ready|refused|paused|drifted)/gm,
        'AGE   ',
      )
      .replaceAll(/(?<=^[^:]* )(\d+s|\d+m(\d+s)?)$/gm, 'AGE')
  );
}

describe('kubectl wait', () => {
  it('ends when the resource becomes ready, and not before', async () => {
    const release = holdInjected('waits');
    await world('waits');
    await scrape('waits');
    const wait = await startWait('--for=condition=Ready', 'waits');
    await becomes('waits', 'Ready', { status: 'Unknown', reason: 'WaitingForCertificates' });
    expect(wait.child.exitCode).toBeNull();
    release();
    expect(await wait.done).toMatch(/\/waits condition met\n$/);
    await becomes('waits', 'Ready', { status: 'True' });
  });

  it('ends when drift is gone, and not before', async () => {
    await converged('undrifts');
    expect(await kubectl('wait', '--for=condition=Drifted=false', 'promscrape/undrifts')).toContain('met');
    await bed.api.patch(names('undrifts').resource, { spec: { mode: 'Observe' } });
    await becomes('undrifts', 'Ready', { status: 'True' });
    await edit('undrifts', '*');
    await becomes('undrifts', 'Drifted', { status: 'True' });
    const wait = await startWait('--for=condition=Drifted=false', 'undrifts');
    expect(wait.child.exitCode).toBeNull();
    await edit('undrifts', '');
    expect(await wait.done).toMatch(/\/undrifts condition met\n$/);
  });
});

describe('what kubectl shows', () => {
  const states = ['promscrape/unseen', 'promscrape/waiting', 'promscrape/ready', 'promscrape/refused'];
  const all = [...states, 'promscrape/paused', 'promscrape/drifted'];
  const long = 'prometheus-eu-west-1';

  // One hook for each state, so that none has the time of all.
  beforeAll(() => becomesReadyWithTargets('ready'));
  beforeAll(() => staysWaiting('waiting'));
  beforeAll(() => isRefused('refused'));
  beforeAll(() => driftsInObserve('drifted'));
  beforeAll(() => isSuspended('paused'));
  beforeAll(() => isUnresolved(long));
  beforeAll(async () => {
    // Whoever is created now is seen by nobody, and the others stay as they are.
    await controller.stop();
    await scrape('unseen');
  });

  it('shows six states in the columns of get', async () => {
    expect(await kubectl('get', ...all)).toMatchInlineSnapshot(`
      "NAME      READY     REASON            JOBS   TARGETS   AGE
      unseen    Unknown   NotYetSeen                         AGE
      waiting   Unknown   ProxyNotReady     0/1              AGE
      ready     True      Succeeded         1/1    1/1       AGE
      refused   False     VolumeNameTaken   0/1              AGE
      paused    False     Suspended         0/1              AGE
      drifted   False     DriftDetected     0/1              AGE
      "
    `);
  });

  it('fits into 80 characters with a name and a reason of 20 each', async () => {
    expect(long).toHaveLength(20);
    const lines = (await kubectl('get', 'promscrape/ready', `promscrape/${long}`)).split('\n');
    expect(lines[2]).toMatch(/^prometheus-eu-west-1 +False +ConfigMapNotResolved /);
    // An age of hours and minutes is two characters longer than the one that stands in for it.
    expect(Math.max(...lines.map(({ length }) => length)) + 2).toBeLessThanOrEqual(80);
  });

  it('adds workload, drift, secrets, mode, expiry and message with -o wide', async () => {
    expect(await kubectl('get', '-o', 'wide', ...all)).toMatchInlineSnapshot(`
      "NAME      READY     REASON            JOBS   TARGETS   AGE   WORKLOAD   DRIFT   STALE   MODE        EXPIRES                MESSAGE
      unseen    Unknown   NotYetSeen                         AGE   unseen                                                        no meshscrape controller has seen this resource yet
      waiting   Unknown   ProxyNotReady     0/1              AGE   waiting    0       1       Enforce                            1 of 1 pods are not wired: waiting-0: istio-proxy is not ready (docs/troubleshooting.md#proxynotready)
      ready     True      Succeeded         1/1    1/1       AGE   ready      0       1       Enforce                            wired (1 of 1 pods are wired), 1 job reads the renewed certificates; 1 of 1 replicas serve the new paths
      refused   False     VolumeNameTaken   0/1              AGE   refused    0       1       Enforce                            the pod template already declares volume istio-output-certs from configMap: set spec.certificates.volumeName to a free name (docs/troubleshooting.md#volumenametaken)
      paused    False     Suspended         0/1              AGE   paused     0       1       Suspended                          24 changes are pending (spec.suspend is set), see status.pending and status.drift (docs/troubleshooting.md#suspended)
      drifted   False     DriftDetected     0/1              AGE   drifted    3       1       Observe     2099-12-01T09:00:00Z   ConfigMap/drifted: 3 fields, last by kubectl-edit (docs/troubleshooting.md#driftdetected)
      "
    `);
  });

  it('describes spec and status, nothing twice and no managedFields', async () => {
    // Its Events are shown in events.test.ts.
    const described = await kubectl('describe', '--show-events=false', 'promscrape', 'drifted');
    await expect(described).toMatchFileSnapshot('../fixtures/kubectl/describe.txt');
  });

  it.each(['unseen', 'waiting', 'refused'])('does not let kubectl wait take %s for ready', async (name) => {
    const args = ['wait', '--for=condition=Ready', '--timeout=1s', `promscrape/${name}`];
    expect(await bed.kubectl('-n', bed.namespace, ...args)).toMatchObject({ code: 1, stdout: '' });
  });

  it('does not let kubectl wait take the evaluation of an older generation for the answer', async () => {
    const args = ['wait', '--for=condition=Ready', 'promscrape/ready'];
    await kubectl(...args, '--timeout=90s');
    await bed.api.patch(names('ready').resource, { spec: { interval: '20m' } });
    const newer = await bed.kubectl('-n', bed.namespace, ...args, '--timeout=1s');
    expect(newer).toMatchObject({ code: 1, stdout: '' });
  });
});

/** A `kubectl wait` that has begun to watch. */
async function startWait(
  condition: string,
  name: string,
): Promise<{ readonly child: ChildProcess; readonly done: Promise<string> }> {
  const { kubectl: program } = await programs(['kubectl']);
  const args = ['wait', '-v=6', '--timeout=90s', '-n', bed.namespace, condition, `promscrape/${name}`];
  const child = spawn(program, args, { env: { ...process.env, KUBECONFIG: bed.kubeconfig } });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  const done = once(child, 'close').then(() => stdout);
  await new Promise<void>((resolve, reject) => {
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
      if (stderr.includes('watch=true')) resolve();
    });
    child.once('close', () => {
      reject(new Error(`kubectl wait never watched: ${stderr}`));
    });
  });
  return { child, done };
}

function holdInjected(name: string): () => void {
  return bed.kubelet.hold(
    ({ metadata, spec }) =>
      metadata.name === `${name}-0` && JSON.stringify(spec).includes('"name":"istio-proxy"'),
  );
}

async function edit(name: string, includeInboundPorts: string): Promise<void> {
  const annotations = { 'traffic.sidecar.istio.io/includeInboundPorts': includeInboundPorts };
  const change = { spec: { template: { metadata: { annotations } } } };
  await bed.api.patch(names(name).statefulSet, change, { fieldManager: 'kubectl-edit' });
}

async function becomesReadyWithTargets(name: string): Promise<void> {
  const { port } = target.address() as AddressInfo;
  const config = (files: string): string => secureConfig('kubernetes-pods-istio-secure', files, port);
  const { legacy, certs } = prometheus;
  await world(name, { config: config(legacy) });
  await scrape(name, { certificates: { mountPath: certs }, config: { legacyDirectories: [legacy] } });
  await becomes(name, 'ConfigRewritten', { status: 'True' });
  const pod = await bed.api.get({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: `${name}-0`, namespace: bed.namespace },
  });
  prometheus.writeConfig(config(certs));
  const scraped = once(target, 'request');
  await prometheus.start(pod.status.podIP as string);
  await scraped;
  await once(target, 'request');
  await controller.checkAgain(`${bed.namespace}/${name}`);
  await becomes(name, 'TargetsUp', { status: 'True' });
}

async function staysWaiting(name: string): Promise<void> {
  holdInjected(name);
  await world(name);
  await scrape(name);
  // The clock is minutes ahead by now, so that the proxy counts as late.
  await becomes(name, 'Ready', { status: 'Unknown', reason: 'ProxyNotReady' });
}

async function isRefused(name: string): Promise<void> {
  const options = { namespace: bed.namespace, name, replicas: 0 };
  await bed.api.create(configMap(options));
  const object = statefulSet(options);
  object.spec.template.spec.volumes.push({ name: 'istio-output-certs', configMap: { name: 'else' } });
  await bed.api.create(object);
  await scrape(name);
  await becomes(name, 'Stalled', { status: 'True', reason: 'VolumeNameTaken' });
}

/** Everything is known and nothing is written. */
async function isSuspended(name: string): Promise<void> {
  await world(name, { replicas: 0 });
  await scrape(name, { suspend: true });
  await becomes(name, 'Ready', { status: 'False', reason: 'Suspended' });
}

/** Its configuration comes from a Secret. */
async function isUnresolved(name: string): Promise<void> {
  const object = statefulSet({ namespace: bed.namespace, name, replicas: 0 });
  object.spec.template.spec.volumes[0] = { name: 'config', secret: { secretName: name } };
  await bed.api.create(object);
  await scrape(name);
  await becomes(name, 'Ready', { status: 'False', reason: 'ConfigMapNotResolved' });
}

/** In sync once, then set to Observe and edited; the leftover secret that it mounts is about to expire. */
async function driftsInObserve(name: string): Promise<void> {
  const notAfter = new Date('2099-12-01T09:00:00Z');
  await bed.api.create(legacySecret({ namespace: bed.namespace, serviceAccount: name, notAfter }));
  const options = { namespace: bed.namespace, name };
  await bed.api.create(configMap(options));
  const object = statefulSet(options);
  object.spec.template.spec.volumes[1].secret.secretName = `istio.${name}`;
  await bed.api.create(object);
  // A control plane of our own: what other files leave in istio-system must not show.
  const istiod = { name: 'istiod', namespace: bed.namespace };
  await bed.api.create({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: istiod,
    spec: { ports: [{ port: 15012 }] },
  });
  await scrape(name, { istio: { namespace: bed.namespace } });
  await becomes(name, 'Ready', { status: 'True' });
  await bed.api.patch(names(name).resource, { spec: { mode: 'Observe' } });
  await becomes(name, 'Ready', { status: 'True' });
  // Not the pod template: a rollout would go on while kubectl reads.
  const old = { data: configMap(options).data };
  await bed.api.patch(names(name).configMap, old, { fieldManager: 'kubectl-edit' });
  await becomes(name, 'Drifted', { status: 'True', reason: 'DriftDetected' });
}
