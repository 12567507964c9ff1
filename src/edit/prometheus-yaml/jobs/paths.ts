// Paths as Prometheus resolves them: absolute, clean in the manner of Go, relative ones joined with a directory.
import type { RewriteRequest } from '../result.ts';

/** An absolute, clean form of a path; undefined for a relative one when there is no directory to join it with. */
export function absolutePath(path: string, directory: string | undefined): string | undefined {
  if (path === '') return undefined;
  if (!path.startsWith('/') && directory === undefined) return undefined;
  return clean(path.startsWith('/') ? path : `${directory ?? ''}/${path}`);
}

/** Go's path.Clean for an absolute path. */
function clean(path: string): string {
  if (path.length > 1 && !/\/\.|\/\/|\/$/.test(path)) return path;
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return `/${parts.join('/')}`;
}

/** A predicate on paths as they are written: does the file lie in one of the directories or below? */
export function underDirectories(
  directories: readonly string[],
  configDirectory: string | undefined,
): (path: string) => boolean {
  const prefixes = [...new Set(directories.map((directory) => clean(directory)))];
  return (path) => {
    // Most texts that are asked for are no paths at all.
    if (!path.startsWith('/') && configDirectory === undefined) return false;
    const absolute = absolutePath(path, configDirectory);
    if (absolute === undefined) return false;
    return prefixes.some((prefix) => absolute.startsWith(`${prefix === '/' ? '' : prefix}/`));
  };
}

/** Whether a file lies in a legacy directory; where no mounts are known, its name shows it too, as `istio.default` does. */
export function legacyTest({
  legacyDirectories,
  podMounts,
  configDirectory,
}: RewriteRequest): (path: string) => boolean {
  const isListed = underDirectories(legacyDirectories, configDirectory);
  if (podMounts !== undefined) return isListed;
  return (path) => isListed(path) || /\/istio\.[^/]+\/+[^/]+$/.test(path);
}
