// Where an istio-proxy writes its certificates, and where another container of the pod finds them: from the containers alone.
// Names of volumes, their medium and trailing slashes play no part.
import { posix } from 'node:path';
import type { Container, VolumeMount } from '../../api/kubernetes.ts';
import { OUTPUT_CERTS } from '../../edit/proxy-config/fields.ts';
import { mountAbove, withoutTrailingSlash } from '../kubernetes/mounts.ts';

/** `Computed`: the value is only known where the container runs. */
export type OutputSetting =
  | { readonly kind: 'Unset' }
  | { readonly kind: 'Set'; readonly directory: string }
  | { readonly kind: 'Computed'; readonly how: string };

/** What the proxy's own environment says; of several entries of that name the last counts. */
export function outputSetting({ env = [] }: Container): OutputSetting {
  const entry = env.findLast(({ name }) => name === OUTPUT_CERTS);
  if (entry?.valueFrom !== undefined) return { kind: 'Computed', how: 'valueFrom' };
  const value = entry?.value ?? '';
  if (value.includes('$(')) return { kind: 'Computed', how: value };
  return value === '' ? { kind: 'Unset' } : { kind: 'Set', directory: cleanDirectory(value) };
}

/** A directory as it is compared: clean, without a trailing slash. */
export function cleanDirectory(path: string): string {
  return withoutTrailingSlash(posix.normalize(path));
}

type ProxyMount = Pick<VolumeMount, 'name' | 'mountPath' | 'readOnly' | 'subPath'>;

/** What a proxy writes to: the mount that its directory lies in, and where another container finds the files. */
export interface Output {
  readonly mount: ProxyMount;
  /** Empty: the container does not mount the volume. */
  readonly directories: readonly string[];
}

/** `undefined`: nothing is mounted at or above the directory, so nothing can be written there. */
export function outputOf(
  mounts: readonly ProxyMount[],
  directory: string,
  reader: Container,
): Output | undefined {
  const mount = mountAbove(mounts, directory);
  if (mount === undefined) return undefined;
  const below = posix.relative(withoutTrailingSlash(mount.mountPath), directory);
  const directories = (reader.volumeMounts ?? [])
    .filter(({ name, subPath = '', subPathExpr }) => {
      return name === mount.name && subPath === (mount.subPath ?? '') && subPathExpr === undefined;
    })
    .map(({ mountPath }) => withoutTrailingSlash(posix.join(mountPath, below)));
  return { mount, directories };
}
