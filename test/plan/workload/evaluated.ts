// The workload part, evaluated from a pod template; what its tests ask of the plan.
import type { StatefulSet } from '../../../src/api/kubernetes.ts';
import type { PrometheusIstioScrape } from '../../../src/api/resource.ts';
import type { ApplyTemplate } from '../../../src/plan/model/action.ts';
import { differs } from '../../../src/plan/model/field.ts';
import type { PartPlan } from '../../../src/plan/model/part.ts';
import { planWorkload } from '../../../src/plan/workload/workload.ts';
import { scrape } from '../../support/scrape.ts';
import { subject } from '../../support/snapshot.ts';

export const RECORD = 'meshscrape.dev/original-template';
export const ANNOTATIONS = 'spec.template.metadata.annotations';
export const MOUNT = 'spec.template.spec.containers[name=prometheus].volumeMounts[mountPath=/etc/prom-certs]';

export function evaluate(of: StatefulSet, resource: PrometheusIstioScrape = scrape()): PartPlan {
  return planWorkload(subject({ resource, statefulSet: of }));
}

/** The template apply of a plan, for literal comparison. */
export function applied(plan: PartPlan): ApplyTemplate {
  if (plan.action?.kind !== 'ApplyTemplate')
    throw new Error(`no template write: ${String(plan.action?.kind)}`);
  return plan.action;
}

/** The paths of the fields that differ. */
export function differing(plan: PartPlan): readonly string[] {
  return plan.fields.filter(differs).map(({ path }) => path);
}
