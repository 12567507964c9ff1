// Which of Citadel's leftover secrets are still in use, and how long each will do.
// Known by name (istio.<service account>) always, and by type where Secrets may be read; only what is in use is asked for.
import { keysOf, type SecretFacts } from '../../api/certificate.ts';
import { CA_ROOT_SECRET_TYPE, CITADEL_SECRET_TYPE, WEBHOOK_SECRET_TYPE } from '../../api/istio-names.ts';
import type { Assessment } from '../model/assessment.ts';
import type { ConfigFile } from '../model/config-file.ts';
import { itemsOf, valueOf, type Observed } from '../model/observed.ts';
import { answerTo, type Need, type Reads } from '../model/reads.ts';
import type { Snapshot } from '../model/snapshot.ts';
import type { Subject } from '../model/subject.ts';
import { nextStepMs, stepOf, type Step } from './deadline.ts';
import { usedSecrets, type UsedSecret } from './uses.ts';

/** Kept by istiod in every namespace: the roots that the mesh trusts today. */
export const CA_ROOT_CONFIG_MAP = 'istio-ca-root-cert';
const CA_ROOT = { kind: 'ConfigMap', name: CA_ROOT_CONFIG_MAP } as const;
const CA_ROOT_KEY = 'root-cert.pem';

/** Secrets of Istio that nobody forgot: istiod's own CA, and what signs webhooks. */
const OTHER_TYPES: ReadonlySet<string> = new Set([CA_ROOT_SECRET_TYPE, WEBHOOK_SECRET_TYPE]);
const CITADEL_NAME = /^istio\.[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/;

/** Bounds the requests of one reconciliation for a pod template that is absurd. */
const SECRET_READS_MAX = 16;

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
type RootState = 'Same' | 'Differs' | 'Unknown';

export interface StaleSecret extends UsedSecret {
  readonly state: SecretState;
}

/** `retryAfterMs`: until one of them comes nearer to its end in a way that is worth reporting. */
export interface StaleSecretsPlan extends Assessment {
  /** The first to expire first, those of unknown expiry last, then by name. */
  readonly secrets: readonly StaleSecret[];
  /** Why pods could not be looked at, so that "none" would be too much to say. */
  readonly podsUnreadable: string | undefined;
}

/** What prometheus.yaml names, and where it is. */
export interface ConfigFiles {
  readonly configMap: string | undefined;
  readonly files: readonly ConfigFile[];
}

/** Evaluates every Secret that the workload uses as files. */
export function planStaleSecrets(subject: Subject, config: ConfigFiles): StaleSecretsPlan {
  const { snapshot, workload, container } = subject;
  const { pods } = workload;
  const used = usedSecrets({ workload, container, pods: itemsOf(pods), ...config });
  const named = used.filter(({ secret }) => CITADEL_NAME.test(secret));
  const typed = byType(snapshot, { named, others: used.filter((each) => !named.includes(each)) });
  const evaluated = [...named, ...typed.secrets].map((each, index) => {
    if (index >= SECRET_READS_MAX) return { each, state: { kind: 'Unreadable' } as const, needs: [] };
    return { each, ...secretState(snapshot, each.secret) };
  });
  const secrets = evaluated
    .filter(({ each }) => !isOfOtherType(answerTo(snapshot.reads, { kind: 'Secret', name: each.secret })))
    .map(({ each, state }) => ({ ...each, state }))
    .toSorted((a, b) => notAfterOf(a) - notAfterOf(b) || (a.secret < b.secret ? -1 : 1));
  return {
    secrets,
    needs: [...typed.needs, ...evaluated.flatMap(({ needs }) => needs)],
    findings: [],
    retryAfterMs: nextStepOf(secrets, snapshot.nowMs),
    podsUnreadable: pods?.kind === 'unreadable' ? pods.message : undefined,
  };
}

/** Whether a Secret is one of Citadel's: by its name always, by its type where that is known. */
export function isCitadelSecret(reads: Reads, name: string): boolean {
  if (CITADEL_NAME.test(name)) return true;
  return valueOf(answerTo(reads, { kind: 'SecretType', name })) === CITADEL_SECRET_TYPE;
}

export interface EvaluatedSecret {
  readonly state: SecretState;
  readonly needs: readonly Need[];
}

/** What one Secret is, or what has to be read first. */
export function secretState({ reads, nowMs }: Snapshot, name: string): EvaluatedSecret {
  const seen = answerTo(reads, { kind: 'Secret', name });
  if (seen === undefined) return { state: { kind: 'Unreadable' }, needs: [{ kind: 'Secret', name }] };
  if (seen.kind === 'absent') return { state: { kind: 'Absent' }, needs: [] };
  if (seen.kind === 'unreadable') return { state: { kind: 'Unreadable' }, needs: [] };
  const { expiry, rootKeys } = seen.value;
  const trusted = answerTo(reads, CA_ROOT);
  const needs: readonly Need[] = trusted === undefined && rootKeys.length > 0 ? [CA_ROOT] : [];
  const root = compareRoots(rootKeys, keysOf(valueOf(trusted)?.data?.[CA_ROOT_KEY] ?? ''));
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
 * most likely, and a refusal for each of them every time would be noise in the audit log.
 */
function byType(
  { reads }: Snapshot,
  { named, others }: { readonly named: readonly UsedSecret[]; readonly others: readonly UsedSecret[] },
): { readonly secrets: readonly UsedSecret[]; readonly needs: readonly Need[] } {
  const typeOf = (secret: string): Observed<string> | undefined =>
    answerTo(reads, { kind: 'SecretType', name: secret });
  const asked = others.slice(0, SECRET_READS_MAX);
  const types = asked.flatMap(({ secret }) => typeOf(secret) ?? []);
  // A Secret of a known name is asked for as a whole anyway: its answer shows whether it is worth asking on.
  const first = named.map(({ secret }) => answerTo(reads, { kind: 'Secret', name: secret }));
  const answers = [...first, ...types].map((answer) => answer?.kind);
  const open = asked.filter(({ secret }) => typeOf(secret) === undefined);
  const goesOn = !answers.includes(undefined) && !answers.includes('unreadable');
  const next = goesOn ? open.slice(0, types.length === 0 ? 1 : SECRET_READS_MAX) : [];
  return {
    secrets: asked.filter(({ secret }) => valueOf(typeOf(secret)) === CITADEL_SECRET_TYPE),
    needs: next.map(({ secret }) => ({ kind: 'SecretType', name: secret })),
  };
}

function isOfOtherType(seen: Observed<SecretFacts> | undefined): boolean {
  const type = valueOf(seen)?.type;
  return type !== undefined && OTHER_TYPES.has(type);
}

function notAfterOf({ state }: StaleSecret): number {
  return state.kind === 'Known' ? state.notAfterMs : Number.MAX_SAFE_INTEGER;
}

function nextStepOf(secrets: readonly StaleSecret[], nowMs: number): number | undefined {
  const steps = secrets.flatMap(({ state }) => {
    const next = state.kind === 'Known' ? nextStepMs(state.notAfterMs, nowMs) : undefined;
    return next === undefined ? [] : [next];
  });
  return steps.length === 0 ? undefined : Math.min(...steps);
}
