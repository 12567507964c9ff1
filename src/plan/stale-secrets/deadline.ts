// How near the end of a certificate is, in steps that are worth reporting, and when the next step comes.
// A countdown would rewrite the status that shows it; a step changes six times in a certificate's life.

const DAY_MS = 86_400_000;
const STEPS = [1, 3, 7, 14, 30] as const;

export type Step =
  | { readonly kind: 'Far' }
  /** Less than so many days are left. */
  | { readonly kind: 'Within'; readonly days: (typeof STEPS)[number] }
  | { readonly kind: 'Expired' };

/** The step that has been reached. */
export function stepOf(notAfterMs: number, nowMs: number): Step {
  const leftMs = notAfterMs - nowMs;
  if (leftMs <= 0) return { kind: 'Expired' };
  const days = STEPS.find((each) => leftMs <= each * DAY_MS);
  return days === undefined ? { kind: 'Far' } : { kind: 'Within', days };
}

/** Milliseconds until the next step; undefined: there is none. */
export function nextStepMs(notAfterMs: number, nowMs: number): number | undefined {
  const ahead = [0, ...STEPS].map((days) => notAfterMs - days * DAY_MS - nowMs).filter((ms) => ms > 0);
  return ahead.length === 0 ? undefined : Math.min(...ahead);
}
