// Which Secrets a volume is made of, and which volume a path of a container leads into.
import type { Container, PodSpec, Volume } from '../../api/kubernetes.ts';
import { mountAbove } from './mounts.ts';

export interface SecretSource {
  readonly secret: string;
  readonly optional: boolean;
}

/** The Secrets of the volume that is mounted at `file` in the container, or nearest above it. */
export function secretsHolding(spec: PodSpec, container: Container, file: string): readonly SecretSource[] {
  const volume = volumeHolding(spec, container, file);
  return volume === undefined ? [] : sourcesOf(volume);
}

function volumeHolding(spec: PodSpec, container: Container, file: string): Volume | undefined {
  const mount = mountAbove(container.volumeMounts ?? [], file);
  return (spec.volumes ?? []).find(({ name }) => name === mount?.name);
}

/** The Secrets that a volume is made of, as a whole or as a part. */
export function sourcesOf(volume: Volume): readonly SecretSource[] {
  const { secret, projected } = volume;
  const whole =
    secret?.secretName === undefined
      ? []
      : [{ secret: secret.secretName, optional: secret.optional ?? false }];
  const parts = (projected?.sources ?? []).flatMap((source) =>
    source.secret?.name === undefined
      ? []
      : [{ secret: source.secret.name, optional: source.secret.optional ?? false }],
  );
  return [...whole, ...parts];
}
