// What is installed in a cluster before anything is tried in it. An API server that has just started, or that has just got a
// CRD, a role or a webhook, refuses or overlooks it for a moment: here is where that moment is waited for, and nowhere else.
import { setTimeout as delay } from 'node:timers/promises';

import { ApiError, type Api } from './client.ts';
import type { KubeObject } from './kube-object.ts';

const DEADLINE_MS = 90_000;
const RETRY_MS = 50;
const MOMENTARY_CODES = [409, 429, 500, 502, 503, 504];

/** Applies an object server-side, again while the API server refuses for a moment. */
export async function install(api: Api, object: KubeObject, fieldManager = 'test-bed'): Promise<KubeObject> {
  return again(() => api.apply(object, { fieldManager, force: true }), isMomentary);
}

/** Applies a CustomResourceDefinition and waits until its resources can be listed. */
export async function installCrd(api: Api, crd: KubeObject, fieldManager?: string): Promise<void> {
  await install(api, crd, fieldManager);
  await api.waitForObject(crd, (object) => {
    const conditions: { type: string; status: string }[] = object?.status?.conditions ?? [];
    return conditions.some(({ type, status }) => type === 'Established' && status === 'True');
  });
  const { group, names, versions } = crd.spec;
  // Right after Established the server answers 404, then 429 for about a second: there is no event to wait for.
  const isNotServed = (error: unknown): boolean =>
    isMomentary(error) || (error instanceof ApiError && error.code === 404);
  for (const version of versions) {
    const collection = `/apis/${group}/${version.name}/${names.plural}`;
    if (version.served === true) await again(() => api.get(collection, { query: { limit: 1 } }), isNotServed);
  }
}

/** Applies a Namespace and waits until pods can be created in it. */
export async function installNamespace(
  api: Api,
  name: string,
  labels: Readonly<Record<string, string>> = {},
): Promise<void> {
  await install(api, { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels: { ...labels } } });
  // Without it the API server refuses pods.
  const account = {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name: 'default', namespace: name },
  };
  await api.waitForObject(account, (object) => object !== undefined);
}

export interface Permission {
  readonly user: string;
  readonly groups?: readonly string[];
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  readonly namespace?: string;
  readonly name?: string;
}

/** Waits until RBAC answers so: a role that was written takes effect a little later. */
export async function untilPermitted(
  api: Api,
  { user, groups = [], ...resourceAttributes }: Permission,
  isPermitted = true,
): Promise<void> {
  const review = {
    apiVersion: 'authorization.k8s.io/v1',
    kind: 'SubjectAccessReview',
    metadata: {},
    spec: { user, groups, resourceAttributes },
  };
  await again(async () => {
    const { status } = await api.create(review);
    if (status.allowed !== isPermitted) throw new NotYet(JSON.stringify({ ...review.spec, isPermitted }));
  }, isMomentary);
}

/** Waits until the injector of a revision is called: a webhook that was registered takes effect a little later. */
export async function untilInjected(api: Api, revision: string): Promise<void> {
  // The second label asks for it also where the revision injects nothing unasked.
  const labels = { 'istio.io/rev': revision, 'sidecar.istio.io/inject': 'true' };
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'injected', namespace: 'default', labels },
    spec: { containers: [{ name: 'app', image: 'app' }] },
  };
  await again(async () => {
    const { spec } = await api.create(pod, { dryRun: true });
    const containers: readonly { readonly name: string }[] = [
      ...spec.containers,
      ...(spec.initContainers ?? []),
    ];
    if (!containers.some(({ name }) => name === 'istio-proxy')) {
      throw new NotYet(`revision ${revision} injects nothing into a pod that asks for it`);
    }
  }, isMomentary);
}

class NotYet extends Error {}

function isMomentary(error: unknown): boolean {
  if (error instanceof NotYet) return true;
  if (!(error instanceof ApiError)) return false;
  // A plugin of admission that has not started yet refuses with 403.
  return MOMENTARY_CODES.includes(error.code) || error.message.includes('not yet ready to handle request');
}

/** Tries until it succeeds; an error that is not to be retried, or the last one at the deadline, is thrown. */
async function again<T>(tries: () => Promise<T>, isRetried: (error: unknown) => boolean): Promise<T> {
  const deadlineMs = Date.now() + DEADLINE_MS;
  for (;;) {
    try {
      return await tries();
    } catch (error) {
      if (!isRetried(error) || Date.now() > deadlineMs) throw error;
    }
    await delay(RETRY_MS);
  }
}
