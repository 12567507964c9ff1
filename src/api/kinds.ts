// Where each kind that meshscrape names lives in the API. A kind that is missing here cannot be read or written by
// accident; Secrets are, on purpose.
import { GROUP, PLURAL, VERSION } from './resource.ts';

export interface ResourceType {
  /** Empty for the core group. */
  readonly group: string;
  readonly version: string;
  readonly plural: string;
}

export type KindName = keyof typeof KINDS;

/** Istio has served its kinds under these versions since 1.5. */
export const KINDS = {
  AuthorizationPolicy: { group: 'security.istio.io', version: 'v1beta1', plural: 'authorizationpolicies' },
  ConfigMap: { group: '', version: 'v1', plural: 'configmaps' },
  CustomResourceDefinition: {
    group: 'apiextensions.k8s.io',
    version: 'v1',
    plural: 'customresourcedefinitions',
  },
  DaemonSet: { group: 'apps', version: 'v1', plural: 'daemonsets' },
  Deployment: { group: 'apps', version: 'v1', plural: 'deployments' },
  Event: { group: 'events.k8s.io', version: 'v1', plural: 'events' },
  MutatingWebhookConfiguration: {
    group: 'admissionregistration.k8s.io',
    version: 'v1',
    plural: 'mutatingwebhookconfigurations',
  },
  Namespace: { group: '', version: 'v1', plural: 'namespaces' },
  PeerAuthentication: { group: 'security.istio.io', version: 'v1beta1', plural: 'peerauthentications' },
  Pod: { group: '', version: 'v1', plural: 'pods' },
  PrometheusIstioScrape: { group: GROUP, version: VERSION, plural: PLURAL },
  RequestAuthentication: { group: 'security.istio.io', version: 'v1beta1', plural: 'requestauthentications' },
  Service: { group: '', version: 'v1', plural: 'services' },
  Sidecar: { group: 'networking.istio.io', version: 'v1beta1', plural: 'sidecars' },
  StatefulSet: { group: 'apps', version: 'v1', plural: 'statefulsets' },
} as const satisfies Readonly<Record<string, ResourceType>>;

/** The name of the CRD that serves a kind: `sidecars.networking.istio.io`. */
export function crdNameOf({ group, plural }: ResourceType): string {
  return `${plural}.${group}`;
}

/** `apps/v1`, or `v1` for the core group. */
export function apiVersionOf({ group, version }: ResourceType): string {
  return group === '' ? version : `${group}/${version}`;
}
