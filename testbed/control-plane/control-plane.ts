// Starts a real control plane: etcd, kube-apiserver, kube-controller-manager, on loopback, in one temporary directory.
// No scheduler and no kubelet: kubelet.ts plays those. As a command: `npx node testbed/up.ts --help`.
import { generateKeyPairSync } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import type { Api } from '../api/client.ts';
import { connect } from '../api/client.ts';
import { programs } from '../programs/programs.ts';
import type { KeyAndCertificate } from './certificates.ts';
import { createAuthority, restoreAuthority } from './certificates.ts';
import type { CommandResult, Identity } from './kubeconfig.ts';
import { kubeconfigFor, runKubectl, writeKubeconfig } from './kubeconfig.ts';
import type { RunningProgram } from './process-group.ts';
import { ProcessGroup, ProgramFailed, freePorts, readyOrFailed } from './process-group.ts';

export interface ControlPlaneOptions {
  readonly etcdArgs?: readonly string[];
  readonly apiserverArgs?: readonly string[];
  readonly controllerManagerArgs?: readonly string[];
  /** Progress, one line at a time; stderr where unset. */
  readonly log?: (line: string) => void;
}

export interface ControlPlane {
  /** Path of the administrator's kubeconfig (group system:masters), certificates embedded. */
  readonly kubeconfig: string;
  readonly url: string;
  readonly port: number;
  /** PEM of the authority that signed the server's certificate. */
  readonly ca: string;
  readonly admin: KeyAndCertificate;
  /** What the helpers of kubeconfig.ts need, also in another process. */
  readonly identity: Identity;
  /** Temporary; holds logs and kubeconfigs, and goes with the control plane. */
  readonly directory: string;
  /** Where more servers can be started that must not outlive this process. */
  readonly processes: ProcessGroup;
  /** A new administrator's client; the caller closes it. */
  readonly client: (options?: { readonly http2?: boolean }) => Api;
  /** Path of a kubeconfig for any user; RBAC decides what that user may do. */
  readonly kubeconfigFor: (user: string, groups?: readonly string[]) => string;
  /** The real kubectl as administrator; a failure is a result, not an exception. */
  readonly kubectl: (...args: readonly string[]) => Promise<CommandResult>;
  readonly stop: () => Promise<void>;
}

const CONTROLLERS = [
  'statefulset-controller',
  'serviceaccount-controller',
  'root-ca-certificate-publisher-controller',
  'garbage-collector-controller',
  'namespace-controller',
  'endpointslice-controller',
];

const START_TIMEOUT_MS = 180_000;
const ATTEMPTS = 3;

/**
 * Starts a control plane and waits until it serves and the `default` service account exists.
 * Every process ends with this one, whatever ends it. Throws ProgramFailed, with the end of the log of the program
 * that failed, and leaves nothing behind.
 */
export async function startControlPlane(options: ControlPlaneOptions = {}): Promise<ControlPlane> {
  const paths = await programs(['etcd', 'kube-apiserver', 'kube-controller-manager'], options.log);
  for (let attempt = 1; ; attempt += 1) {
    const processes = new ProcessGroup();
    try {
      return await start(options, paths, processes);
    } catch (error) {
      await processes.stop();
      // A port that was free may be taken by the time its server wants it.
      const clash = error instanceof ProgramFailed && error.log.includes('address already in use');
      if (!clash || attempt === ATTEMPTS) throw error;
    }
  }
}

type Paths = Record<'etcd' | 'kube-apiserver' | 'kube-controller-manager', string>;

async function start(
  options: ControlPlaneOptions,
  paths: Paths,
  processes: ProcessGroup,
): Promise<ControlPlane> {
  const { directory } = processes;
  const [clientPort = 0, peerPort = 0, port = 0] = await freePorts(3);
  const authority = createAuthority({ commonName: 'meshscrape-testbed' });
  const url = `https://127.0.0.1:${port}`;
  const identity = { directory, url, authority: { cert: authority.cert, key: authority.key } };
  writeServerFiles(identity);

  const etcd = await processes.start({
    name: 'etcd',
    file: paths.etcd,
    args: [...etcdArgs({ directory, clientPort, peerPort }), ...(options.etcdArgs ?? [])],
  });
  const apiserver = await processes.start({
    name: 'kube-apiserver',
    file: paths['kube-apiserver'],
    args: [...apiserverArgs({ directory, clientPort, port }), ...(options.apiserverArgs ?? [])],
  });
  const admin = authority.issue({ commonName: 'admin', organizations: ['system:masters'] });
  const client: ControlPlane['client'] = (extra) => connect({ url, ca: authority.cert, ...admin, ...extra });
  const api = client();
  try {
    await readyOrFailed(etcd, readyOrFailed(apiserver, answering(api, '/readyz', apiserver)));
    const manager = await processes.start({
      name: 'kube-controller-manager',
      file: paths['kube-controller-manager'],
      args: [...managerArgs(identity), ...(options.controllerManagerArgs ?? [])],
    });
    const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default' } };
    const exists = api.waitForObject(account, (object) => object !== undefined, {
      timeoutMs: START_TIMEOUT_MS,
    });
    await readyOrFailed(manager, exists);
  } finally {
    await api.close();
  }
  const kubeconfig = writeKubeconfig(identity, 'admin', admin);
  return {
    kubeconfig,
    url,
    port,
    ca: authority.cert,
    admin,
    identity,
    directory,
    processes,
    client,
    kubeconfigFor: (user, groups) => kubeconfigFor(identity, user, groups),
    kubectl: (...args) => runKubectl(kubeconfig, args),
    stop: () => processes.stop(),
  };
}

function writeServerFiles({ directory, authority: pems }: Identity): void {
  const authority = restoreAuthority(pems);
  const server = authority.issue({
    commonName: 'kube-apiserver',
    dnsNames: ['localhost', 'kubernetes', 'kubernetes.default', 'kubernetes.default.svc'],
    ipAddresses: ['127.0.0.1', '10.0.0.1'],
  });
  const serviceAccounts = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const files = {
    'ca.crt': authority.cert,
    'server.crt': server.cert,
    'server.key': server.key,
    'service-accounts.key': serviceAccounts.privateKey.export({ type: 'pkcs8', format: 'pem' }),
    'service-accounts.pub': serviceAccounts.publicKey.export({ type: 'spki', format: 'pem' }),
  };
  for (const [name, text] of Object.entries(files))
    writeFileSync(join(directory, name), text, { mode: 0o600 });
}

function etcdArgs(ports: { directory: string; clientPort: number; peerPort: number }): string[] {
  const client = `http://127.0.0.1:${ports.clientPort}`;
  const peer = `http://127.0.0.1:${ports.peerPort}`;
  return [
    `--data-dir=${join(ports.directory, 'etcd')}`,
    `--listen-client-urls=${client}`,
    `--advertise-client-urls=${client}`,
    `--listen-peer-urls=${peer}`,
    `--initial-advertise-peer-urls=${peer}`,
    `--initial-cluster=default=${peer}`,
    '--unsafe-no-fsync',
    '--log-level=warn',
  ];
}

function apiserverArgs(ports: { directory: string; clientPort: number; port: number }): string[] {
  const file = (name: string): string => join(ports.directory, name);
  return [
    `--etcd-servers=http://127.0.0.1:${ports.clientPort}`,
    '--bind-address=127.0.0.1',
    '--advertise-address=127.0.0.1',
    `--secure-port=${ports.port}`,
    `--cert-dir=${file('apiserver')}`,
    `--tls-cert-file=${file('server.crt')}`,
    `--tls-private-key-file=${file('server.key')}`,
    `--client-ca-file=${file('ca.crt')}`,
    '--authorization-mode=RBAC',
    '--service-account-issuer=https://kubernetes.default.svc',
    `--service-account-key-file=${file('service-accounts.pub')}`,
    `--service-account-signing-key-file=${file('service-accounts.key')}`,
    // istio-ca is the audience of the tokens that istiod accepts.
    '--api-audiences=https://kubernetes.default.svc,istio-ca',
    '--service-cluster-ip-range=10.0.0.0/24',
    '--allow-privileged=true',
    // Nobody reaches the API through the `kubernetes` Service here.
    '--endpoint-reconciler-type=none',
    '--profiling=false',
  ];
}

function managerArgs(identity: Identity): string[] {
  const certificate = restoreAuthority(identity.authority).issue({
    commonName: 'system:kube-controller-manager',
    // Its own role leaves out what the controllers do under service accounts of their own, which this bed does not make.
    organizations: ['system:masters'],
  });
  const kubeconfig = writeKubeconfig(identity, 'kube-controller-manager', certificate);
  return [
    `--kubeconfig=${kubeconfig}`,
    `--controllers=${CONTROLLERS.join(',')}`,
    `--root-ca-file=${join(identity.directory, 'ca.crt')}`,
    '--leader-elect=false',
    '--secure-port=0',
    '--kube-api-qps=2000',
    '--kube-api-burst=4000',
    '--concurrent-statefulset-syncs=20',
    '--profiling=false',
  ];
}

/** Polls until the server answers 200: before that no event says so. */
async function answering(api: Api, path: string, program: RunningProgram): Promise<void> {
  let last = 'no answer';
  const ended = new AbortController();
  void program.exited.then(() => {
    ended.abort();
  });
  const signal = AbortSignal.any([ended.signal, AbortSignal.timeout(START_TIMEOUT_MS)]);
  while (!signal.aborted) {
    try {
      const { status, body } = await api.request({ method: 'GET', path, accept: '*/*' });
      if (status === 200) return;
      last = `${status} ${String(body['message'])}`;
    } catch (error) {
      last = String(error);
    }
    await delay(50);
  }
  throw new Error(
    `${program.name} was not ready in ${START_TIMEOUT_MS / 1000} s (${last}); the end of its log:\n${program.logTail()}`,
  );
}
