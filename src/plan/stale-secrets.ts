// Which legacy Citadel secrets the pod template still mounts: named istio.<service account>. Pure.
// Reading the secrets themselves, running pods and deadlines come with the status issue.
import type { Container, StatefulSet, Volume } from '../api/kubernetes.ts';

export interface LegacySecretUse {
  readonly secret: string;
  /** False: the next pod start would hang if the secret were deleted now. */
  readonly optional: boolean;
  /** `spec.template.spec.volumes[name=istio-certs]`. */
  readonly path: string;
  /** Where the Prometheus container mounts it; `undefined`: not mounted there. */
  readonly mountPath: string | undefined;
}

/** Secrets of the template's volumes that bear a name which Citadel gave. */
export function legacySecretsOf(statefulSet: StatefulSet, container: Container): readonly LegacySecretUse[] {
  return (statefulSet.spec.template.spec.volumes ?? []).flatMap((volume) =>
    secretsOf(volume)
      .filter(({ name }) => /^istio\.[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/.test(name))
      .map(({ name, optional }) => ({
        secret: name,
        optional,
        path: `spec.template.spec.volumes[name=${volume.name}]`,
        mountPath: container.volumeMounts?.find((mount) => mount.name === volume.name)?.mountPath,
      })),
  );
}

function secretsOf(volume: Volume): readonly { readonly name: string; readonly optional: boolean }[] {
  const direct =
    volume.secret?.secretName === undefined
      ? []
      : [{ name: volume.secret.secretName, optional: volume.secret.optional ?? false }];
  const projected = (volume.projected?.sources ?? []).flatMap(({ secret }) =>
    secret?.name === undefined ? [] : [{ name: secret.name, optional: secret.optional ?? false }],
  );
  return [...direct, ...projected];
}
