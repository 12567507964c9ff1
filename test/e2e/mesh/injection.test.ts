// Our static evaluation of injection against real istiods: the same namespaces and pods, as server-side dry runs, and the
// API server's own record of whom it called. Nothing of the controller runs here.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { MutatingWebhookConfiguration } from '../../../src/api/kubernetes.ts';
import { injectionOf, injectorsOf, type Injector } from '../../../src/plan/injection.ts';
import { readInjectorPolicy, type InjectorPolicy } from '../../../src/plan/injection-policy.ts';
import type { Observed } from '../../../src/plan/snapshot.ts';
import type { Api } from '../../../testbed/client.ts';
import { startControlPlane, type ControlPlane } from '../../../testbed/control-plane.ts';
import type { KubeObject } from '../../../testbed/kube-object.ts';
import { startIstiod } from '../../../testbed/mesh/istiod.ts';
import { istioManifests } from '../../../testbed/mesh/istio-manifests.ts';
import { programs } from '../../../testbed/programs.ts';
import { AuditLog } from './audit-log.ts';
import { BY_DEFAULT, DEFAULT_MOVED, ONLY_CANARY_TWICE, TWO_REVISIONS, type Case } from './injection-cases.ts';

const WEBHOOKS = { apiVersion: 'admissionregistration.k8s.io/v1', kind: 'MutatingWebhookConfiguration' };
const audit = new AuditLog();
const namespaces = new Map<string, string>();
let controlPlane: ControlPlane;
let api: Api;
let requests = 0;

beforeAll(async () => {
  controlPlane = await startControlPlane({ apiserverArgs: audit.apiserverArgs });
  api = controlPlane.client();
  const never = 'values.sidecarInjectorWebhook.neverInjectSelector[0].matchLabels.team=never';
  const always = 'values.sidecarInjectorWebhook.alwaysInjectSelector[0].matchLabels.team=always';
  await startIstiod({ controlPlane, api, settings: [never] });
  const settings = ['values.global.proxy.autoInject=disabled', always];
  await startIstiod({ controlPlane, api, revision: 'canary', settings });
  await istioctl('tag', 'set', 'prod', '--revision', 'canary');
});

afterAll(async () => {
  await api.close();
  await controlPlane.stop();
  audit.remove();
});

async function istioctl(...args: readonly string[]): Promise<void> {
  const paths = await programs(['istioctl']);
  await promisify(execFile)(paths.istioctl, [...args, '--kubeconfig', controlPlane.kubeconfig]);
}

/** A namespace with these labels; made once, and its service account waited for. */
async function namespaceOf({ of = {}, namespace }: Case): Promise<string> {
  const key = JSON.stringify(of);
  const name = namespace ?? namespaces.get(key) ?? `labels-${namespaces.size}`;
  if (namespace === undefined && !namespaces.has(key)) {
    namespaces.set(key, name);
    await api.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels: of } });
  }
  const account = {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name: 'default', namespace: name },
  };
  await api.waitForObject(account, (object) => object !== undefined);
  return name;
}

function podOf({ labels = {}, annotations = {}, hostNetwork = false }: Case): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'prometheus-0', labels, annotations },
    spec: { hostNetwork, containers: [{ name: 'prometheus', image: 'prom/prometheus' }] },
  };
}

/** What really happened, in the words of the table. */
async function seen(each: Case, namespace: string): Promise<string> {
  requests += 1;
  const fieldManager = `case-${requests}`;
  const pod = podOf(each);
  const created = await api.create(
    { ...pod, metadata: { ...pod.metadata, namespace } },
    { dryRun: true, fieldManager },
  );
  const calls = await audit.callsFor(fieldManager);
  const hasProxy = [...(created.spec.initContainers ?? []), ...created.spec.containers].some(
    ({ name }: { name: string }) => name === 'istio-proxy',
  );
  expect(hasProxy).toBe(calls.some(({ mutated }) => mutated));
  const injector = calls.findIndex(({ mutated }) => mutated);
  return calls
    .map((call, index) => `${shortName(call.webhook)}@${call.configuration}${index === injector ? '!' : ''}`)
    .join(' ');
}

function shortName(webhook: string): string {
  return webhook.replace(/\.sidecar-injector\.istio\.io$/, '');
}

async function policies(injectors: readonly Injector[]): Promise<Record<string, Observed<InjectorPolicy>>> {
  const revisions = [...new Set(injectors.map(({ revision }) => revision))];
  const read = revisions.map(async (revision) => {
    const name = `istio-sidecar-injector${revision === 'default' ? '' : `-${revision}`}`;
    const metadata = { name, namespace: 'istio-system' };
    const { data } = await api.get({ apiVersion: 'v1', kind: 'ConfigMap', metadata });
    const value = readInjectorPolicy(data?.['config'] ?? '');
    if (value === undefined) throw new Error(`ConfigMap/${name} holds no policy`);
    return [revision, { kind: 'present', value }] as const;
  });
  return Object.fromEntries(await Promise.all(read));
}

/** What we say, in the same words. */
async function said(each: Case, namespace: string): Promise<string> {
  const { items } = await api.list(WEBHOOKS);
  const injectors = injectorsOf(items as unknown as MutatingWebhookConfiguration[]);
  const { metadata } = await api.get({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
  const pod = podOf(each);
  const { injected, injector, called } = injectionOf({
    injectors,
    namespace,
    namespaceLabels: metadata.labels ?? {},
    template: { metadata: pod.metadata, spec: pod.spec },
    policies: await policies(injectors),
  });
  expect(injected).toBe(injector === undefined ? 'False' : 'True');
  return called
    .map((of) => `${shortName(of.webhook.name)}@${of.configuration}${of === injector ? '!' : ''}`)
    .join(' ');
}

function holds(cases: readonly Case[]): void {
  it.each(cases)('$name: "$asked"', async (each) => {
    const namespace = await namespaceOf(each);
    expect({ seen: await seen(each, namespace), said: await said(each, namespace) }).toEqual({
      seen: each.asked,
      said: each.asked,
    });
  });
}

/** The live configuration of the default revision, with other webhooks that the same istiod answers. */
async function replaceDefault(settings: readonly string[]): Promise<void> {
  const live = await api.get({ ...WEBHOOKS, metadata: { name: 'istio-sidecar-injector' } });
  const paths = await programs(['istioctl']);
  const { webhooks } = await istioManifests(paths.istioctl, settings);
  const wanted = webhooks.find(({ metadata }) => metadata.name === 'istio-sidecar-injector');
  if (wanted === undefined) throw new Error('the manifest has no injector');
  const { clientConfig } = live.webhooks[0];
  await api.replace({
    ...live,
    webhooks: wanted.webhooks.map((webhook: object) => ({ ...webhook, clientConfig })),
  });
}

it('tries at least 40 cases', () => {
  const all = [...TWO_REVISIONS, ...BY_DEFAULT, ...DEFAULT_MOVED, ...ONLY_CANARY_TWICE];
  expect(all.length).toBeGreaterThanOrEqual(40);
});

describe('two revisions and a tag', () => {
  holds(TWO_REVISIONS);
});

describe('enableNamespacesByDefault', () => {
  beforeAll(async () => {
    await replaceDefault(['values.sidecarInjectorWebhook.enableNamespacesByDefault=true']);
  });
  holds(BY_DEFAULT);
});

describe('the default tag moved to canary', () => {
  beforeAll(async () => {
    await istioctl('tag', 'set', 'default', '--revision', 'canary', '--overwrite');
  });
  holds(DEFAULT_MOVED);
});

describe('only canary, with a twin of its configuration', () => {
  beforeAll(async () => {
    await api.delete({ ...WEBHOOKS, metadata: { name: 'istio-revision-tag-default' } });
    await api.delete({ ...WEBHOOKS, metadata: { name: 'istio-sidecar-injector' } });
    const live = await api.get({ ...WEBHOOKS, metadata: { name: 'istio-sidecar-injector-canary' } });
    const { labels } = live.metadata;
    await api.create({
      ...WEBHOOKS,
      metadata: { name: 'twin', ...(labels === undefined ? {} : { labels }) },
      webhooks: live.webhooks,
    });
  });
  holds(ONLY_CANARY_TWICE);
});
