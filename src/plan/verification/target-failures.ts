// Why targets are down, grouped by cause, so that the same world is reported in the same words every time.
// TLS 1.3 reports a refused certificate only after the handshake: scrape by scrape, the same target shows the alert or
// a closed connection. Closed ones count as refused while a refusal is on record, and as ambiguous where there is none.
import { causeOf, refusalNamed, type TargetCause } from './target-cause.ts';

export interface TargetDown {
  readonly scrapeUrl: string;
  readonly lastError: string;
}

export interface ReportedFailure {
  readonly cause: string;
  readonly example: string;
}

export interface TargetFailure extends ReportedFailure {
  readonly count: number;
  readonly fix: string;
  /** True if the certificates of this Prometheus are the cause. */
  readonly certificate: boolean;
  /** The same, but for what passes by itself and is not in status yet: one failed scrape at renewal is no alarm. */
  readonly alarming: boolean;
}

type Evaluated = TargetDown & TargetCause;

/** Most frequent first. `reported`: the failures that status shows. */
export function failuresOf(
  down: readonly TargetDown[],
  reported: readonly ReportedFailure[],
): readonly TargetFailure[] {
  const evaluated = down
    .map((target): Evaluated => ({ ...target, ...causeOf(target.lastError, target.scrapeUrl) }))
    .toSorted((a, b) => (a.scrapeUrl < b.scrapeUrl ? -1 : 1));
  const refusal =
    stillReported(evaluated, reported) ?? evaluated.find(({ handshake }) => handshake === 'Refused');
  const groups = new Map<string, TargetFailure>();
  for (const target of evaluated) {
    const { cause, fix, certificate, passing } = target.handshake === 'Closed' ? (refusal ?? target) : target;
    const before = groups.get(cause);
    const example = cause === refusal?.cause ? refusal.scrapeUrl : (before?.example ?? target.scrapeUrl);
    const alarming = certificate && (passing !== true || reported.some((each) => each.cause === cause));
    groups.set(cause, { cause, fix, certificate, alarming, example, count: (before?.count ?? 0) + 1 });
  }
  return [...groups.values()].toSorted((a, b) => b.count - a.count || (a.cause < b.cause ? -1 : 1));
}

/** The refusal that status shows, while the target that it names as the example shows nothing else. */
function stillReported(
  evaluated: readonly Evaluated[],
  reported: readonly ReportedFailure[],
): (TargetCause & Pick<TargetDown, 'scrapeUrl'>) | undefined {
  for (const { cause, example } of reported) {
    const refusal = refusalNamed(cause);
    const target = evaluated.find(({ scrapeUrl }) => scrapeUrl === example);
    if (refusal === undefined || target === undefined) continue;
    if (target.handshake === 'Closed' || target.cause === cause) return { ...refusal, scrapeUrl: example };
  }
  return undefined;
}
