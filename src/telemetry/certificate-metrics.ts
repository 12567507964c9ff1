// When the first of the certificates that the pods of a resource work with ends. One series per resource: the pod that is
// worst off, so that an alert on a far too near end needs no aggregation. Certificates not known have no series.
import { Gauge, type Registry } from 'prom-client';
import type { ResourceLabels } from './secret-metrics.ts';

export interface CertificateEnd {
  readonly pod: string;
  /** Seconds since the epoch. */
  readonly notAfterSeconds: number;
}

export interface CertificateMetrics {
  /** `undefined`: not known. */
  set(labels: ResourceLabels, end: CertificateEnd | undefined): void;
}

/** The gauge of all resources, in `registry`. */
export function createCertificateMetrics(registry: Registry): CertificateMetrics {
  const gauge = new Gauge({
    name: 'meshscrape_certificate_not_after_seconds',
    help: 'When the first of the certificates that the pods work with ends, in seconds since the epoch.',
    labelNames: ['namespace', 'name', 'pod'],
    registers: [registry],
  });
  const pods = new Map<string, string>();
  return {
    set: ({ namespace, name }, end) => {
      const key = `${namespace}/${name}`;
      const before = pods.get(key);
      if (before !== undefined && before !== end?.pod) gauge.remove({ namespace, name, pod: before });
      if (end === undefined) {
        pods.delete(key);
        return;
      }
      pods.set(key, end.pod);
      gauge.set({ namespace, name, pod: end.pod }, end.notAfterSeconds);
    },
  };
}
