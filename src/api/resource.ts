// Who the custom resource is: its names in the API, and the whole object.
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

/** As the API server serves it: every default of `spec` filled in. `status` is absent only in an object made by hand. */
export interface PrometheusIstioScrape {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ObjectMeta;
  readonly spec: PrometheusIstioScrapeSpec;
  readonly status?: PrometheusIstioScrapeStatus;
}
