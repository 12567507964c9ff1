// The Sidecar and the PeerAuthentication that the controller creates.
import type { ObjectMeta, PeerAuthentication, Sidecar } from '../../src/api/kubernetes.ts';
import { NAMESPACE } from './scrape.ts';

type Spec = Readonly<Record<string, unknown>>;

/** The Sidecar and the PeerAuthentication as we create them; `spec` in place of the right one. */
export function owned(kind: 'Sidecar', spec?: Spec, metadata?: Partial<ObjectMeta>): Sidecar;
export function owned(
  kind: 'PeerAuthentication',
  spec?: Spec,
  metadata?: Partial<ObjectMeta>,
): PeerAuthentication;
export function owned(
  kind: 'Sidecar' | 'PeerAuthentication',
  spec: Spec = OWNED_SPECS[kind],
  metadata: Partial<ObjectMeta> = {},
): Sidecar | PeerAuthentication {
  return {
    apiVersion: kind === 'Sidecar' ? 'networking.istio.io/v1beta1' : 'security.istio.io/v1beta1',
    kind,
    metadata: {
      name: 'meshscrape-prometheus',
      namespace: NAMESPACE,
      uid: `uid-${kind}`,
      resourceVersion: '3',
      generation: 1,
      creationTimestamp: '2026-03-01T10:30:00Z',
      labels: { 'app.kubernetes.io/managed-by': 'meshscrape', 'meshscrape.dev/resource': 'prometheus' },
      annotations: { 'meshscrape.dev/resource-uid': 'uid-resource' },
      ...metadata,
    },
    spec,
  };
}

const OWNED_SPECS = {
  Sidecar: {
    workloadSelector: { labels: { app: 'prometheus' } },
    egress: [{ hosts: ['istio-system/*'] }],
  },
  PeerAuthentication: { selector: { matchLabels: { app: 'prometheus' } }, mtls: { mode: 'DISABLE' } },
} as const;
