// Durations as spec writes them (`1h30m`, `90s`), in milliseconds. The CRD's rule has checked the form and the bounds.

const UNIT_MS: Readonly<Record<string, number>> = { h: 3_600_000, m: 60_000, s: 1_000 };

/** Milliseconds of a duration in hours, minutes and seconds; 0 for a text of another form. */
export function durationMs(text: string): number {
  let sum = 0;
  for (const [, amount = '0', unit = ''] of text.matchAll(/(\d+)([hms])/g)) {
    sum += Number(amount) * (UNIT_MS[unit] ?? 0);
  }
  return sum;
}
