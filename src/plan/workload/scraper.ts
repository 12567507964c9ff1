// What shows that a container runs Prometheus: its arguments, then its image. A name alone shows nothing.
import type { Container } from '../../api/kubernetes.ts';
import { wordsOf } from '../kubernetes/container-flags.ts';

/** `--config.file`, alone, with its value, or inside the words of a shell; not `--web.config.file`. */
const CONFIG_FILE = /(?:^|[^\w.-])--config\.file(?:[=\s'"]|$)/;

/**
 * Names of images that run Prometheus: its own, copies with a prefix (`mirrored-prometheus-prometheus`, `ose-prometheus`),
 * copies for one platform or base, and vmagent. Helpers such as prometheus-config-reloader are none.
 */
const IMAGE =
  /^(?:(?:.+-)?prometheus(?:-(?:agent|distroless|fips|server|linux-\w+|(?:rhel|ubi)\d*))?|vmagent)$/;

/** True if an argument or the command mentions `--config.file`. */
export function mentionsConfigFile(container: Container): boolean {
  return wordsOf(container).some((word) => CONFIG_FILE.test(word));
}

/** True if the image is a known one. */
export function hasKnownImage({ image = '' }: Container): boolean {
  return IMAGE.test(imageName(image));
}

/** The last element of an image's path, without tag and digest. */
function imageName(image: string): string {
  const path = image.split('@', 1)[0] ?? '';
  return path.slice(path.lastIndexOf('/') + 1).split(':', 1)[0] ?? '';
}

/** The likeliest first: both signs, the argument, the image, none; equals stay in their order. */
export function byLikelihood(containers: readonly Container[]): readonly Container[] {
  return containers.toSorted((a, b) => likelihood(b) - likelihood(a));
}

function likelihood(container: Container): number {
  return (mentionsConfigFile(container) ? 2 : 0) + (hasKnownImage(container) ? 1 : 0);
}
