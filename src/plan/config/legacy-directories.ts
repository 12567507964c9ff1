// Which directories count as legacy: those that Citadel's secrets were mounted at.
import type { Container, PodTemplate } from '../../api/kubernetes.ts';
import type { PrometheusIstioScrape } from '../../api/resource.ts';
import { withoutTrailingSlash } from '../kubernetes/mounts.ts';

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
