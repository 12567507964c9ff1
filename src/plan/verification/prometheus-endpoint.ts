// Where a Prometheus answers, from its pod's address and its arguments.
// What cannot be known (web TLS and authentication live in a file of the pod) is said, not tried blindly.
import type { Container, Pod } from '../../api/kubernetes.ts';
import { flagOf, hasFlag } from '../kubernetes/container-flags.ts';
import { itemsOf } from '../model/observed.ts';
import { hostOf, type PrometheusEndpoint } from '../model/prometheus-seen.ts';
import type { NeedOf } from '../model/reads.ts';
import type { Workload } from '../model/workload.ts';

export type EndpointResult =
  | { readonly kind: 'endpoint'; readonly endpoint: PrometheusEndpoint }
  | { readonly kind: 'unknown'; readonly pod: string; readonly message: string };

const DEFAULT_LISTEN = '0.0.0.0:9090';

/** The endpoint of one pod; honours `--web.listen-address`, `--web.route-prefix` and `--web.external-url`. */
export function endpointOf(pod: Pod, container: Container): EndpointResult {
  const { name } = pod.metadata;
  const unknown = (message: string): EndpointResult => ({ kind: 'unknown', pod: name, message });
  if (hasFlag(container, '--web.config.file')) {
    return unknown('--web.config.file may ask for TLS or a password, which meshscrape does not have');
  }
  const ip = pod.status?.podIP;
  if (ip === undefined || ip === '') return unknown('the pod has no address yet');
  const listen = flagOf(container, ['--web.listen-address']) ?? DEFAULT_LISTEN;
  const port = /:(\d+)$/.exec(listen)?.[1];
  if (port === undefined) return unknown(`--web.listen-address ${listen} names no port`);
  return {
    kind: 'endpoint',
    endpoint: { pod: name, url: `http://${hostOf(ip)}:${port}${routePrefix(container)}` },
  };
}

/** The route prefix; by default the path of the external URL, as Prometheus does it. */
function routePrefix(container: Container): string {
  const given = flagOf(container, ['--web.route-prefix']);
  const external = flagOf(container, ['--web.external-url']);
  const path = given ?? (external === undefined ? '' : urlPath(external));
  const trimmed = path.replace(/^\/+|\/+$/g, '');
  return trimmed === '' ? '' : `/${trimmed}`;
}

function urlPath(url: string): string {
  return URL.canParse(url) ? new URL(url).pathname : url.startsWith('/') ? url : '';
}

/** Where each replica answers, as far as its pod and its arguments show. */
export function endpointsOf({ pods }: Workload, container: Container): readonly EndpointResult[] {
  return itemsOf(pods)
    .filter((pod) => pod.metadata.deletionTimestamp === undefined)
    .map((pod) => endpointOf(pod, container));
}

/** The need for what the Prometheus at an endpoint says of itself. */
export function askOf(endpoint: PrometheusEndpoint): NeedOf<'Prometheus'> {
  return { kind: 'Prometheus', endpoint };
}
