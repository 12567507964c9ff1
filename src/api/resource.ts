// Who the custom resource is: its names in the API, the marks that it leaves on other objects, and the whole object.
import type { ObjectMeta } from './kubernetes.ts';
import type {
  PrometheusIstioScrapeSpec,
  PrometheusIstioScrapeStatus,
} from './prometheus-istio-scrape.gen.ts';

export const GROUP = 'meshscrape.dev';
export const VERSION = 'v1alpha1';
export const KIND = 'PrometheusIstioScrape';
export const PLURAL = 'prometheusistioscrapes';
export const CRD_NAME = `${PLURAL}.${GROUP}` as const;

export const FINALIZER = `${GROUP}/undo`;
/** On objects that we created: the resource that they belong to. */
export const RESOURCE_LABEL = `${GROUP}/resource`;
/** On objects that we created: the uid of that resource. */
export const RESOURCE_UID_ANNOTATION = `${GROUP}/resource-uid`;
/** On the ConfigMap: what the jobs held before, by resource. */
export const ORIGINAL_TLS_CONFIG_ANNOTATION = `${GROUP}/original-tls-config`;
/** On the workload's own metadata (on the template's it would restart Prometheus): what the template held before. */
export const ORIGINAL_TEMPLATE_ANNOTATION = `${GROUP}/original-template`;
/** Asks for a check now; echoed in `status.lastHandledRequest`. */
export const REQUESTED_AT_ANNOTATION = `${GROUP}/requestedAt`;

/** As the API server serves it: every default of `spec` filled in. `status` is absent only in an object made by hand. */
export interface PrometheusIstioScrape {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ObjectMeta;
  readonly spec: PrometheusIstioScrapeSpec;
  readonly status?: PrometheusIstioScrapeStatus;
}
