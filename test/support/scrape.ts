// The resource of a newcomer, and the names that every pure test starts from.
import type { ObjectMeta } from '../../src/api/kubernetes.ts';
import type {
  PrometheusIstioScrapeSpec,
  PrometheusIstioScrapeStatus,
} from '../../src/api/prometheus-istio-scrape.gen.ts';
import type { PrometheusIstioScrape } from '../../src/api/resource.ts';

export const NAMESPACE = 'app-metrics';
export const MANAGER = 'meshscrape.app-metrics.prometheus';

type Parts<T> = { readonly [K in keyof T]?: T[K] extends object ? Partial<T[K]> : T[K] };

/** The resource of a newcomer, defaults filled in; `spec` is laid over it, one level deep. */
export function scrape(
  spec: Parts<PrometheusIstioScrapeSpec> = {},
  rest: { readonly metadata?: Partial<ObjectMeta>; readonly status?: PrometheusIstioScrapeStatus } = {},
): PrometheusIstioScrape {
  return {
    apiVersion: 'meshscrape.dev/v1alpha1',
    kind: 'PrometheusIstioScrape',
    metadata: {
      name: 'prometheus',
      namespace: NAMESPACE,
      uid: 'uid-resource',
      resourceVersion: '1',
      generation: 1,
      creationTimestamp: '2026-03-01T10:00:00Z',
      ...rest.metadata,
    },
    spec: {
      mode: 'Enforce',
      suspend: false,
      legacySecrets: 'Report',
      conflictPolicy: 'Report',
      deletionPolicy: 'Retain',
      interval: '10m',
      ...spec,
      manage: {
        workload: 'Auto',
        config: 'Auto',
        sidecar: 'Auto',
        peerAuthentication: 'Auto',
        ...spec.manage,
      },
      workload: {
        kind: 'StatefulSet',
        name: 'prometheus',
        allowUnprotectedInbound: false,
        rolloutDeadline: '15m',
        ...spec.workload,
      },
      config: {
        configMap: {},
        jobs: [],
        legacyDirectories: ['/etc/certs', '/etc/istio-certs'],
        reload: 'Auto',
        ...spec.config,
      },
      certificates: { trustReadiness: false, ...spec.certificates },
      istio: { namespace: 'istio-system', revision: '', ...spec.istio },
      sidecar: { ...spec.sidecar },
    },
    ...(rest.status === undefined ? {} : { status: rest.status }),
  };
}
