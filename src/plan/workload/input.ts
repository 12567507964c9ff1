// What the workload part is evaluated from, and its fields.
import type { Container, StatefulSet } from '../../api/kubernetes.ts';
import type { PrometheusIstioScrape } from '../../api/resource.ts';
import type { Field } from '../model/field.ts';

export interface WorkloadInput {
  readonly resource: PrometheusIstioScrape;
  readonly statefulSet: StatefulSet;
  readonly container: Container;
}

/** A leaf of the template that also knows whether its value may be taken back. */
export interface WorkloadField extends Field {
  /** We applied it: our manager holds it, or held it when it was last seen in sync. */
  readonly appliedBefore: boolean;
}
