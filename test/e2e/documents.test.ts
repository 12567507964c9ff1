// The shell blocks of README, tutorial and install as a reader types them: by bash, in the checkout, one after the other,
// against a real API server. Each page has a control plane of its own: the last block of one takes the CRD away.
import { execFile } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { Api } from '../../testbed/api/client.ts';
import { installCrd, installNamespace } from '../../testbed/api/install.ts';
import { startControlPlane, type ControlPlane } from '../../testbed/control-plane/control-plane.ts';
import type { CommandResult } from '../../testbed/control-plane/kubeconfig.ts';
import { programs } from '../../testbed/programs/programs.ts';
import { startInjector } from '../../testbed/stand-ins/injector.ts';
import { istioCrds, meshCrds } from '../../testbed/stand-ins/istio-crds.ts';
import { startKubelet } from '../../testbed/stand-ins/kubelet.ts';
import { legacySecret } from '../../testbed/stand-ins/legacy-secret.ts';
import { useController, type ControllerHandle } from '../support/controller.ts';
import { shellBlocks } from '../support/shell-blocks.ts';

const CHECKOUT = join(import.meta.dirname, '../..');
const NAMESPACE = 'app-metrics';
/** Less than a test has: a `kubectl wait` that does not end must not outlive it. */
const BLOCK_MS = 180_000;

interface Reader {
  /** Runs a text as a block. */
  readonly type: (text: string) => Promise<CommandResult>;
  readonly controller: ControllerHandle;
}

/** A cluster with Istio's injector and what `prepare` leaves there, and somebody in a shell. */
function useReader(prepare: (api: Api) => Promise<void> = () => Promise.resolve()): Reader {
  let controlPlane: ControlPlane | undefined;
  const stops: (() => Promise<unknown>)[] = [];
  beforeAll(async () => {
    controlPlane = await startControlPlane();
    const { stop } = controlPlane;
    stops.unshift(stop);
    const api = controlPlane.client();
    stops.unshift(() => api.close());
    for (const crd of await istioCrds(meshCrds)) await installCrd(api, crd);
    const [injector, kubelet] = await Promise.all([startInjector({ api }), startKubelet({ api })]);
    stops.unshift(
      () => injector.stop(),
      () => kubelet.stop(),
    );
    await prepare(api);
  });
  afterAll(async () => {
    for (const stop of stops) await stop();
  });
  const kubeconfig = (): string => controlPlane?.kubeconfig ?? '';
  const controller = useController({ kubeconfig });
  return { controller, type: (text) => bash(text, kubeconfig()) };
}

async function bash(text: string, kubeconfig: string): Promise<CommandResult> {
  const { kubectl } = await programs(['kubectl']);
  const path = `${dirname(kubectl)}${delimiter}${process.env['PATH'] ?? ''}`;
  const env = { ...process.env, PATH: path, KUBECONFIG: kubeconfig };
  return new Promise((resolve, reject) => {
    execFile(
      'bash',
      ['-euo', 'pipefail', '-c', text],
      { cwd: CHECKOUT, env, timeout: BLOCK_MS },
      (error, stdout, stderr) => {
        const code = error === null ? 0 : error.code;
        if (typeof code === 'number') resolve({ code, stdout, stderr });
        else reject(new Error(`bash could not be run: ${text}`, { cause: error }));
      },
    );
  });
}

/** Runs a block; a failure shows what it printed. */
async function succeeds(reader: Reader, text: string): Promise<string> {
  const { code, stdout, stderr } = await reader.type(text);
  expect({ code, output: code === 0 ? '' : stdout + stderr }).toEqual({ code: 0, output: '' });
  // kubectl's answer of nothing is a success to bash.
  expect(stderr).not.toContain('No resources found');
  return stdout;
}

function runnable(page: string): readonly { readonly where: string; readonly text: string }[] {
  const markdown = readFileSync(join(CHECKOUT, page), 'utf8');
  return shellBlocks(page, markdown).filter(({ mark }) => mark.kind === 'run');
}

const DEPLOY = 'kubectl apply -k deploy/';
const LEGACY = 'kubectl apply -f examples/legacy-prometheus.yaml';
const MOUNTED = `kubectl get statefulset prometheus -n ${NAMESPACE} -o jsonpath='{.spec.template.spec.volumes[*].secret.secretName}'`;
const CERTIFICATE = `kubectl get secret istio.default -n ${NAMESPACE} -o jsonpath='{.data.cert-chain\\.pem}' | base64 -d`;

/** A secret of Citadel's, as whoever installs meshscrape has one. */
async function leaveSecret(api: Api): Promise<void> {
  await installNamespace(api, NAMESPACE);
  const notAfter = new Date(Date.now() - 12 * 86_400_000);
  await api.create(legacySecret({ namespace: NAMESPACE, notAfter }));
}

describe('README.md and docs/tutorial.md, typed one after the other', () => {
  const reader = useReader();
  const [affected, ...others] = runnable('README.md');
  const [legacy, ...blocks] = runnable('docs/tutorial.md');

  it('begin with a Prometheus of 2020', async () => {
    expect(legacy?.text).toContain(`${LEGACY}\n`);
    expect(others).toEqual([]);
    for (const text of [DEPLOY, legacy?.text ?? 'false']) await succeeds(reader, text);
    await reader.controller.relist();
  });

  // A real kubelet starts no pod that mounts a secret that does not exist; the stand-in does.
  it('make every secret that the Prometheus mounts', async () => {
    const mounted = await succeeds(reader, MOUNTED);
    expect(mounted).toBe('istio.default');
    await succeeds(reader, `kubectl get secret ${mounted} -n ${NAMESPACE}`);
  });

  it('let the Prometheus find its targets', async () => {
    const account = `system:serviceaccount:${NAMESPACE}:default`;
    const can = `kubectl auth can-i --as ${account} list`;
    await succeeds(reader, `${can} pods -A && ${can} endpoints -n default && ${can} services -n default`);
  });

  it('name who mounts a legacy secret, and until when', async () => {
    const stdout = await succeeds(reader, affected?.text ?? 'false');
    const { validTo } = new X509Certificate(await succeeds(reader, CERTIFICATE));
    expect(stdout).toBe(`app-metrics StatefulSet/prometheus mounts istio.default, notAfter=${validTo}\n`);
  });

  it.each(blocks)('go on at $where', async ({ text }) => {
    await succeeds(reader, text);
  });

  it('leave everything in place at the end', async () => {
    const stdout = await succeeds(
      reader,
      `kubectl get promscrape,peerauthentication -n ${NAMESPACE} -o name`,
    );
    expect(stdout).toBe('peerauthentication.security.istio.io/meshscrape-prometheus\n');
  });
});

describe('docs/install.md, typed from top to bottom', () => {
  const reader = useReader(leaveSecret);
  const [install, ...blocks] = runnable('docs/install.md');

  it('installs everything', async () => {
    expect(install?.text.trim()).toBe(DEPLOY);
    for (const text of [LEGACY, DEPLOY]) await succeeds(reader, text);
    await reader.controller.relist();
  });

  it.each(blocks)('goes on at $where', async ({ text }) => {
    await succeeds(reader, text);
  });

  it('leaves nothing of meshscrape in the cluster at the end', async () => {
    const left = 'kubectl get crd,clusterrole,namespace -o name | grep -c meshscrape || true';
    expect(await succeeds(reader, left)).toBe('0\n');
  });
});
