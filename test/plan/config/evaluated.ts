// prometheus.yaml as a ConfigMap, evaluated for one resource; its record as that resource writes it.
import type { ConfigMap, StatefulSet } from '../../../src/api/kubernetes.ts';
import { planConfig, type ConfigPlan } from '../../../src/plan/config/config.ts';
import type { ScrapedBefore } from '../../../src/plan/config/record-times.ts';
import { differs } from '../../../src/plan/model/field.ts';
import { present, reads } from '../../support/answers.ts';
import { scrape } from '../../support/scrape.ts';
import { subject } from '../../support/snapshot.ts';
import { wired } from '../../support/stateful-set.ts';

export const KEY = 'meshscrape.dev/original-tls-config';
export const JOB = 'kubernetes-pods-istio-secure';
export const PATH = `data[prometheus.yaml].scrape_configs[${JOB}].tls_config`;
export const RECORD =
  '{"prometheus":{"prometheus.yaml":{"version":1,"mountPaths":["/etc/prom-certs"],"jobs":{"kubernetes-pods-istio-secure":{"ca_file":"/etc/certs/root-cert.pem","cert_file":"\\"/etc/certs/cert-chain.pem\\"","key_file":"/etc/certs/key.pem"}}}}}';
/** The same, with the time at which the jobs were rewritten. */
export const datedAt = (rewrittenAt: string): string =>
  RECORD.replace(/}}}$/, `,"rewrittenAt":"${rewrittenAt}"}}}`);
/** As it is written at the time of test/support/snapshot.ts. */
export const NEW_RECORD = datedAt('2026-03-01T12:00:00Z');
export const recorded = { metadata: { annotations: { [KEY]: RECORD } } };

interface Evaluated {
  readonly spec?: Parameters<typeof scrape>[0];
  readonly status?: object;
  readonly of?: StatefulSet;
  readonly scraped?: ScrapedBefore;
}

export function evaluate(
  seen: ConfigMap,
  { spec = {}, status, of = wired(), scraped }: Evaluated = {},
): ConfigPlan {
  return planConfig(
    subject({
      resource: scrape(spec, status === undefined ? {} : { status }),
      statefulSet: of,
      reads: reads({ configMaps: { prometheus: present(seen) } }),
    }),
    scraped,
  );
}

/** The paths of the fields that differ. */
export const differing = (plan: ConfigPlan) => plan.fields.filter(differs).map(({ path }) => path);
