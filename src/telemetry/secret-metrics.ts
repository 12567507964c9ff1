// Legacy secrets in use as gauges: how many, and when each certificate that may be read expires. The series of a secret
// that is out of use disappear.
import { Gauge, type Registry } from 'prom-client';

export interface SecretEnd {
  readonly secret: string;
  /** Seconds since the epoch. */
  readonly notAfterSeconds: number;
}

export interface SecretMetrics {
  set(labels: ResourceLabels, count: number, ends: readonly SecretEnd[]): void;
  forget(labels: ResourceLabels): void;
}

export interface ResourceLabels {
  readonly namespace: string;
  readonly name: string;
}

/** The gauges of all resources, in `registry`. */
export function createSecretMetrics(registry: Registry): SecretMetrics {
  const registers = [registry];
  const countGauge = new Gauge({
    name: 'meshscrape_stale_secrets',
    help: 'Legacy secrets that are still in use.',
    labelNames: ['namespace', 'name'],
    registers,
  });
  const endGauge = new Gauge({
    name: 'meshscrape_stale_secret_not_after_seconds',
    help: 'When the certificate of a legacy secret in use expires, in seconds since the epoch, where it may be read.',
    labelNames: ['namespace', 'name', 'secret'],
    registers,
  });
  const known = new Map<string, readonly string[]>();
  const keyOf = ({ namespace, name }: ResourceLabels): string => `${namespace}/${name}`;
  const drop = ({ namespace, name }: ResourceLabels, keep: readonly string[]): void => {
    for (const secret of known.get(keyOf({ namespace, name })) ?? []) {
      if (!keep.includes(secret)) endGauge.remove({ secret, namespace, name });
    }
  };
  return {
    set: ({ namespace, name }, count, ends) => {
      countGauge.set({ namespace, name }, count);
      const secrets = ends.map(({ secret }) => secret);
      drop({ namespace, name }, secrets);
      known.set(keyOf({ namespace, name }), secrets);
      for (const { secret, notAfterSeconds } of ends) {
        endGauge.set({ secret, namespace, name }, notAfterSeconds);
      }
    },
    forget: ({ namespace, name }) => {
      drop({ namespace, name }, []);
      known.delete(keyOf({ namespace, name }));
      countGauge.remove({ namespace, name });
    },
  };
}
