// Which container of the pod template is Prometheus.
import type { Container, PodTemplate } from '../../api/kubernetes.ts';
import type { PrometheusIstioScrape } from '../../api/resource.ts';
import type { Refusal } from '../model/assessment.ts';

/** The Prometheus container: the named one, else `prometheus`, else the only one. */
export function containerOf(
  resource: PrometheusIstioScrape,
  template: PodTemplate,
):
  | { readonly kind: 'found'; readonly container: Container }
  | { readonly kind: 'refused'; readonly refusal: Refusal } {
  const given = resource.spec.workload.container;
  const { containers } = template.spec;
  const container =
    given === undefined ? byDefault(containers) : containers.find(({ name }) => name === given);
  if (container !== undefined) return { kind: 'found', container };
  const names = containers.map(({ name }) => name).join(', ');
  const message =
    given === undefined
      ? `none of the containers (${names}) is named prometheus: name the right one in spec.workload.container`
      : `spec.workload.container is ${given}, but the containers are ${names}`;
  return { kind: 'refused', refusal: { reason: 'ContainerNotFound', message, stalled: true } };
}

function byDefault(containers: readonly Container[]): Container | undefined {
  return (
    containers.find(({ name }) => name === 'prometheus') ??
    (containers.length === 1 ? containers[0] : undefined)
  );
}
