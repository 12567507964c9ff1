// What Istio's sidecar injector makes of a pod, as far as meshscrape can notice it. From a pod comes a pod or a refusal.
// A stand-in: test/e2e/mesh/templates.test.ts compares it with the real injector of istiod, field by field.
import type { KubeObject } from '../api/kube-object.ts';
import { appended } from './injection-append.ts';
import { BadAnnotation, proxyConfig } from './injection-annotations.ts';
import { finished } from './injection-finish.ts';
import { merged } from './injection-merge.ts';
import type { Container } from './injection-template.ts';
import { renderTemplate } from './injection-template.ts';

export type Injection =
  | { readonly kind: 'skipped' }
  | { readonly kind: 'refused'; readonly message: string }
  | { readonly kind: 'injected'; readonly pod: KubeObject };

export interface InjectionOptions {
  readonly revision: string;
  /** istio-proxy as an init container that keeps running; a pod's annotation overrules it. */
  readonly native: boolean;
  /** Such as `1.30.3`: the tag of its images, and up to 1.8 another way of putting the proxy into the pod. */
  readonly istioVersion: string;
}

const SYSTEM_NAMESPACES = ['kube-system', 'kube-public', 'kube-node-lease', 'local-path-storage'];

/** Whether and how a pod is injected. Never throws for what a person may write into an annotation. */
export function inject(pod: KubeObject, namespace: string, options: InjectionOptions): Injection {
  if (!isDue(pod, namespace)) return { kind: 'skipped' };
  try {
    return { kind: 'injected', pod: injected(pod, options) };
  } catch (error) {
    if (error instanceof BadAnnotation) return { kind: 'refused', message: error.message };
    throw error;
  }
}

/** The part of the decision that istiod takes itself; the webhook's selectors came before. */
function isDue(pod: KubeObject, namespace: string): boolean {
  const { annotations = {}, labels = {} } = pod.metadata;
  if (pod.spec.hostNetwork === true || SYSTEM_NAMESPACES.includes(namespace)) return false;
  // Exactly `true` or `false` decide, label before annotation; anything else falls to the policy, which is enabled.
  const says = labels['sidecar.istio.io/inject'] ?? annotations['sidecar.istio.io/inject'];
  return says !== 'false';
}

function injected(pod: KubeObject, { revision, native, istioVersion }: InjectionOptions): KubeObject {
  const { annotations = {}, labels = {} } = pod.metadata;
  const merges = isAtLeast(istioVersion, 1, 9);
  const says = annotations['sidecar.istio.io/nativeSidecar'] ?? '';
  const config = proxyConfig(annotations);
  const rendered = renderTemplate({
    ...{ labels, annotations, revision, istioVersion },
    containers: pod.spec.containers as Container[],
    proxyConfig: config,
    native: merges && (says === '' ? native : says !== 'false'),
  });
  const parts = { pod, rendered, holds: config.holds };
  return finished(merges ? merged(parts) : appended(parts), rendered, revision);
}

function isAtLeast(version: string, major: number, minor: number): boolean {
  const [itsMajor = 0, itsMinor = 0] = version.split('.').map(Number);
  return itsMajor > major || (itsMajor === major && itsMinor >= minor);
}
