// What Secrets that are none of the controller's business cost it: its peak memory beside 200 of 1 MB each in the
// namespace, and without them, in the same run; with the permission to read Secrets and without. Runs alone: node bench/secrets.ts
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { configMap, promscrape, statefulSet, type WorldOptions } from '../test/support/world.ts';
import type { Api } from '../testbed/api/client.ts';
import { installNamespace } from '../testbed/api/install.ts';
import type { KubeObject } from '../testbed/api/kube-object.ts';
import type { ControlPlane } from '../testbed/control-plane/control-plane.ts';
import { legacySecret } from '../testbed/stand-ins/legacy-secret.ts';
import { startController } from './controller-process.ts';
import { inFlight, onStage, progress } from './stage.ts';

const SECRETS = 200;
const SECRET_BYTES = 1_000_000;
const RESOURCES = 20;
/** So many reconciles of each resource go into a peak. */
const ROUNDS = 5;
const NAMESPACE = 'bench-secrets';
const ACCOUNT = 'system:serviceaccount:meshscrape-system:meshscrape';
const DEPLOY = join(import.meta.dirname, '../deploy');

interface Stage {
  readonly plane: ControlPlane;
  readonly api: Api;
  readonly kubeconfig: string;
}

export async function benchSecrets(): Promise<Record<string, number>> {
  return onStage(async (plane, api) => {
    const stage = { plane, api, kubeconfig: plane.kubeconfigFor(ACCOUNT) };
    await makeWorlds(stage);
    progress('secrets: everything converges');
    await peakOf(stage, 'Unreadable');
    progress('secrets: none but our own');
    const without = await peakOf(stage, 'Unreadable');
    await grant(stage);
    const withoutReading = await peakOf(stage, 'Present');
    progress(`secrets: ${SECRETS} more of ${SECRET_BYTES} bytes each`);
    await makeUnrelated(stage);
    const beside = await peakOf(stage, 'Present');
    await revoke(stage);
    const besideBlind = await peakOf(stage, 'Unreadable');
    return {
      secretsPeakMiB: besideBlind,
      secretsExtraMiB: besideBlind - without,
      readableSecretsPeakMiB: beside,
      readableSecretsExtraMiB: beside - withoutReading,
    };
  });
}

/** The peak of a new controller that reconciles every resource often, once each reports what it should of its secret. */
async function peakOf({ api, kubeconfig }: Stage, state: 'Present' | 'Unreadable'): Promise<number> {
  const controller = await startController(kubeconfig, 'info');
  try {
    for (let round = 1; round <= ROUNDS; round += 1) {
      const token = `${Date.now()}`;
      const annotations = { 'meshscrape.dev/requestedAt': token };
      await inFlight(worlds(), (world) => api.patch(promscrape(world), { metadata: { annotations } }));
      await api.waitForList(
        `/apis/meshscrape.dev/v1alpha1/namespaces/${NAMESPACE}/prometheusistioscrapes`,
        (items) => items.filter(({ status }) => isReported(status, token, state)).length === RESOURCES,
        { timeoutMs: 120_000, what: `all resources to report that their secret is ${state}` },
      );
    }
    return controller.peakMiB();
  } finally {
    await controller.stop();
  }
}

function isReported(status: KubeObject['status'], token: string, state: string): boolean {
  const secrets = (status?.staleSecrets ?? []) as { readonly secret: string; readonly state: string }[];
  const [first] = secrets;
  return (
    status?.lastHandledRequest === token &&
    secrets.length === 1 &&
    first?.secret === 'istio.default' &&
    first.state === state
  );
}

async function makeWorlds({ plane, api }: Stage): Promise<void> {
  await installNamespace(api, NAMESPACE);
  const permissions = ['cluster-role.yaml', 'cluster-role-binding.yaml'].flatMap((file) => [
    '-f',
    join(DEPLOY, 'controller', file),
  ]);
  await must(plane.kubectl('apply', ...permissions));
  await api.create(legacySecret({ namespace: NAMESPACE, notAfter: new Date(Date.now() + 60 * 86_400_000) }));
  await inFlight(worlds(), async (world) => {
    await api.create(configMap(world));
    await api.create(mountingMore(statefulSet(world)));
    await api.create(promscrape(world, { mode: 'Observe' }));
  });
}

/** One of the large Secrets is mounted too: it is no legacy one, and only its type shows that. */
function mountingMore(workload: KubeObject): KubeObject {
  const { spec } = workload.spec.template as { spec: { volumes: object[]; containers: object[] } };
  spec.volumes.push({ name: 'large', secret: { secretName: unrelatedName(0), optional: true } });
  return workload;
}

function worlds(): readonly WorldOptions[] {
  return Array.from({ length: RESOURCES }, (_unused, index) => ({
    namespace: NAMESPACE,
    name: `prometheus-${index}`,
    replicas: 0,
  }));
}

function unrelatedName(index: number): string {
  return `unrelated-${index}`;
}

function unrelated(): readonly KubeObject[] {
  const data = { blob: Buffer.alloc(SECRET_BYTES, 'k').toString('base64') };
  return Array.from({ length: SECRETS }, (_unused, index) => ({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: unrelatedName(index), namespace: NAMESPACE },
    data,
  }));
}

/** Over HTTP/1.1: Node refuses streams of one HTTP/2 session whose bodies together are larger than 10 MB. */
async function makeUnrelated({ plane }: Stage): Promise<void> {
  const client = plane.client();
  try {
    await inFlight(unrelated(), (secret) => client.create(secret));
  } finally {
    await client.close();
  }
}

/** The optional component, without names: the controller may get every Secret of the namespace. */
async function grant({ plane, api }: Stage): Promise<void> {
  await must(plane.kubectl('apply', '-n', NAMESPACE, ...component()));
  const role = {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'Role',
    metadata: { name: 'meshscrape-read-legacy-secrets', namespace: NAMESPACE },
  };
  await api.patch(role, [{ op: 'remove', path: '/rules/0/resourceNames' }], { type: 'json' });
}

async function revoke({ plane }: Stage): Promise<void> {
  await must(plane.kubectl('delete', '-n', NAMESPACE, ...component()));
}

function component(): readonly string[] {
  const directory = join(DEPLOY, 'components/read-legacy-secrets');
  return ['role.yaml', 'role-binding.yaml'].flatMap((file) => ['-f', join(directory, file)]);
}

async function must(run: ReturnType<ControlPlane['kubectl']>): Promise<void> {
  const { code, stderr } = await run;
  if (code !== 0) throw new Error(`kubectl: ${stderr}`);
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  process.stdout.write(`${JSON.stringify(await benchSecrets())}\n`);
}
