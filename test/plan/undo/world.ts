// What undo is planned from: a wired template, a rewritten ConfigMap and mesh policy, all of them ours.
import type { ConfigMap, StatefulSet } from '../../../src/api/kubernetes.ts';
import type { PrometheusIstioScrapeStatus } from '../../../src/api/prometheus-istio-scrape.gen.ts';
import type { PrometheusIstioScrape } from '../../../src/api/resource.ts';
import { planUndo, type UndoPlan } from '../../../src/plan/undo/undo.ts';
import { present, reads, type Answers } from '../../support/answers.ts';
import { configMap } from '../../support/config-map.ts';
import { entry, OUR_FIELDS } from '../../support/managed-fields.ts';
import { owned } from '../../support/owned-objects.ts';
import { MANAGER, scrape } from '../../support/scrape.ts';
import { NOW_MS, snapshot, type SnapshotOptions } from '../../support/snapshot.ts';
import { EMPTY_TEMPLATE_RECORD, wired } from '../../support/stateful-set.ts';
import { REWRITTEN_YAML } from '../../support/world.ts';

export const TEMPLATE_RECORD = 'meshscrape.dev/original-template';
export const CONFIG_RECORD = 'meshscrape.dev/original-tls-config';
export const JOB = 'kubernetes-pods-istio-secure';
export const RECORD =
  '{"prometheus":{"prometheus.yaml":{"version":1,"mountPaths":["/etc/prom-certs"],"jobs":{"kubernetes-pods-istio-secure":{"ca_file":"/etc/certs/root-cert.pem","cert_file":"\\"/etc/certs/cert-chain.pem\\"","key_file":"/etc/certs/key.pem"}},"rewrittenAt":"2026-02-01T12:00:00Z","upAt":"2026-02-01T12:00:00Z"}}}';

export const ours = entry(MANAGER, OUR_FIELDS);
export const ourTemplate = wired({
  metadata: {
    managedFields: [entry('kubectl', ['f:spec']), ours],
    annotations: { [TEMPLATE_RECORD]: EMPTY_TEMPLATE_RECORD },
  },
});
const ourConfig = configMap(REWRITTEN_YAML, {
  metadata: { annotations: { [CONFIG_RECORD]: RECORD, other: 'x' } },
});
export const policies = {
  sidecars: present([owned('Sidecar', undefined, { managedFields: [entry(MANAGER, ['f:spec'])] })]),
  peerAuthentications: present([
    owned('PeerAuthentication', undefined, { managedFields: [entry(MANAGER, ['f:spec'])] }),
  ]),
};
export const STATUS: PrometheusIstioScrapeStatus = {
  config: { configMap: 'prometheus', key: 'prometheus.yaml' },
};

export interface World {
  readonly policy?: 'Retain' | 'Restore';
  readonly of?: StatefulSet;
  readonly config?: ConfigMap;
  readonly status?: PrometheusIstioScrapeStatus;
  readonly deletedAt?: string;
  readonly spec?: Parameters<typeof scrape>[0];
  /** Other resources of the namespace. */
  readonly resources?: readonly PrometheusIstioScrape[];
  readonly answers?: Answers;
  /** Laid over the snapshot. */
  readonly seen?: SnapshotOptions;
}

export function undo({
  policy = 'Restore',
  of = ourTemplate,
  config = ourConfig,
  status = STATUS,
  deletedAt,
  spec = {},
  resources = [],
  answers = {},
  seen = {},
}: World = {}): UndoPlan {
  const resource = scrape(
    { deletionPolicy: policy, ...spec },
    { status, metadata: { deletionTimestamp: deletedAt ?? '2026-03-01T11:59:00Z' } },
  );
  return planUndo(
    snapshot({
      ...policies,
      resource,
      resources: [resource, ...resources],
      statefulSet: of,
      nowMs: NOW_MS,
      reads: { ...reads({ configMaps: { prometheus: present(config) } }), ...answers },
      ...seen,
    }),
  );
}
export const doing = ({ actions }: UndoPlan) => actions.map(({ kind, target }) => `${kind} ${target.kind}`);
export const operations = ({ actions }: UndoPlan, index = 0) => {
  const action = actions[index];
  return action !== undefined && 'operations' in action ? action.operations : [];
};
