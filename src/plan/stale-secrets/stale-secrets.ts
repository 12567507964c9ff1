// Which of Citadel's leftover secrets are still in use, and how long each will do. Pure.
// Known by name (istio.<service account>) always, and by type where Secrets may be read; only what is in use is asked for.
import type { SecretFacts } from '../../api/certificate.ts';
import { keysOf } from '../../api/certificate.ts';
import type { Container, Pod, PodSpec, StatefulSet } from '../../api/kubernetes.ts';
import type { NamedFile } from '../../edit/prometheus-yaml/jobs/named-files.ts';
import { sourcesOf } from '../kubernetes/secret-volumes.ts';
import type { Need, Observed, Snapshot } from '../model/snapshot.ts';
import { nextStepMs, stepOf, type Step } from './deadline.ts';
import { usedSecrets, type UsedSecret } from './uses.ts';

/** Kept by istiod in every namespace: the roots that the mesh trusts today. */
export const CA_ROOT_CONFIG_MAP = 'istio-ca-root-cert';
const CA_ROOT_KEY = 'root-cert.pem';
const CITADEL_TYPE = 'istio.io/key-and-cert';

/** Secrets of Istio that nobody forgot: istiod's own CA, and what signs webhooks. */
const OTHER_TYPES: ReadonlySet<string> = new Set(['istio.io/ca-root', 'istio.io/dns-key-and-cert']);
const CITADEL_NAME = /^istio\.[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/;

/** Bounds the requests of one look at a pod template that somebody made absurd. */
const READS_MAX = 16;

/** What a Secret turned out to be. */
export type SecretState =
  | { readonly kind: 'Absent' }
  | { readonly kind: 'Unreadable' }
  | { readonly kind: 'Invalid'; readonly why: string; readonly root: RootState }
  | {
      readonly kind: 'Known';
      readonly notAfterMs: number;
      readonly step: Step;
      readonly root: RootState;
    };

/** Whether the mesh still trusts the CA that signed it. */
export type RootState = 'Same' | 'Differs' | 'Unknown';

export interface StaleSecret extends UsedSecret {
  readonly state: SecretState;
}

export interface StaleSecretsPlan {
  /** The first to expire first, those of unknown expiry last, then by name. */
  readonly secrets: readonly StaleSecret[];
  readonly needs: readonly Need[];
  /** Milliseconds until one of them comes nearer to its end in a way worth telling. */
  readonly retryAfterMs: number | undefined;
  /** Why pods could not be looked at, so that "none" would be too much to say. */
  readonly podsUnreadable: string | undefined;
}

export interface StaleSecretsInput {
  readonly snapshot: Snapshot;
  readonly statefulSet: StatefulSet;
  readonly container: Container;
  readonly configMap: string | undefined;
  readonly files: readonly NamedFile[];
}

/** Judges every Secret that the workload uses as files. */
export function planStaleSecrets(input: StaleSecretsInput): StaleSecretsPlan {
  const { snapshot, statefulSet, container, configMap, files } = input;
  const { pods } = snapshot.reads;
  const seenPods: readonly Pod[] = pods?.kind === 'present' ? pods.value : [];
  const used = usedSecrets({ statefulSet, container, pods: seenPods, configMap, files });
  const named = used.filter(({ secret }) => CITADEL_NAME.test(secret));
  const typed = byType(snapshot, { named, others: used.filter((each) => !named.includes(each)) });
  const evaluated = [...named, ...typed.secrets].map((each, index) => {
    if (index >= READS_MAX) return { each, state: { kind: 'Unreadable' } as const, needs: [] };
    return { each, ...secretState(snapshot, each.secret) };
  });
  const secrets = evaluated
    .filter(({ each }) => !isOfOtherType(snapshot.reads.secrets?.[each.secret]))
    .map(({ each, state }) => ({ ...each, state }))
    .toSorted((a, b) => endOf(a) - endOf(b) || (a.secret < b.secret ? -1 : 1));
  return {
    secrets,
    needs: [...typed.needs, ...evaluated.flatMap(({ needs }) => needs)],
    retryAfterMs: earliest(secrets, snapshot.nowMs),
    podsUnreadable: pods?.kind === 'unreadable' ? pods.message : undefined,
  };
}

/** Where the container mounts Secrets of the names that Citadel gave. */
export function citadelMounts(spec: PodSpec, container: Container): readonly string[] {
  const volumes = (spec.volumes ?? [])
    .filter((volume) => sourcesOf(volume).some(({ secret }) => CITADEL_NAME.test(secret)))
    .map(({ name }) => name);
  return (container.volumeMounts ?? [])
    .filter(({ name }) => volumes.includes(name))
    .map(({ mountPath }) => mountPath);
}

export interface EvaluatedSecret {
  readonly state: SecretState;
  readonly needs: readonly Need[];
}

/** What one Secret is, or what has to be read to tell. */
export function secretState({ reads, nowMs }: Snapshot, name: string): EvaluatedSecret {
  const seen = reads.secrets?.[name];
  if (seen === undefined) return { state: { kind: 'Unreadable' }, needs: [{ kind: 'Secret', name }] };
  if (seen.kind === 'absent') return { state: { kind: 'Absent' }, needs: [] };
  if (seen.kind === 'unreadable') return { state: { kind: 'Unreadable' }, needs: [] };
  const { expiry, rootKeys } = seen.value;
  const trusted = reads.configMaps?.[CA_ROOT_CONFIG_MAP];
  const needs: readonly Need[] =
    trusted === undefined && rootKeys.length > 0 ? [{ kind: 'ConfigMap', name: CA_ROOT_CONFIG_MAP }] : [];
  const trustedKeys = trusted?.kind === 'present' ? keysOf(trusted.value.data?.[CA_ROOT_KEY] ?? '') : [];
  const root = compareRoots(rootKeys, trustedKeys);
  return expiry.kind === 'Invalid'
    ? { state: { ...expiry, root }, needs }
    : { state: { ...expiry, step: stepOf(expiry.notAfterMs, nowMs), root }, needs };
}

function compareRoots(own: readonly string[], trusted: readonly string[]): RootState {
  if (own.length === 0 || trusted.length === 0) return 'Unknown';
  return own.some((key) => trusted.includes(key)) ? 'Same' : 'Differs';
}

/**
 * Secrets of other names that are Citadel's by type. One is asked for first: where that is forbidden, so are the others
 * most likely, and a refusal for each of them at every look would be noise in the audit log.
 */
function byType(
  { reads }: Snapshot,
  { named, others }: { readonly named: readonly UsedSecret[]; readonly others: readonly UsedSecret[] },
): { readonly secrets: readonly UsedSecret[]; readonly needs: readonly Need[] } {
  const types = reads.secretTypes ?? {};
  // A Secret of a known name is asked for as a whole anyway: its answer tells whether it is worth asking on.
  const first = named.map(({ secret }) => reads.secrets?.[secret]?.kind);
  const answers = [...first, ...Object.values(types).map(({ kind }) => kind)];
  const asked = others.slice(0, READS_MAX);
  const open = asked.filter(({ secret }) => types[secret] === undefined);
  const goesOn = !answers.includes(undefined) && !answers.includes('unreadable');
  const next = goesOn ? open.slice(0, Object.keys(types).length === 0 ? 1 : READS_MAX) : [];
  return {
    secrets: asked.filter(({ secret }) => {
      const type = types[secret];
      return type?.kind === 'present' && type.value === CITADEL_TYPE;
    }),
    needs: next.map(({ secret }) => ({ kind: 'SecretType', name: secret })),
  };
}

function isOfOtherType(seen: Observed<SecretFacts> | undefined): boolean {
  return seen?.kind === 'present' && OTHER_TYPES.has(seen.value.type);
}

function endOf({ state }: StaleSecret): number {
  return state.kind === 'Known' ? state.notAfterMs : Number.MAX_SAFE_INTEGER;
}

function earliest(secrets: readonly StaleSecret[], nowMs: number): number | undefined {
  const steps = secrets.flatMap(({ state }) => {
    const next = state.kind === 'Known' ? nextStepMs(state.notAfterMs, nowMs) : undefined;
    return next === undefined ? [] : [next];
  });
  return steps.length === 0 ? undefined : Math.min(...steps);
}
