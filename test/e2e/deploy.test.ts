// deploy/ on a real API server, and the controller with exactly its permissions: an audit log shows which of them it used.
import { loadAll } from 'js-yaml';
import { mkdtempSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { PERMISSIONS } from '../../src/api/permissions.ts';
import type { Api } from '../../testbed/api/client.ts';
import { installCrd, untilPermitted } from '../../testbed/api/install.ts';
import type { KubeObject } from '../../testbed/api/kube-object.ts';
import type { ControlPlane } from '../../testbed/control-plane/control-plane.ts';
import { startControlPlane } from '../../testbed/control-plane/control-plane.ts';
import { startInjector } from '../../testbed/stand-ins/injector.ts';
import { istioCrds } from '../../testbed/stand-ins/istio-crds.ts';
import { startKubelet } from '../../testbed/stand-ins/kubelet.ts';
import { condition } from '../support/story.ts';

const CHECKOUT = join(import.meta.dirname, '../..');
const DEPLOY = join(CHECKOUT, 'deploy');
const ACCOUNT = 'system:serviceaccount:meshscrape-system:meshscrape';
const CRDS = [
  'sidecars.networking.istio.io',
  'peerauthentications.security.istio.io',
  'authorizationpolicies.security.istio.io',
  'requestauthentications.security.istio.io',
] as const;

const directory = mkdtempSync(join(tmpdir(), 'meshscrape-audit-'));
const auditLog = join(directory, 'audit.log');
const stops: (() => Promise<unknown>)[] = [];
let controlPlane: ControlPlane;
let api: Api;

// A control plane of its own: only its start can turn the audit log on.
beforeAll(async () => {
  const policy = join(directory, 'policy.yaml');
  await writeFile(policy, 'apiVersion: audit.k8s.io/v1\nkind: Policy\nrules:\n  - level: Metadata\n');
  const apiserverArgs = [`--audit-policy-file=${policy}`, `--audit-log-path=${auditLog}`];
  controlPlane = await startControlPlane({ apiserverArgs });
  stops.unshift(() => controlPlane.stop());
  api = controlPlane.client();
  stops.unshift(() => api.close());
  for (const crd of await istioCrds(CRDS)) await installCrd(api, crd);
  const injector = await startInjector({ api });
  stops.unshift(() => injector.stop());
});
afterAll(async () => {
  for (const stop of stops) await stop();
  await rm(directory, { recursive: true, force: true });
});

async function render(path: string): Promise<readonly KubeObject[]> {
  const { code, stdout, stderr } = await controlPlane.kubectl('kustomize', path);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return loadAll(stdout) as KubeObject[];
}

const nameOf = ({ kind, metadata }: KubeObject): string => `${kind}/${metadata.name ?? ''}`;

const CONTROLLER = [
  'ClusterRole/meshscrape-controller',
  'ClusterRole/meshscrape-edit',
  'ClusterRole/meshscrape-view',
  'ClusterRoleBinding/meshscrape-controller',
  'Deployment/meshscrape',
  'Namespace/meshscrape-system',
  'Service/meshscrape',
  'ServiceAccount/meshscrape',
];
const CRD = 'CustomResourceDefinition/prometheusistioscrapes.meshscrape.dev';

describe('kubectl kustomize', () => {
  it.each([
    { path: 'deploy', objects: [...CONTROLLER, CRD] },
    { path: 'deploy/controller', objects: CONTROLLER },
    { path: 'crds', objects: [CRD] },
  ])('renders $path', async ({ path, objects }) => {
    const rendered = await render(join(CHECKOUT, path));
    expect(rendered.map(nameOf).toSorted()).toEqual(objects.toSorted());
  });

  it('puts the recommended labels on everything', async () => {
    for (const { metadata } of await render(DEPLOY)) {
      expect(metadata.labels).toMatchObject({
        'app.kubernetes.io/name': 'meshscrape',
        'app.kubernetes.io/part-of': 'meshscrape',
        'app.kubernetes.io/component': expect.any(String),
      });
    }
  });
});

interface Template {
  readonly metadata: object;
  readonly spec: { readonly securityContext: object };
}

describe('kubectl apply -k deploy/', () => {
  it('installs everything at once, and again without a change', async () => {
    const first = await controlPlane.kubectl('apply', '-k', DEPLOY);
    expect(first).toMatchObject({ code: 0, stderr: '' });
    await installCrd(api, (await render(join(CHECKOUT, 'crds')))[0] as KubeObject);
    const again = await controlPlane.kubectl('apply', '-k', DEPLOY);
    expect(again.stdout.trim().split('\n')).toHaveLength(CONTROLLER.length + 1);
    expect(again.stdout.split('\n').filter((line) => line !== '' && !line.endsWith(' unchanged'))).toEqual(
      [],
    );
  });

  it('names no field that the API server does not know', async () => {
    for (const object of await render(DEPLOY)) {
      const query = { fieldValidation: 'Strict' };
      await api.apply(object, { fieldManager: 'strict', force: true, dryRun: true, query });
    }
  });

  it('makes pods that the restricted profile of its namespace takes', async () => {
    const { metadata, spec } = (
      await api.get('/apis/apps/v1/namespaces/meshscrape-system/deployments/meshscrape')
    ).spec.template as Template;
    const pod = (podSpec: object): KubeObject => ({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { ...metadata, generateName: 'meshscrape-', namespace: 'meshscrape-system' },
      spec: podSpec,
    });
    const created = await api.create(pod(spec), { dryRun: true });
    expect(created.spec.serviceAccountName).toBe('meshscrape');
    // The profile is really enforced there.
    const weaker = { ...spec, securityContext: { ...spec.securityContext, runAsNonRoot: false } };
    await expect(api.create(pod(weaker), { dryRun: true })).rejects.toThrow(
      'violates PodSecurity "restricted:latest"',
    );
  });
});

describe('the controller with the permissions of deploy/', () => {
  const names = { guarded: 'guarded', restored: 'restored', refused: 'refused' } as const;

  it('does its whole job, is forbidden nothing but what components grant, and uses every permission', async () => {
    const kubelet = await startKubelet({ api });
    stops.unshift(() => kubelet.stop());
    const groups = ['system:serviceaccounts', 'system:serviceaccounts:meshscrape-system'];
    const kubeconfig = controlPlane.kubeconfigFor(ACCOUNT, groups);
    const listed = { verb: 'list', group: 'meshscrape.dev', resource: 'prometheusistioscrapes' };
    await untilPermitted(api, { user: ACCOUNT, groups, ...listed });
    const controller = await controlPlane.processes.start({
      name: 'meshscrape',
      file: process.execPath,
      args: [
        join(CHECKOUT, 'src/main.ts'),
        'controller',
        '--listen',
        '127.0.0.1:0',
        '--kubeconfig',
        kubeconfig,
      ],
    });
    try {
      // In the mesh from the start, so that the policies on its pods are read.
      await legacy(names.guarded, { replicas: 1, labels: { 'sidecar.istio.io/inject': 'true' } });
      await becomesReady(names.guarded, {});
      await legacy(names.restored, { replicas: 0, labels: {} });
      const restored = await becomesReady(names.restored, {
        deletionPolicy: 'Restore',
        // Jobs that were rewritten stay so where the secret cannot be read, and with them the wiring.
        manage: { config: 'Ignore' },
      });
      await api.delete(restored);
      await api.waitForObject(restored, (object) => object === undefined);
      await refusesPods(names.refused);
    } catch (error) {
      throw new Error(`the controller's log ends with:\n${controller.logTail(20)}`, { cause: error });
    }
    await controller.stop('SIGTERM');
    expect(await controller.exited).toBe('code 0');

    const { used, forbidden } = await audited();
    // Secrets one name at a time and only where it is in use; to list or watch them is never even tried.
    expect(new Set(forbidden)).toEqual(new Set(['get secrets', 'create pods']));
    const granted = PERMISSIONS.flatMap(({ group, resources, verbs }) =>
      resources.flatMap((resource) => verbs.map((verb) => permission(verb, group, resource))),
    );
    // Used only when the same event comes again; events.test.ts provokes that.
    const rare = permission('patch', 'events.k8s.io', 'events');
    expect([...new Set([...used, rare])].toSorted()).toEqual(granted.toSorted());
  });

  async function legacy(name: string, world: { replicas: number; labels: object }): Promise<void> {
    const text = await readFile(join(CHECKOUT, 'examples/legacy-prometheus.yaml'), 'utf8');
    const documents = loadAll(text.replaceAll('app-metrics', name)) as KubeObject[];
    for (const document of documents) {
      if (document.kind === 'StatefulSet') {
        document.spec.replicas = world.replicas;
        Object.assign(document.spec.template.metadata.labels, world.labels);
      }
      await api.apply(document, { fieldManager: 'someone' });
    }
    const pods = `/api/v1/namespaces/${name}/pods`;
    await api.waitForList(pods, (items) => {
      const ready = items.filter((pod) => condition(pod, 'Ready')?.status === 'True');
      return ready.length === world.replicas;
    });
  }

  /** A pod that the API server refuses: an Event says why. */
  async function refusesPods(namespace: string): Promise<void> {
    await legacy(namespace, { replicas: 0, labels: {} });
    const labels = { 'pod-security.kubernetes.io/enforce': 'restricted' };
    await api.patch(`/api/v1/namespaces/${namespace}`, { metadata: { labels } });
    await api.patch(`/apis/apps/v1/namespaces/${namespace}/statefulsets/prometheus`, {
      spec: { replicas: 1 },
    });
    await api.waitForList(`/apis/events.k8s.io/v1/namespaces/${namespace}/events`, (events) =>
      events.some((event) => (event as { reason?: string }).reason === 'FailedCreate'),
    );
    await becomes(namespace, {}, { type: 'CertificatesReady', reason: 'PodCreationRefused' });
  }

  async function becomesReady(namespace: string, spec: object): Promise<KubeObject> {
    return becomes(namespace, spec, { type: 'Ready', status: 'True' });
  }

  async function becomes(
    namespace: string,
    spec: object,
    { type, ...want }: { readonly type: string; readonly status?: string; readonly reason?: string },
  ): Promise<KubeObject> {
    const resource = await api.create({
      apiVersion: 'meshscrape.dev/v1alpha1',
      kind: 'PrometheusIstioScrape',
      metadata: { name: 'prometheus', namespace },
      spec: { workload: { name: 'prometheus' }, ...spec },
    });
    await api.waitForObject(resource, (object) => {
      expect(condition(object, type)).toMatchObject(want);
      return true;
    });
    return resource;
  }
});

function permission(verb: string, group: string, resource: string): string {
  return `${verb} ${resource}${group === '' ? '' : `.${group}`}`;
}

interface AuditEvent {
  readonly stage: string;
  readonly verb: string;
  readonly user: { readonly username: string };
  readonly objectRef?: {
    readonly apiGroup?: string;
    readonly resource: string;
    readonly subresource?: string;
  };
  readonly responseStatus?: { readonly code: number };
}

/** What the controller's account asked for, as permissions, and what of that was forbidden. */
async function audited(): Promise<{
  readonly used: ReadonlySet<string>;
  readonly forbidden: readonly string[];
}> {
  const used = new Set<string>();
  const forbidden: string[] = [];
  for (const line of (await readFile(auditLog, 'utf8')).trimEnd().split('\n')) {
    const { stage, verb, user, objectRef, responseStatus } = JSON.parse(line) as AuditEvent;
    if (user.username !== ACCOUNT || stage === 'RequestReceived' || objectRef === undefined) continue;
    const { apiGroup = '', resource, subresource } = objectRef;
    const full = subresource === undefined ? resource : `${resource}/${subresource}`;
    if (responseStatus?.code === 403) {
      forbidden.push(permission(verb, apiGroup, full));
      continue;
    }
    used.add(permission(verb, apiGroup, full));
    // A server-side apply that creates takes the permission to create too.
    if (verb === 'patch' && responseStatus?.code === 201) used.add(permission('create', apiGroup, full));
  }
  return { used, forbidden };
}
