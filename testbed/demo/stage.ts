// Sets the demo's stage: a cluster with its stand-ins, the legacy Prometheus of examples/, the controller as a process.
// It says what it sets up and what of that is not the real thing.
import { load } from 'js-yaml';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { Api } from '../api/client.ts';
import { connectKubeconfig } from '../api/client.ts';
import { installCrd, installNamespace, untilPermitted } from '../api/install.ts';
import type { KubeObject } from '../api/kube-object.ts';
import type { ControlPlane } from '../control-plane/control-plane.ts';
import { startControlPlane } from '../control-plane/control-plane.ts';
import type { RunningProgram } from '../control-plane/process-group.ts';
import { programs } from '../programs/programs.ts';
import { startInjector } from '../stand-ins/injector.ts';
import { istioCrds, meshCrds } from '../stand-ins/istio-crds.ts';
import { startKubelet } from '../stand-ins/kubelet.ts';
import { legacySecret } from '../stand-ins/legacy-secret.ts';
import type { Output } from './output.ts';
import { expiryOf, jobsReading, moment } from './text.ts';

export const NAMESPACE = 'app-metrics';

export const NAME = 'prometheus';
const CHECKOUT = join(import.meta.dirname, '../..');
const ACCOUNT = { namespace: 'meshscrape-system', name: 'meshscrape' };
const DAYS_LEFT = 3;

export interface Stage {
  readonly controlPlane: ControlPlane;
  readonly api: Api;
}

/** A file of the checkout, by its path in it. */
export function checkoutPath(path: string): string {
  return join(CHECKOUT, path);
}

/** Brings up the cluster, its stand-ins, and the CRDs. Programs that are missing are built first. */
export async function setStage(
  output: Output,
  onControlPlane: (controlPlane: ControlPlane) => void,
): Promise<Stage> {
  const log = (line: string): void => {
    output.text(`  ${line}`);
  };
  await programs(['etcd', 'kube-apiserver', 'kube-controller-manager', 'kubectl'], log);
  output.item('', 'starting, a few seconds ...', 'dim');
  const [controlPlane, crds] = await Promise.all([startControlPlane({ log }), istioCrds(meshCrds)]);
  onControlPlane(controlPlane);
  const api = controlPlane.client();
  const { gitVersion } = await api.get('/version');
  output.item('real', `kube-apiserver ${String(gitVersion)}, etcd, kube-controller-manager, kubectl`);
  const our = load(await readFile(checkoutPath('crds/prometheusistioscrapes.meshscrape.dev.yaml'), 'utf8'));
  await Promise.all([
    ...[our as KubeObject, ...crds].map((crd) => installCrd(api, crd)),
    startInjector({ api }).then(() => api.create(istiodService())),
    startKubelet({ api }),
  ]);
  const kinds = crds.map(({ spec }) => String(spec.names.kind)).join(' and ');
  output.item('real', `the CRDs: ours of crds/, and Istio's own ${kinds}`);
  output.item('stand-in', 'kubelet and scheduler: pods are reported running, no container is started');
  output.item(
    'stand-in',
    "Istio's injector: a real webhook that patches pods as Istio's does; there is no istiod",
  );
  return { controlPlane, api };
}

/** The Service of istiod, so that the egress of the Sidecar matches something; nobody answers there. */
function istiodService(): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'istiod', namespace: 'istio-system' },
    spec: { selector: { app: 'istiod' }, ports: [{ name: 'https-dns', port: 15012 }] },
  };
}

/** Starts the controller with the permissions of deploy/ and nothing more; its log is a file of the control plane. */
export async function startController({ controlPlane, api }: Stage, output: Output): Promise<RunningProgram> {
  for (const file of ['namespace', 'service-account', 'cluster-role', 'cluster-role-binding'])
    await api.applyYaml(await readFile(checkoutPath(`deploy/controller/${file}.yaml`), 'utf8'));
  const groups = ['system:serviceaccounts', `system:serviceaccounts:${ACCOUNT.namespace}`];
  const user = `system:serviceaccount:${ACCOUNT.namespace}:${ACCOUNT.name}`;
  const kubeconfig = controlPlane.kubeconfigFor(user, groups);
  await untilPermitted(api, { user, groups, verb: 'list', group: 'apps', resource: 'statefulsets' });
  const controller = await controlPlane.processes.start({
    name: 'meshscrape',
    file: process.execPath,
    args: [checkoutPath('src/main.ts'), 'controller', '--listen', '127.0.0.1:0', '--kubeconfig', kubeconfig],
  });
  output.item(
    'real',
    `the meshscrape controller: process ${controller.pid}, with the permissions of deploy/ and no other`,
  );
  return controller;
}

export interface Legacy {
  readonly configMap: KubeObject;
  /** Where the leftover secret is mounted. */
  readonly directory: string;
}

/** Loads the legacy Prometheus and its leftover secret, and says what is wrong with it. */
export async function loadLegacy({ controlPlane, api }: Stage, output: Output): Promise<Legacy> {
  const yaml = await readFile(checkoutPath('examples/legacy-prometheus.yaml'), 'utf8');
  await installNamespace(api, NAMESPACE);
  const notAfter = new Date(Date.now() + DAYS_LEFT * 86_400_000);
  const secret = await api.create(legacySecret({ namespace: NAMESPACE, notAfter }));
  const applied = await api.applyYaml(yaml, { fieldManager: 'kubectl' });
  const workload = applied.find(({ kind }) => kind === 'StatefulSet');
  const configMap = applied.find(({ kind }) => kind === 'ConfigMap');
  if (workload === undefined || configMap === undefined)
    throw new Error('examples/ has no StatefulSet or no ConfigMap');
  await api.waitForObject(workload, (object) => object?.status?.readyReplicas === object?.spec.replicas);
  const directory = mountOf(workload, secret.metadata.name ?? '');
  const jobs = jobsOf(configMap, directory);
  const expiry = moment(expiryOf(secret), new Date());
  output.item('secret', `istio.default: expires ${expiry}, and nobody has renewed it since Istio 1.6`);
  output.item('', `(the demo reads it; ${await answerToMeshscrape(controlPlane, secret)})`, 'dim');
  output.item(
    'workload',
    `StatefulSet/prometheus mounts that secret at ${directory}; 1 pod, prometheus-0, is ready`,
  );
  output.item(
    'config',
    `ConfigMap/prometheus: ${jobs.total} scrape jobs, of them ${jobs.reading.length} reading ${directory}:`,
  );
  output.item('', jobs.reading.join(', '));
  return { configMap, directory };
}

/** The jobs of the one prometheus.yaml in a ConfigMap of examples/. */
export function jobsOf({ data = {} }: KubeObject, directory: string): ReturnType<typeof jobsReading> {
  return jobsReading(Object.values(data)[0] ?? '', directory);
}

/** Proves what README says of secrets, with the controller's own identity. */
async function answerToMeshscrape({ directory }: ControlPlane, secret: KubeObject): Promise<string> {
  const user = `system_serviceaccount_${ACCOUNT.namespace}_${ACCOUNT.name}`;
  const api = connectKubeconfig(join(directory, 'kubeconfigs', `${user}.yaml`));
  try {
    const path = `/api/v1/namespaces/${NAMESPACE}/secrets/${secret.metadata.name ?? ''}`;
    const { status } = await api.request({ method: 'GET', path });
    return status === 403
      ? 'meshscrape has no permission on secrets'
      : `meshscrape may read secrets: answer ${status}`;
  } finally {
    await api.close();
  }
}

function mountOf({ spec }: KubeObject, secretName: string): string {
  const { volumes, containers } = spec.template.spec as {
    volumes: { name: string; secret?: { secretName: string } }[];
    containers: { volumeMounts: { name: string; mountPath: string }[] }[];
  };
  const volume = volumes.find(({ secret }) => secret?.secretName === secretName);
  const mounts = containers.flatMap(({ volumeMounts }) => volumeMounts);
  const mount = mounts.find(({ name }) => name === volume?.name);
  if (mount === undefined) throw new Error(`the StatefulSet of examples/ does not mount ${secretName}`);
  return mount.mountPath;
}
