// What the container mounts, as far as it says whose a file is.
import type { ContainerMount } from '../result.ts';
import { withoutTrailingSlashes } from '../../text/paths.ts';
import { absolutePath } from './paths.ts';

/** Finds the mount that holds an absolute, clean path: the deepest one at or above it, which hides all others. */
export function mountFinder(mounts: readonly ContainerMount[]): (file: string) => ContainerMount | undefined {
  const deepest = mounts
    .map((mount) => ({
      mount,
      below: `${withoutTrailingSlashes(absolutePath(mount.directory, '/') ?? '')}/`,
    }))
    .toSorted((a, b) => b.below.length - a.below.length);
  return (file) => {
    const found = deepest.find(({ below }) => file === below.slice(0, -1) || file.startsWith(below));
    const isDeep = found !== undefined && file.slice(found.below.length).includes('/');
    return found?.mount.flat === true && isDeep ? undefined : found?.mount;
  };
}
