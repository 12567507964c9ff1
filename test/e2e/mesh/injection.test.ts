// Our static evaluation of injection against real istiods: the same namespaces and pods, as server-side dry runs, and the
// API server's own record of whom it called. Nothing of the controller runs here.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { MutatingWebhookConfiguration } from '../../../src/api/kubernetes.ts';
import { injectionAdvice } from '../../../src/plan/injection/advice.ts';
import {
  injectionOf,
  injectorsOf,
  type InjectionInput,
  type Injector,
} from '../../../src/plan/injection/injection.ts';
import { readInjectorPolicy, type InjectorPolicy } from '../../../src/plan/injection/istiod-policy.ts';
import type { Observed } from '../../../src/plan/model/observed.ts';
import type { Api } from '../../../testbed/api/client.ts';
import type { KubeObject } from '../../../testbed/api/kube-object.ts';
import { startControlPlane, type ControlPlane } from '../../../testbed/control-plane/control-plane.ts';
import { istioManifests } from '../../../testbed/mesh/istio-manifests.ts';
import { startIstiod } from '../../../testbed/mesh/istiod.ts';
import { programs } from '../../../testbed/programs/programs.ts';
import { AuditLog } from './audit-log.ts';
import {
  BY_DEFAULT,
  combinations,
  DEFAULT_MOVED,
  ONLY_CANARY_TWICE,
  TWO_REVISIONS,
  type Case,
} from './injection-cases.ts';

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

type World = Pick<InjectionInput, 'injectors' | 'policies'>;

/** What our controller would read of the cluster. */
async function readWorld(): Promise<World> {
  const { items } = await api.list(WEBHOOKS);
  const injectors = injectorsOf(items as unknown as MutatingWebhookConfiguration[]);
  return { injectors, policies: await policies(injectors) };
}

async function inputOf(world: World, each: Case, namespace: string): Promise<InjectionInput> {
  const { metadata } = await api.get({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
  const pod = podOf(each);
  const template = { metadata: pod.metadata, spec: pod.spec };
  return { ...world, namespace, namespaceLabels: metadata.labels ?? {}, template };
}

/** What we say, in the same words. */
function said(input: InjectionInput): string {
  const { injected, injector, called } = injectionOf(input);
  expect(injected).toBe(injector === undefined ? 'False' : 'True');
  return called
    .map((of) => `${shortName(of.webhook.name)}@${of.configuration}${of === injector ? '!' : ''}`)
    .join(' ');
}

function holds(cases: readonly Case[]): void {
  it.each(cases)('$name: "$asked"', async (each) => {
    const namespace = await namespaceOf(each);
    const input = await inputOf(await readWorld(), each, namespace);
    expect({ seen: await seen(each, namespace), said: said(input) }).toEqual({
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
  const injector = webhooks.find(({ metadata }) => metadata.name === 'istio-sidecar-injector');
  if (injector === undefined) throw new Error('the manifest has no injector');
  const { clientConfig } = live.webhooks[0];
  await api.replace({
    ...live,
    webhooks: injector.webhooks.map((webhook: object) => ({ ...webhook, clientConfig })),
  });
}

it('tries at least 40 cases', () => {
  const all = [...TWO_REVISIONS, ...BY_DEFAULT, ...DEFAULT_MOVED, ...ONLY_CANARY_TWICE];
  expect(all.length).toBeGreaterThanOrEqual(40);
});

describe('two revisions and a tag', () => {
  holds(TWO_REVISIONS);

  it(
    'says the same of every combination of the labels that count, and advises what works',
    { timeout: 180_000 },
    async () => {
      const world = await readWorld();
      const inputs = new Map<string, InjectionInput>();
      const answers = new Map<string, string>();
      const key = ({
        namespaceLabels,
        template: { metadata },
      }: Pick<InjectionInput, 'namespaceLabels' | 'template'>): string =>
        JSON.stringify([
          ['istio-injection', 'istio.io/rev'].map((label) => namespaceLabels[label] ?? null),
          ['sidecar.istio.io/inject', 'istio.io/rev'].map((label) => metadata?.labels?.[label] ?? null),
          metadata?.annotations?.['sidecar.istio.io/inject'] ?? null,
        ]);
      const left = combinations();
      const work = async (): Promise<void> => {
        for (let next = left.pop(); next !== undefined; next = left.pop()) {
          const namespace = await namespaceOf(next);
          const input = await inputOf(world, next, namespace);
          inputs.set(key(input), input);
          answers.set(key(input), await seen(next, namespace));
        }
      };
      await Promise.all(Array.from({ length: 8 }, work));
      expect(answers.size).toBe(900);
      const wrong: string[] = [];
      let advised = 0;
      for (const [at, input] of inputs) {
        const answer = answers.get(at) ?? '';
        if (said(input) !== answer) wrong.push(`${at}: we say "${said(input)}", it was "${answer}"`);
        if (answer.includes('!')) continue;
        for (const isOurs of [true, false]) {
          const advice = injectionAdvice(input, isOurs);
          const then = advice === undefined ? undefined : answers.get(key(advice));
          advised += 1;
          if (then?.includes('!') !== true)
            wrong.push(`${at}: ${advice?.sentence ?? 'no advice'}: ${then ?? '?'}`);
        }
      }
      expect(wrong).toEqual([]);
      expect(advised).toBeGreaterThan(800);
    },
  );
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
