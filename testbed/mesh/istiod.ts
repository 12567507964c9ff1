// Starts a real istiod beside a control plane of the test bed: its CRDs, its injection and validation webhooks, its CA.
// It serves on a loopback address of its own with the real ports, so that an injected pod needs no other settings.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import type { Api } from '../api/client.ts';
import { install, installCrd, untilInjected } from '../api/install.ts';
import type { ControlPlane } from '../control-plane/control-plane.ts';
import type { RunningProgram } from '../control-plane/process-group.ts';
import { freePorts, readyOrFailed } from '../control-plane/process-group.ts';
import { programs } from '../programs/programs.ts';
import type { IstioManifests } from './istio-manifests.ts';
import { istioManifests, withServer } from './istio-manifests.ts';
import { claimNetwork } from './network.ts';

const SYSTEM = 'istio-system';
const FIELD_MANAGER = 'istioctl';
const START_TIMEOUT_MS = 180_000;
/** Of a release near the module's commit: without it images are called `latest`, and nobody could see a version. */
const IMAGE_TAG = 'tag=1.30.3';

export interface IstiodOptions {
  readonly controlPlane: Pick<ControlPlane, 'kubeconfig' | 'processes'>;
  readonly api: Api;
  /** `default` where unset; another is a second istiod beside it, with webhooks of its own. */
  readonly revision?: string;
  /** Over the defaults, such as `ENABLE_NATIVE_SIDECARS: 'false'`. */
  readonly env?: Readonly<Record<string, string>>;
  /** Further `--set` values of `istioctl manifest generate`. */
  readonly settings?: readonly string[];
}

/** Plain data, so that it may cross processes. */
export interface MeshAddress {
  /** Names that a pod must be able to resolve, with their loopback addresses. */
  readonly hosts: Readonly<Record<string, string>>;
  /** Address and port of the discovery and CA server, such as `127.0.1.1:15012`. */
  readonly discovery: string;
  /** The server name in its certificate. */
  readonly serverName: string;
  /** PEM of the mesh's own root. */
  readonly rootCertificate: string;
}

export interface Istiod extends MeshAddress {
  readonly logTail: (lines?: number) => string;
  /** Ends pilot-discovery and leaves webhooks and state as they are: an outage. */
  readonly interrupt: () => Promise<void>;
  /** Starts it again at the same addresses, after interrupt(). */
  readonly resume: () => Promise<void>;
  /** Ends it and removes its webhook configurations, which would otherwise refuse every labelled pod. */
  readonly stop: () => Promise<void>;
}

/**
 * Applies Istio's objects, starts pilot-discovery and waits until it serves and its webhooks are called.
 * Throws ProgramFailed with the end of its log when it ends before that.
 */
export async function startIstiod(options: IstiodOptions): Promise<Istiod> {
  const { api, controlPlane, revision = 'default' } = options;
  const paths = await programs(['pilot-discovery', 'istioctl']);
  const isDefault = revision === 'default';
  const settings = isDefault ? [] : [`revision=${revision}`, 'values.defaultRevision='];
  const manifests = await istioManifests(paths.istioctl, [
    ...[IMAGE_TAG, ...settings],
    ...(options.settings ?? []),
  ]);
  const network = await claimNetwork();
  try {
    await applyObjects(api, manifests);
    const address = network.take();
    const [webhookPort = 0] = await freePorts(1);
    const start = async (): Promise<RunningProgram> =>
      run(paths['pilot-discovery'], { controlPlane, address, webhookPort, revision, env: options.env ?? {} });
    let program = await start();
    const rootCertificate = await readRoot(api);
    const server = { url: `https://localhost:${webhookPort}`, ca: rootCertificate };
    for (const webhook of manifests.webhooks) {
      await install(api, withServer(webhook, server), FIELD_MANAGER);
    }
    await untilInjected(api, revision);
    const serverName = `istiod${isDefault ? '' : `-${revision}`}.${SYSTEM}.svc`;
    return {
      hosts: { [serverName]: address },
      discovery: `${address}:15012`,
      serverName,
      rootCertificate,
      logTail: (lines) => program.logTail(lines),
      interrupt: async () => program.stop('SIGKILL'),
      resume: async () => {
        program = await start();
      },
      stop: async () => {
        for (const webhook of manifests.webhooks) {
          if ((await api.find(webhook)) !== undefined) await api.delete(webhook);
        }
        await program.stop('SIGKILL');
        await network.close();
      },
    };
  } catch (error) {
    await network.close();
    throw error;
  }
}

async function applyObjects(api: Api, manifests: IstioManifests): Promise<void> {
  const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: SYSTEM } };
  await install(api, namespace, FIELD_MANAGER);
  await Promise.all(manifests.crds.map(async (crd) => installCrd(api, crd, FIELD_MANAGER)));
  for (const object of manifests.objects) {
    await install(api, object, FIELD_MANAGER);
  }
}

interface Start {
  readonly controlPlane: IstiodOptions['controlPlane'];
  readonly address: string;
  readonly webhookPort: number;
  readonly revision: string;
  readonly env: Readonly<Record<string, string>>;
}

async function run(
  file: string,
  { controlPlane, address, webhookPort, revision, env }: Start,
): Promise<RunningProgram> {
  const { processes, kubeconfig } = controlPlane;
  // It reads and writes below its working directory, and takes what it finds there for configuration.
  const name = revision === 'default' ? 'istiod' : `istiod-${revision}`;
  const cwd = join(processes.directory, name);
  mkdirSync(cwd, { recursive: true });
  const program = await processes.start({
    name,
    file,
    cwd,
    args: [
      'discovery',
      `--kubeconfig=${kubeconfig}`,
      `--httpAddr=${address}:8080`,
      `--grpcAddr=${address}:15010`,
      `--secureGRPCAddr=${address}:15012`,
      `--monitoringAddr=${address}:15014`,
      `--httpsAddr=127.0.0.1:${webhookPort}`,
      '--ctrlz_port=0',
    ],
    env: {
      POD_NAMESPACE: SYSTEM,
      POD_NAME: `${name}-0`,
      REVISION: revision,
      SERVICE_ACCOUNT: 'istiod',
      ISTIOD_CUSTOM_HOST: 'localhost',
      ENABLE_NATIVE_SIDECARS: 'true',
      ...env,
    },
  });
  await readyOrFailed(program, answering(`http://${address}:8080/ready`, program));
  return program;
}

/** Polls until it answers 200: before that no event says so. */
async function answering(url: string, program: RunningProgram): Promise<void> {
  let last = 'no answer';
  const deadline = Date.now() + START_TIMEOUT_MS;
  while (Date.now() < deadline) {
    try {
      const { status } = await fetch(url, { signal: AbortSignal.timeout(2000) });
      if (status === 200) return;
      last = `status ${status}`;
    } catch (error) {
      last = String(error);
    }
    await delay(100);
  }
  throw new Error(
    `${program.name} was not ready in time (${last}); the end of its log:\n${program.logTail()}`,
  );
}

async function readRoot(api: Api): Promise<string> {
  const secret = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'istio-ca-secret', namespace: SYSTEM },
  };
  const found = await api.waitForObject(secret, (object) => object?.data?.['ca-cert.pem'] !== undefined);
  return Buffer.from(found?.data?.['ca-cert.pem'] ?? '', 'base64').toString();
}
