// Which mount of a container a path leads into. Paths are compared as they are written, but for trailing slashes.
import type { Container, VolumeMount } from '../../api/kubernetes.ts';

/** The longest mount at or above a path. */
export function mountAbove<M extends Pick<VolumeMount, 'mountPath'>>(
  mounts: readonly M[],
  path: string,
): M | undefined {
  const depth = ({ mountPath }: M): number => withoutTrailingSlash(mountPath).length;
  return mounts
    .filter(({ mountPath }) => isPathAtOrBelow(path, withoutTrailingSlash(mountPath)))
    .toSorted((a, b) => depth(b) - depth(a))[0];
}

/** A mount path as the container spells it already: with a trailing slash it is another key of the list. */
export function spelledIn({ volumeMounts = [] }: Container, directory: string): string {
  const mount = volumeMounts.find(({ mountPath }) => withoutTrailingSlash(mountPath) === directory);
  return mount?.mountPath ?? directory;
}

/** `/etc/certs/x` is below `/etc/certs`; `/etc/certs-x` is not. */
export function isPathAtOrBelow(path: string, directory: string): boolean {
  return path === directory || isBelow(path, directory);
}

export function isBelow(path: string, directory: string): boolean {
  return path.startsWith(directory === '/' ? '/' : `${directory}/`);
}

/** `/etc/certs/` names the same directory as `/etc/certs`. */
export function withoutTrailingSlash(path: string): string {
  return path.length > 1 ? path.replace(/\/+$/, '') : path;
}
