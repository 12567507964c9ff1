// Sets the stage of `npm run demo -- --mesh`: a cluster with a real istiod, a node that runs its pods, the controller with
// the permission to read legacy secrets, and the legacy Prometheus with its targets. Says what is real and what is not.
import { load } from 'js-yaml';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';

import { installCrd, installNamespace } from '../api/install.ts';
import type { KubeObject } from '../api/kube-object.ts';
import type { ControlPlane } from '../control-plane/control-plane.ts';
import { startControlPlane } from '../control-plane/control-plane.ts';
import type { Istiod } from '../mesh/istiod.ts';
import { startIstiod } from '../mesh/istiod.ts';
import type { LegacyWorld } from '../mesh/legacy-world.ts';
import { startLegacyWorld } from '../mesh/legacy-world.ts';
import { checkMountNamespaces } from '../mesh/sandbox.ts';
import { families, versionOf } from '../programs/families.ts';
import { programs } from '../programs/programs.ts';
import { legacySecret } from '../stand-ins/legacy-secret.ts';
import type { Output } from './output.ts';
import type { Stage } from './stage.ts';
import { NAMESPACE, checkoutPath } from './stage.ts';

/** Certificates are renewed at half of it: two renewals are to be seen in a demo. */
export const SECRET_TTL = '24s';
/** Since when the legacy certificate is dead. */
const EXPIRED_DAYS_AGO = 12;
const PROGRAMS = [
  ...(['etcd', 'kube-apiserver', 'kube-controller-manager', 'kubectl'] as const),
  ...(['prometheus', 'pilot-discovery', 'pilot-agent', 'istioctl', 'target'] as const),
] as const;

export interface MeshStage extends Stage {
  readonly istiod: Istiod;
}

/** Throws MountNamespacesUnavailable, before anything is built, where pods cannot be run. */
export async function setMeshStage(
  output: Output,
  onControlPlane: (controlPlane: ControlPlane) => void,
): Promise<MeshStage> {
  checkMountNamespaces();
  const log = (line: string): void => {
    output.text(`  ${line}`);
  };
  await programs(PROGRAMS, log);
  output.item('', 'starting the API server and istiod, some ten seconds ...', 'dim');
  const controlPlane = await startControlPlane({ log });
  onControlPlane(controlPlane);
  const api = controlPlane.client();
  const our = load(await readFile(checkoutPath('crds/prometheusistioscrapes.meshscrape.dev.yaml'), 'utf8'));
  await installCrd(api, our as KubeObject);
  const istiod = await startIstiod({ controlPlane, api });
  output.item('real', `kube-apiserver ${version('kubernetes')}, etcd, kube-controller-manager, kubectl`);
  output.item('real', `istiod ${version('istio')}: its CA, its injection and validation webhooks, its CRDs`);
  output.item(
    'real',
    `in the pods: Prometheus ${version('prometheus')} and pilot-agent, with volumes at their real paths`,
  );
  output.item('stand-in', 'kubelet and scheduler: a node that runs pods in mount namespaces of this machine');
  output.item('stand-in', 'no Envoy: nothing here needs it, the agent alone fetches and writes certificates');
  output.item(
    'stand-in',
    'the targets: small TLS servers, each with a certificate of the mesh from an agent of its own',
  );
  return { controlPlane, api, istiod };
}

/** The version of a family as people know it, not as Go's modules have to write it. */
function version(family: string): string {
  const found = families.find(({ name }) => name === family);
  const text = found === undefined ? '' : versionOf(found);
  // Prometheus 3.16.0 is v0.316.0; Istio's tags are no Go versions, so its commit and day are shown instead.
  const [, minor = '', patch = ''] = /^v0\.3(\d\d)\.(\d+)$/.exec(text) ?? [];
  if (minor !== '') return `3.${minor}.${patch}`;
  const [, year = '', month = '', day = '', commit = ''] = /-(\d{4})(\d\d)(\d\d)\d+-(\w+)$/.exec(text) ?? [];
  return commit === '' ? text.replace(/^v/, '') : `of ${year}-${month}-${day} (${commit.slice(0, 8)})`;
}

/** The legacy Prometheus in this mesh, its secret expired; and the permission to read that secret, as the component grants it. */
export async function loadLegacyWorld(stage: MeshStage): Promise<LegacyWorld> {
  const { controlPlane, api, istiod } = stage;
  const { processes, url, kubectl } = controlPlane;
  await installNamespace(api, NAMESPACE);
  await grantSecrets(controlPlane);
  const notAfter = new Date(Date.now() - EXPIRED_DAYS_AGO * 86_400_000);
  const shared = { api, processes, url, kubectl, mesh: istiod, namespace: NAMESPACE, secretTtl: SECRET_TTL };
  const secret = legacySecret({ namespace: NAMESPACE, notAfter });
  return startLegacyWorld({ ...shared, secret, log: () => undefined });
}

async function grantSecrets({ directory, kubectl }: ControlPlane): Promise<void> {
  const folder = join(directory, 'read-legacy-secrets');
  await mkdir(folder);
  const component = relative(folder, checkoutPath('deploy/components/read-legacy-secrets'));
  const kustomization = `namespace: ${NAMESPACE}\ncomponents: [${component}]\n`;
  await writeFile(join(folder, 'kustomization.yaml'), kustomization);
  const { code, stderr } = await kubectl('apply', '-k', folder);
  if (code !== 0) throw new Error(`kubectl apply -k ${folder}: ${stderr}`);
}
