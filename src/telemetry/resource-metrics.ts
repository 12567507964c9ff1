// The state of each resource as gauges, so that an alert needs no kube-state-metrics. The series of a resource
// or condition that is no more disappear with it.
import { Gauge, type Registry } from 'prom-client';
import { createCertificateMetrics, type CertificateEnd } from './certificate-metrics.ts';
import { createSecretMetrics, type SecretEnd } from './secret-metrics.ts';

export interface ConditionState {
  readonly type: string;
  /** `True`, `False` or `Unknown`. */
  readonly status: string;
}

export interface ResourceMetrics {
  /** The conditions of a resource (`namespace/name`) as they are now. */
  setConditions(key: string, conditions: readonly ConditionState[]): void;
  /** `status.drift.activeCount`. */
  setDriftFields(key: string, count: number): void;
  /** `status.staleSecretCount`, and the ends of those certificates that are known. */
  setStaleSecrets(key: string, count: number, ends: readonly SecretEnd[]): void;
  /** The certificate of the pod that is worst off, where it is known. */
  setCertificateEnd(key: string, end: CertificateEnd | undefined): void;
  /** The resource is gone. */
  forget(key: string): void;
}

const STATUSES = ['True', 'False', 'Unknown'] as const;

/** The gauges of all resources, in `registry`. */
export function createResourceMetrics(registry: Registry): ResourceMetrics {
  const registers = [registry];
  const conditionGauge = new Gauge({
    name: 'meshscrape_condition',
    help: '1 for the status that a condition of a resource has, 0 for the other two.',
    labelNames: ['type', 'status', 'namespace', 'name'],
    registers,
  });
  const driftGauge = new Gauge({
    name: 'meshscrape_drift_fields',
    help: 'Fields that were right and differ now.',
    labelNames: ['namespace', 'name'],
    registers,
  });
  const secrets = createSecretMetrics(registry);
  const certificates = createCertificateMetrics(registry);
  const typesOf = new Map<string, ReadonlySet<string>>();

  const dropConditions = (key: string, types: Iterable<string>): void => {
    for (const type of types) {
      for (const status of STATUSES) conditionGauge.remove({ type, status, ...labelsOf(key) });
    }
  };
  return {
    setConditions: (key, conditions) => {
      const types = new Set(conditions.map((condition) => condition.type));
      dropConditions(
        key,
        [...(typesOf.get(key) ?? [])].filter((type) => !types.has(type)),
      );
      typesOf.set(key, types);
      for (const { type, status: actual } of conditions) {
        for (const status of STATUSES) {
          conditionGauge.set({ type, status, ...labelsOf(key) }, status === actual ? 1 : 0);
        }
      }
    },
    setDriftFields: (key, count) => {
      driftGauge.set(labelsOf(key), count);
    },
    setStaleSecrets: (key, count, ends) => {
      secrets.set(labelsOf(key), count, ends);
    },
    setCertificateEnd: (key, end) => {
      certificates.set(labelsOf(key), end);
    },
    forget: (key) => {
      certificates.set(labelsOf(key), undefined);
      secrets.forget(labelsOf(key));
      dropConditions(key, typesOf.get(key) ?? []);
      typesOf.delete(key);
      driftGauge.remove(labelsOf(key));
    },
  };
}

function labelsOf(key: string): { namespace: string; name: string } {
  const slash = key.indexOf('/');
  return { namespace: key.slice(0, slash), name: key.slice(slash + 1) };
}
