// The state of each resource as metrics, so that an alert needs no kube-state-metrics. Everything is read from status but
// the detections of drift, which are events. Series of what no longer exists disappear.
import type { Registry } from 'prom-client';
import type { PrometheusIstioScrapeStatus } from '../api/prometheus-istio-scrape.gen.ts';
import { ResourceCounter, ResourceGauge, type Sample } from './resource-series.ts';

export interface ResourceMetrics {
  /** The status of a resource (`namespace/name`) as it is now. */
  setStatus(key: string, status: PrometheusIstioScrapeStatus | undefined): void;
  /** So many owned fields of each object (`StatefulSet/prometheus`) were as desired before and differ; 0 for none. */
  countDrift(key: string, fieldsByTarget: ReadonlyMap<string, number>): void;
  /** The resource is gone. */
  forget(key: string): void;
}

type Status = PrometheusIstioScrapeStatus;

interface StatusGauge {
  readonly name: string;
  readonly help: string;
  readonly labelNames: readonly string[];
  readonly samples: (status: Status) => readonly Sample[];
}

const STATUSES = ['True', 'False', 'Unknown'] as const;

const STATUS_GAUGES: readonly StatusGauge[] = [
  {
    name: 'meshscrape_condition',
    help: '1 for the status that a condition of a resource has, 0 for the other two.',
    labelNames: ['type', 'status'],
    samples: ({ conditions = [] }) =>
      conditions.flatMap(({ type, status: actual }) =>
        STATUSES.map((status) => ({ labels: { type, status }, value: status === actual ? 1 : 0 })),
      ),
  },
  {
    name: 'meshscrape_drift_fields',
    help: 'Owned fields that were as desired before and differ now.',
    labelNames: [],
    samples: ({ drift }) => [{ labels: {}, value: drift?.activeCount ?? 0 }],
  },
  {
    name: 'meshscrape_stale_secrets',
    help: 'Legacy secrets that are still in use.',
    labelNames: [],
    samples: ({ staleSecretCount }) => [{ labels: {}, value: staleSecretCount ?? 0 }],
  },
  {
    name: 'meshscrape_stale_secret_not_after_seconds',
    help: 'When the certificate of a legacy secret in use expires, in seconds since the epoch, where it may be read.',
    labelNames: ['secret'],
    samples: ({ staleSecrets = [] }) =>
      staleSecrets.flatMap(({ secret, notAfter }) =>
        notAfter === undefined ? [] : [{ labels: { secret }, value: seconds(notAfter) }],
      ),
  },
  {
    name: 'meshscrape_certificate_not_after_seconds',
    help: 'When the first of the certificates that the pods work with ends, in seconds since the epoch; the pod is the one that is worst off.',
    labelNames: ['pod'],
    samples: ({ certificates }) =>
      (certificates?.serving ?? [])
        .slice(0, 1)
        .map(({ pod, notAfter }) => ({ labels: { pod }, value: seconds(notAfter) })),
  },
  {
    name: 'meshscrape_targets',
    help: 'Scrape targets of the rewritten jobs, each scrape URL once: up, down (for at least one replica) or unknown. Absent until Prometheus has answered.',
    labelNames: ['state'],
    samples: ({ targets }) =>
      targets === undefined
        ? []
        : (['up', 'down', 'unknown'] as const).map((state) => ({ labels: { state }, value: targets[state] })),
  },
];

/** The metrics of all resources, in `registry`. */
export function createResourceMetrics(registry: Registry): ResourceMetrics {
  const gauges = STATUS_GAUGES.map((of) => ({ of, gauge: new ResourceGauge(registry, of) }));
  const drift = new ResourceCounter(registry, {
    name: 'meshscrape_drift_detected_total',
    help: 'Owned fields found to differ that were as desired before, by object, such as StatefulSet/prometheus.',
    labelNames: ['target'],
  });
  return {
    setStatus: (key, status = {}) => {
      for (const { of, gauge } of gauges) gauge.set(key, of.samples(status));
    },
    countDrift: (key, fieldsByTarget) => {
      for (const [target, value] of fieldsByTarget) drift.add(key, { labels: { target }, value });
    },
    forget: (key) => {
      for (const { gauge } of gauges) gauge.forget(key);
      drift.forget(key);
    },
  };
}

function seconds(time: string): number {
  return Date.parse(time) / 1000;
}
