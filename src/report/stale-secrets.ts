// Stale secrets in words: the fields of status, the condition SecretsStale, and which deadlines are worth an Event.
// No countdown: words change only when a step of plan/stale-secrets/deadline.ts is reached, so that status does not move.
import type {
  PrometheusIstioScrapeStatus,
  StaleSecret as StaleSecretStatus,
} from '../api/prometheus-istio-scrape.gen.ts';
import type { ReasonName } from '../api/reasons.ts';
import type { PrometheusIstioScrape } from '../api/resource.ts';
import { rfc3339 } from '../api/rfc3339.ts';
import type { EventContent } from '../plan/model/event.ts';
import type { Evaluation } from '../plan/plan.ts';
import type { StaleSecret } from '../plan/stale-secrets/stale-secrets.ts';
import type { SecretUse } from '../plan/stale-secrets/uses.ts';
import type { State } from './report.ts';
import { clip } from './text.ts';

const SECRETS_MAX = 8;
const USES_MAX = 8;
const PATH_MAX = 256;

type StaleSecretFields = Pick<
  PrometheusIstioScrapeStatus,
  'staleSecretCount' | 'earliestNotAfter' | 'staleSecrets'
>;

/** The fields of status. */
export function staleSecretFields({ staleSecrets: { secrets } }: Evaluation): StaleSecretFields {
  const [first] = secrets;
  return {
    staleSecretCount: secrets.length,
    ...(first?.state.kind === 'Known' ? { earliestNotAfter: rfc3339(first.state.notAfterMs) } : {}),
    staleSecrets: secrets.slice(0, SECRETS_MAX).map((each) => ({
      secret: each.secret,
      ...seen(each),
      optional: each.optional,
      usedBy: shown(each.uses).map(({ kind, name, path }) => ({ kind, name, path: clip(path, PATH_MAX) })),
    })),
  };
}

function seen({
  state,
}: StaleSecret): Pick<StaleSecretStatus, 'state' | 'notAfter' | 'notAfterState' | 'expired'> {
  switch (state.kind) {
    case 'Absent':
      return { state: 'Absent' };
    case 'Unreadable':
      return { state: 'Unreadable', notAfterState: 'Unreadable' };
    case 'Invalid':
      return { state: 'Present', notAfterState: 'Invalid' };
    case 'Known':
      return {
        state: 'Present',
        notAfter: rfc3339(state.notAfterMs),
        notAfterState: 'Known',
        expired: state.step.kind === 'Expired',
      };
  }
}

/** As many as fit, of each kind of user in turn: ten jobs must not hide the pod. */
function shown(uses: readonly SecretUse[]): readonly SecretUse[] {
  const turn = new Map<SecretUse, number>();
  const counts = new Map<SecretUse['kind'], number>();
  for (const use of uses) {
    const count = (counts.get(use.kind) ?? 0) + 1;
    counts.set(use.kind, count);
    turn.set(use, count);
  }
  const chosen = new Set(uses.toSorted((a, b) => (turn.get(a) ?? 0) - (turn.get(b) ?? 0)).slice(0, USES_MAX));
  return uses.filter((use) => chosen.has(use));
}

/** The condition SecretsStale. */
export function staleSecretsState({ staleSecrets }: Evaluation, namespace: string): State {
  const { secrets, podsUnreadable } = staleSecrets;
  if (secrets.length === 0) {
    if (podsUnreadable !== undefined) {
      const message = `the pod template mounts no legacy secret; running pods cannot be read: ${podsUnreadable}`;
      return { status: 'Unknown', reason: 'NotAuthorized', message };
    }
    const message = 'neither pod template, pods nor jobs use a legacy secret';
    return { status: 'False', reason: 'NoLegacySecret', message };
  }
  return { status: 'True', reason: reasonOf(secrets), message: sentences(secrets, namespace) };
}

function reasonOf(secrets: readonly StaleSecret[]): ReasonName {
  const known = secrets.flatMap(({ state }) => (state.kind === 'Known' ? [state] : []));
  if (known.some(({ step }) => step.kind === 'Expired')) return 'LegacySecretExpired';
  if (secrets.some(({ state }) => 'root' in state && state.root === 'Differs'))
    return 'LegacySecretOfOtherRoot';
  if (known.some(({ step }) => step.kind === 'Within')) return 'LegacySecretExpiring';
  return 'LegacySecretMounted';
}

/** Deadlines first, since the text may be cut and a deadline that cannot be seen would count as new. */
function sentences(secrets: readonly StaleSecret[], namespace: string): string {
  const details = secrets.map((each) => `${each.secret} is used by ${users(each.uses)}${remarks(each)}`);
  return `${secrets.map((each) => headline(each, namespace)).join('; ')}; ${details.join('; ')}; nothing renews these secrets since Istio 1.6`;
}

function headline({ secret, state, uses }: StaleSecret, namespace: string): string {
  switch (state.kind) {
    case 'Absent':
      return `secret ${secret} does not exist${isRead(uses) ? ', so the jobs that read it fail' : ''}`;
    case 'Unreadable':
      return `secret ${secret} may not be read, so its expiry is unknown: grant get on secrets in namespace ${namespace} (deploy/components/read-legacy-secrets)`;
    case 'Invalid':
      return `secret ${secret} cannot be evaluated: ${state.why}`;
    case 'Known':
      return `secret ${secret} ${deadline(state)}`;
  }
}

function deadline({ notAfterMs, step }: StaleSecret['state'] & { readonly kind: 'Known' }): string {
  switch (step.kind) {
    case 'Expired':
      return `expired ${rfc3339(notAfterMs)}`;
    case 'Within':
      return `expires ${rfc3339(notAfterMs)}, in less than ${step.days} ${step.days === 1 ? 'day' : 'days'}`;
    case 'Far':
      return `expires ${rfc3339(notAfterMs)}`;
  }
}

function remarks({ optional, state }: StaleSecret): string {
  const root =
    'root' in state && state.root === 'Differs'
      ? ', its CA is not the one of ConfigMap istio-ca-root-cert any more, so scraping with it fails already'
      : '';
  const fixed =
    state.kind === 'Absent'
      ? ', its mount is not optional, so no new pod can start'
      : ', its mount is not optional, so deleting it now would block the next pod start';
  return `${root}${optional ? '' : fixed}`;
}

function isRead(uses: readonly SecretUse[]): boolean {
  return uses.some(({ kind }) => kind === 'ConfigMap');
}

/** `StatefulSet/prometheus, Pod/prometheus-0, ConfigMap/prometheus (2 places)`. */
function users(uses: readonly SecretUse[]): string {
  const counts = new Map<string, number>();
  for (const { kind, name } of uses) counts.set(`${kind}/${name}`, (counts.get(`${kind}/${name}`) ?? 0) + 1);
  const pods = [...counts.keys()].filter((user) => user.startsWith('Pod/'));
  const others = [...counts]
    .filter(([user]) => !pods.includes(user))
    .map(([user, count]) =>
      user.startsWith('ConfigMap/')
        ? `${user} (${count} ${count === 1 ? 'job or path' : 'jobs or paths'})`
        : user,
    );
  const few = pods.length <= 2 ? pods : [`${pods[0] ?? ''} and ${pods.length - 1} more pods`];
  return [...others, ...few].join(', ');
}

/**
 * Deadlines that the condition shows now and did not show before: what was reported is in the resource itself, so that
 * a restart of the controller repeats nothing.
 */
export function deadlineEvents(
  resource: PrometheusIstioScrape,
  evaluation: Evaluation,
  status: PrometheusIstioScrapeStatus,
): readonly EventContent[] {
  const before = messageOf(resource.status);
  const now = messageOf(status);
  return evaluation.staleSecrets.secrets.flatMap(({ secret, state, uses }): readonly EventContent[] => {
    if (state.kind !== 'Known' || state.step.kind === 'Far') return [];
    const sentence = `secret ${secret} ${deadline(state)};`;
    if (!now.includes(sentence) || before.includes(sentence)) return [];
    const effect = isRead(uses)
      ? 'the jobs that read it fail from then on'
      : 'no job reads it, so its mount can go';
    const reason = state.step.kind === 'Expired' ? 'LegacySecretExpired' : 'LegacySecretExpiring';
    const note = `${sentence} it is used by ${users(uses)}: ${effect}`;
    return [{ type: isRead(uses) ? 'Warning' : 'Normal', reason, note: clip(note, 1024) }];
  });
}

function messageOf(status: PrometheusIstioScrapeStatus | undefined): string {
  return status?.conditions?.find(({ type }) => type === 'SecretsStale')?.message ?? '';
}
