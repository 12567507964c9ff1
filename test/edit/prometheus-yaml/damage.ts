// Random damage to a text: bytes lost, doubled, moved or replaced by what means something to YAML.
import fc from 'fast-check';

export interface Blow {
  readonly kind: number;
  readonly at: number;
  readonly length: number;
  readonly from: number;
  readonly text: string;
}

const PIECES = [
  ...Array.from(':-?,[]{}#&*!|>\'"%@`~<=\\/ \t\n\r.0y'),
  '\n\n', '  ', '---\n', '...\n', '\r\n', '<<: ', '*a', '&a ', '!!str ', '!x ', ': ', '- ', '|\n', '>-\n', '? ', ', ', 'null', 'yes', '\\x2f',
  '\u0085', '\u2028', '\u00a0', '\ufeff', '\0',
]; // prettier-ignore

const blow: fc.Arbitrary<Blow> = fc.record({
  kind: fc.nat(5),
  at: fc.nat(9999),
  length: fc.integer({ min: 1, max: 24 }),
  from: fc.nat(9999),
  text: fc.constantFrom(...PIECES),
});

export const blows: fc.Arbitrary<readonly Blow[]> = fc.array(blow, { minLength: 1, maxLength: 4 });

/** Strikes the bytes of a text; what is no UTF-8 afterwards becomes U+FFFD, as in any lenient reader. */
export function damage(text: string, all: readonly Blow[]): string {
  let bytes = Buffer.from(text);
  for (const { kind, at, length, from, text: piece } of all) {
    const here = Math.floor((at / 10_000) * (bytes.length + 1));
    const there = Math.floor((from / 10_000) * bytes.length);
    const [before, after] = [bytes.subarray(0, here), bytes.subarray(here)];
    const middle =
      [
        [],
        [Buffer.from(piece)],
        [Buffer.from(piece)],
        [bytes.subarray(there, there + length)],
        [Buffer.from([(from % 255) + 1])],
        [],
      ][kind] ?? [];
    const lost = [length, 0, 1, 0, 1, 1][kind] ?? 0;
    bytes = Buffer.concat([before, ...middle, after.subarray(lost)]);
  }
  return bytes.toString('utf8');
}
