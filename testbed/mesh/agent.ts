// A workload of the mesh that is no pod: pilot-agent in a directory of its own, for servers that need a certificate.
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import type { Api } from '../api/client.ts';
import type { ProcessGroup, RunningProgram } from '../control-plane/process-group.ts';
import { freePorts, readyOrFailed } from '../control-plane/process-group.ts';
import { programs } from '../programs/programs.ts';
import type { MeshAddress } from './istiod.ts';

export interface AgentOptions {
  readonly api: Api;
  readonly processes: ProcessGroup;
  readonly mesh: MeshAddress;
  /** Unique among the agents of the group. */
  readonly name: string;
  readonly namespace: string;
  readonly serviceAccount?: string;
  readonly secretTtl?: string;
}

export interface Agent {
  /** Where the three files are. */
  readonly certificates: string;
  readonly program: RunningProgram;
}

const START_TIMEOUT_MS = 30_000;

/** Starts an agent for a service account that exists, and waits until its three files are there. */
export async function startAgent(options: AgentOptions): Promise<Agent> {
  const { api, processes, mesh, name, namespace, serviceAccount = 'default', secretTtl } = options;
  const paths = await programs(['pilot-agent']);
  const cwd = join(processes.directory, 'agents', name);
  const certificates = join(cwd, 'certs');
  const secrets = join(cwd, 'var/run/secrets');
  for (const directory of [certificates, join(secrets, 'tokens'), join(secrets, 'istio')])
    await mkdir(directory, { recursive: true });
  const token = await createToken(api, namespace, serviceAccount);
  await writeFile(join(secrets, 'tokens/istio-token'), token, { mode: 0o600 });
  await writeFile(join(secrets, 'istio/root-cert.pem'), mesh.rootCertificate);
  const [statusPort = 0] = await freePorts(1);
  const program = await processes.start({
    name: `agent-${name}`,
    file: paths['pilot-agent'],
    args: ['proxy', 'sidecar'],
    cwd,
    env: {
      DISABLE_ENVOY: 'true',
      CLOUD_PLATFORM: 'none',
      OUTPUT_CERTS: certificates,
      PROXY_CONFIG: JSON.stringify({ discoveryAddress: mesh.discovery, statusPort }),
      // The address is no name that its certificate could hold.
      ISTIOD_SAN: mesh.serverName,
      POD_NAME: name,
      POD_NAMESPACE: namespace,
      SERVICE_ACCOUNT: serviceAccount,
      INSTANCE_IP: '127.0.0.1',
      TRUST_DOMAIN: 'cluster.local',
      ISTIO_META_CLUSTER_ID: 'Kubernetes',
      KUBERNETES_SERVICE_HOST: '127.0.0.1',
      ...(secretTtl === undefined ? {} : { SECRET_TTL: secretTtl }),
    },
  });
  await readyOrFailed(program, written(certificates, program));
  return { certificates, program };
}

async function createToken(api: Api, namespace: string, serviceAccount: string): Promise<string> {
  const { status, body } = await api.request({
    method: 'POST',
    path: `/api/v1/namespaces/${namespace}/serviceaccounts/${serviceAccount}/token`,
    body: {
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'TokenRequest',
      spec: { audiences: ['istio-ca'], expirationSeconds: 43_200 },
    },
  });
  if (status >= 400) throw new Error(`token of ${namespace}/${serviceAccount}: ${String(body['message'])}`);
  return body.status.token as string;
}

async function written(directory: string, program: RunningProgram): Promise<void> {
  const deadline = Date.now() + START_TIMEOUT_MS;
  while (Date.now() < deadline) {
    // In the order in which the agent writes them, the root comes last.
    if (existsSync(join(directory, 'root-cert.pem'))) return;
    await delay(20);
  }
  throw new Error(`${program.name} wrote no certificate; the end of its log:\n${program.logTail()}`);
}
