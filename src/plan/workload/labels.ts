// The label by which the pods ask for a proxy.
import { INJECT, REVISION } from '../../api/istio-names.ts';
import type { Labels } from '../../api/kubernetes.ts';
import type { PrometheusIstioScrape } from '../../api/resource.ts';
import { revisionOf } from '../model/desired.ts';

/** The labels of the pod template that are ours: a revision has its own, and with it the other one is not needed. */
export function desiredLabels(resource: PrometheusIstioScrape): Labels {
  const revision = revisionOf(resource);
  return revision === undefined ? { [INJECT]: 'true' } : { [REVISION]: revision };
}
