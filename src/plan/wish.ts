// What a resource asks for, with every default resolved: the one place that reads spec. Pure.
import type { Container, PodTemplate } from '../api/kubernetes.ts';
import type { PrometheusIstioScrape } from '../api/resource.ts';
import type { PartMode, PartName, Refusal } from './part.ts';

export interface CertificatePaths {
  /** Inside istio-proxy. */
  readonly outputDirectory: string;
  /** Inside Prometheus. */
  readonly mountPath: string;
  readonly volumeName: string;
}

const DEFAULT_PATHS: CertificatePaths = {
  outputDirectory: '/etc/istio-output-certs',
  mountPath: '/etc/prom-certs',
  volumeName: 'istio-output-certs',
};

/** `certificates.*`, unset ones by default. Wiring found in the template will set them here (hand-wired adoption). */
export function certificatePaths(resource: PrometheusIstioScrape): CertificatePaths {
  const { outputDirectory, mountPath, volumeName } = resource.spec.certificates;
  return {
    outputDirectory: outputDirectory ?? DEFAULT_PATHS.outputDirectory,
    mountPath: mountPath ?? DEFAULT_PATHS.mountPath,
    volumeName: volumeName ?? DEFAULT_PATHS.volumeName,
  };
}

/** The revision or tag, `undefined` for none; `default` counts as none. */
export function revisionOf(resource: PrometheusIstioScrape): string | undefined {
  const { revision } = resource.spec.istio;
  return revision === '' || revision === 'default' ? undefined : revision;
}

/** The strictest of `mode`, `suspend` and `manage`. `Auto` is Enforce until the GitOps detection exists. */
export function modeOf(resource: PrometheusIstioScrape, part: PartName): PartMode {
  const managed = resource.spec.manage[part];
  if (managed === 'Ignore') return 'Ignore';
  const observes = resource.spec.mode === 'Observe' || resource.spec.suspend || managed === 'Observe';
  return observes ? 'Observe' : 'Enforce';
}

/** The Prometheus container: the named one, else `prometheus`, else the only one. */
export function containerOf(
  resource: PrometheusIstioScrape,
  template: PodTemplate,
):
  | { readonly kind: 'found'; readonly container: Container }
  | { readonly kind: 'refused'; readonly refusal: Refusal } {
  const wanted = resource.spec.workload.container;
  const containers = template.spec.containers;
  const found = wanted === undefined ? byDefault(containers) : containers.find(({ name }) => name === wanted);
  if (found !== undefined) return { kind: 'found', container: found };
  const names = containers.map(({ name }) => name).join(', ');
  const message =
    wanted === undefined
      ? `none of the containers (${names}) is named prometheus: name the right one in spec.workload.container`
      : `spec.workload.container is ${wanted}, but the containers are ${names}`;
  return { kind: 'refused', refusal: { reason: 'ContainerNotFound', message, stalled: true } };
}

function byDefault(containers: readonly Container[]): Container | undefined {
  return (
    containers.find(({ name }) => name === 'prometheus') ??
    (containers.length === 1 ? containers[0] : undefined)
  );
}

/** Directories whose files are legacy: those of spec, except where the pod mounts a memory volume there (already done). */
export function legacyDirectories(
  resource: PrometheusIstioScrape,
  template: PodTemplate,
  container: Container,
): readonly string[] {
  const memory = new Set(
    (template.spec.volumes ?? [])
      .filter((volume) => volume.emptyDir?.medium === 'Memory')
      .map((volume) => volume.name),
  );
  const done = (container.volumeMounts ?? [])
    .filter((mount) => memory.has(mount.name))
    .map((mount) => withoutTrailingSlash(mount.mountPath));
  return resource.spec.config.legacyDirectories.filter((directory) => !done.includes(directory));
}

/** `/etc/certs/` names the same directory as `/etc/certs`. */
export function withoutTrailingSlash(path: string): string {
  return path.length > 1 ? path.replace(/\/+$/, '') : path;
}
