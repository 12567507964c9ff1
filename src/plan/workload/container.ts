// Which container of the pod template is Prometheus, and whether it looks like it at all.
import type { Container, PodTemplate } from '../../api/kubernetes.ts';
import type { PrometheusIstioScrape } from '../../api/resource.ts';
import type { Refusal } from '../model/assessment.ts';
import { byLikelihood, hasKnownImage, mentionsConfigFile } from './scraper.ts';

/** The Prometheus container: the named one, else `prometheus`, else the only one, else the only one with `--config.file`. */
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
  const names = namesOf(containers);
  const message =
    given === undefined
      ? `none of the containers (${names}) is named prometheus, and not exactly one of them has the argument --config.file: name the right one in spec.workload.container`
      : `spec.workload.container is ${given}, but the containers are ${names}: name one of these`;
  return { kind: 'refused', refusal: { reason: 'ContainerNotFound', message, stalled: true } };
}

/** A container that shows nothing of Prometheus is left alone, even where spec names it. */
export function scraperRefusal(
  container: Container,
  { spec: { containers } }: PodTemplate,
): Refusal | undefined {
  if (mentionsConfigFile(container) || hasKnownImage(container)) return undefined;
  const { name, image = 'none' } = container;
  const others = containers.filter((each) => each.name !== name);
  const another =
    others.length === 0
      ? ''
      : `name the one that runs Prometheus in spec.workload.container (the others are ${namesOf(others)}), or `;
  const message = `container ${name} shows nothing of Prometheus: its image is ${image}, and no argument is --config.file; ${another}give this one the argument --config.file`;
  return { reason: 'NotAScraper', message, stalled: true };
}

function byDefault(containers: readonly Container[]): Container | undefined {
  const named = containers.find(({ name }) => name === 'prometheus');
  if (named !== undefined || containers.length === 1) return named ?? containers[0];
  const configured = containers.filter(mentionsConfigFile);
  return configured.length === 1 ? configured[0] : undefined;
}

function namesOf(containers: readonly Container[]): string {
  return byLikelihood(containers)
    .map(({ name }) => name)
    .join(', ');
}
