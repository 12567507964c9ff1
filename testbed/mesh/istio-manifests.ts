// What `istioctl manifest generate` says, cut and patched so that an istiod outside of the cluster can serve it.
// It decides which objects are applied, and where webhooks point; it applies nothing.
import { loadAll } from 'js-yaml';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

import type { KubeObject } from '../api/kube-object.ts';

/** Nothing runs in this cluster, so nothing of it would ever be ready. */
const LEFT_OUT = new Set(['Deployment', 'DaemonSet', 'HorizontalPodAutoscaler', 'PodDisruptionBudget']);
const WEBHOOKS = new Set(['MutatingWebhookConfiguration', 'ValidatingWebhookConfiguration']);

export interface IstioManifests {
  readonly crds: readonly KubeObject[];
  /** ConfigMaps, RBAC, service accounts, Services: what may exist before istiod runs. */
  readonly objects: readonly KubeObject[];
  /** To be patched by `withServer`, and applied when istiod serves them. */
  readonly webhooks: readonly KubeObject[];
}

/**
 * The objects of the profile `minimal`, with the validation of every Istio object that an install of the default
 * revision has. `settings` are further `--set` values, such as `tag=1.30.3`; the later one wins.
 */
export async function istioManifests(
  istioctl: string,
  settings: readonly string[] = [],
): Promise<IstioManifests> {
  const set = ['profile=minimal', 'values.defaultRevision=default', ...settings].flatMap((setting) => [
    '--set',
    setting,
  ]);
  const { stdout } = await promisify(execFile)(istioctl, ['manifest', 'generate', ...set], {
    maxBuffer: 64 * 1024 * 1024,
  });
  const documents = loadAll(stdout) as (KubeObject | null | undefined)[];
  const objects = documents.filter(
    (object): object is KubeObject => object?.kind !== undefined && !LEFT_OUT.has(object.kind),
  );
  const isCrd = ({ kind }: KubeObject): boolean => kind === 'CustomResourceDefinition';
  const isWebhook = ({ kind }: KubeObject): boolean => WEBHOOKS.has(kind);
  return {
    crds: objects.filter(isCrd),
    objects: objects.filter((object) => !isCrd(object) && !isWebhook(object)),
    webhooks: objects.filter(isWebhook),
  };
}

/**
 * The configuration with a URL instead of a Service, which nobody would resolve here, and the authority to trust.
 * It also fails closed: istiod itself changes that some time after its start, when it has tried its own webhook.
 */
export function withServer(
  configuration: KubeObject,
  server: { readonly url: string; readonly ca: string },
): KubeObject {
  const patched = structuredClone(configuration);
  const caBundle = Buffer.from(server.ca).toString('base64');
  for (const webhook of patched.webhooks) {
    const { service } = webhook.clientConfig;
    webhook.failurePolicy = 'Fail';
    webhook.clientConfig = { url: `${server.url}${service?.path ?? ''}`, caBundle };
  }
  return patched;
}
