// Who uses which Secret as files: the pod template, the pods that run now, and what prometheus.yaml names.
// Whether a Secret is one of Citadel's, stale-secrets.ts says; the injector's own mount on pods is nobody's use.
import type { Container, Pod, PodSpec, Volume } from '../../api/kubernetes.ts';
import type { WorkloadKind } from '../../api/workload.ts';
import { secretsHolding, type SecretSource, sourcesOf } from '../kubernetes/secret-volumes.ts';
import type { ConfigFile } from '../model/config-file.ts';
import type { Workload } from '../model/workload.ts';

export interface SecretUse {
  readonly kind: WorkloadKind | 'Pod' | 'ConfigMap';
  readonly name: string;
  /** `spec.template.spec.volumes[name=istio-certs]`, `scrape_configs[kubernetes-pods]`. */
  readonly path: string;
}

export interface UsedSecret {
  readonly secret: string;
  /** False: a pod could not start without it. */
  readonly optional: boolean;
  /** Template first, then configuration, then pods. */
  readonly uses: readonly SecretUse[];
}

export interface UsesInput {
  readonly workload: Workload;
  /** Of the template: where the files of prometheus.yaml are looked up. */
  readonly container: Container;
  /** Its own. */
  readonly pods: readonly Pod[];
  readonly configMap: string | undefined;
  readonly files: readonly ConfigFile[];
}

/** Every Secret that is used as files, by name. */
export function usedSecrets(input: UsesInput): readonly UsedSecret[] {
  const { workload, pods } = input;
  const found = new Map<string, { optional: boolean; uses: SecretUse[] }>();
  const add = ({ secret, optional }: SecretSource, use: SecretUse): void => {
    const entry = found.get(secret) ?? { optional: true, uses: [] };
    entry.optional &&= optional;
    // The three files of a job are one use.
    if (!entry.uses.some((each) => isSame(each, use))) entry.uses.push(use);
    found.set(secret, entry);
  };
  const { spec } = workload.template;
  for (const volume of spec.volumes ?? []) {
    for (const source of sourcesOf(volume)) {
      for (const path of [`volumes[name=${volume.name}]`, ...mountsOf(spec, volume.name)]) {
        const use = { kind: workload.kind, name: workload.object.metadata.name };
        add(source, { ...use, path: `spec.template.spec.${path}` });
      }
    }
  }
  for (const { path, file, configMap = input.configMap } of input.files) {
    const name = configMap ?? '';
    for (const source of secretsHolding(spec, input.container, file)) {
      add(source, { kind: 'ConfigMap', name, path });
    }
  }
  for (const pod of pods) {
    for (const volume of (pod.spec.volumes ?? []).filter((each) => !isInjected(pod, each))) {
      const use = {
        kind: 'Pod',
        name: pod.metadata.name,
        path: `spec.volumes[name=${volume.name}]`,
      } as const;
      for (const source of sourcesOf(volume)) add(source, use);
    }
  }
  return [...found]
    .map(([secret, entry]) => ({ secret, ...entry }))
    .toSorted((a, b) => (a.secret < b.secret ? -1 : 1));
}

function isSame(a: SecretUse, b: SecretUse): boolean {
  return a.kind === b.kind && a.name === b.name && a.path === b.path;
}

function mountsOf(spec: PodSpec, volume: string): readonly string[] {
  return (['initContainers', 'containers'] as const).flatMap((list) =>
    (spec[list] ?? []).flatMap((container) =>
      (container.volumeMounts ?? [])
        .filter(({ name }) => name === volume)
        .map(({ mountPath }) => `${list}[name=${container.name}].volumeMounts[mountPath=${mountPath}]`),
    ),
  );
}

/** Istio's template adds this volume to every pod where `mountMtlsCerts` is set: optional, and for its proxy alone. */
function isInjected({ spec }: Pod, volume: Volume): boolean {
  if (volume.name !== 'istio-certs' || volume.secret?.optional !== true) return false;
  if (volume.secret.secretName !== `istio.${spec.serviceAccountName ?? 'default'}`) return false;
  const users = [...spec.containers, ...(spec.initContainers ?? [])].filter(({ volumeMounts }) =>
    volumeMounts?.some(({ name }) => name === volume.name),
  );
  return users.length > 0 && users.every(({ name }) => name === 'istio-proxy');
}
