import { describe, expect, it } from 'vitest';
import { failuresOf, type TargetFailure } from '../../../src/plan/verification/target-failures.ts';

const ALERT = 'remote error: tls: unknown certificate authority';
const CLOSED = 'write tcp 127.0.0.1:1->127.0.0.1:2: write: broken pipe';

/** Looks at one world again and again, as status remembers it: each look is what every host shows. */
function looks(...seen: readonly Readonly<Record<string, string>>[]): readonly (readonly TargetFailure[])[] {
  let told: readonly TargetFailure[] = [];
  return seen.map((errors) => {
    const down = Object.entries(errors).map(([scrapeUrl, lastError]) => ({ scrapeUrl, lastError }));
    told = failuresOf(down, told);
    return told;
  });
}
const short = (failures: readonly TargetFailure[] | undefined): unknown =>
  failures?.map(({ cause, count, example }) => `${cause} ${count} ${example}`);

describe('failuresOf', () => {
  it('tells closed connections as ambiguous, and not of our certificates, where nobody has refused one', () => {
    const [failures] = looks({ a: 'EOF', b: CLOSED });
    expect(failures).toMatchObject([{ cause: 'ConnectionClosed', count: 2, certificate: false }]);
  });

  it.each(['EOF', CLOSED, 'read: connection reset by peer', 'http2: client conn could not be established'])(
    'says the same while one target alternates between an alert and %j',
    (closed) => {
      const [first, ...later] = looks(
        { a: ALERT },
        { a: closed },
        { a: closed },
        { a: ALERT },
        { a: closed },
      );
      expect(short(first)).toEqual(['OtherCertificateAuthority 1 a']);
      expect(first?.[0]?.certificate).toBe(true);
      for (const look of later) expect(look).toEqual(first);
    },
  );

  it('changes once at most where the closed connection is seen first', () => {
    const all = looks({ a: 'EOF' }, { a: ALERT }, { a: 'EOF' }, { a: ALERT });
    expect(all.map(short)).toEqual([
      ['ConnectionClosed 1 a'],
      ...Array.from({ length: 3 }, () => ['OtherCertificateAuthority 1 a']),
    ]);
  });

  it('says the same while the alert wanders from target to target', () => {
    const [first, ...later] = looks(
      { a: CLOSED, b: ALERT, c: 'EOF' },
      { a: ALERT, b: CLOSED, c: 'EOF' },
      { a: 'EOF', b: 'EOF', c: ALERT },
      { a: 'EOF', b: 'EOF', c: 'EOF' },
    );
    expect(short(first)).toEqual(['OtherCertificateAuthority 3 b']);
    for (const look of later) expect(look).toEqual(first);
  });

  it('forgets the refusal when the target that showed it is up, or fails otherwise', () => {
    const healed = looks({ a: 'EOF', b: ALERT }, { a: 'EOF' });
    expect(short(healed.at(-1))).toEqual(['ConnectionClosed 1 a']);
    const gone = looks({ a: 'EOF', b: ALERT }, { a: 'EOF', b: 'connection refused' });
    expect(short(gone.at(-1))).toEqual(['ConnectionClosed 1 a', 'ConnectionRefused 1 b']);
    const expired = looks({ a: 'EOF', b: ALERT }, { a: 'EOF', b: 'remote error: tls: expired certificate' });
    expect(short(expired.at(-1))).toEqual(['CertificateExpired 2 b']);
  });

  it('leaves other causes what they are, beside a refusal', () => {
    const [failures] = looks({ a: ALERT, b: 'server returned HTTP status 403 Forbidden', c: 'EOF' });
    expect(short(failures)).toEqual(['OtherCertificateAuthority 2 a', 'AccessDenied 1 b']);
  });

  it.each([
    'tls: private key does not match public key',
    'tls: failed to find any PEM data in certificate input',
  ])('is no alarm for one scrape that met a renewal, and is one if it stays: %s', (text) => {
    const error = `unable to use specified client cert (/p/c) & key (/p/k): ${text}`;
    const all = looks({ a: error }, {}, { a: error }, { a: error });
    expect(all.map((failures) => failures.map(({ alarming }) => alarming))).toEqual([
      [false],
      [],
      [false],
      [true],
    ]);
  });

  it('is an alarm at once for a certificate that was refused', () => {
    expect(looks({ a: ALERT })[0]).toMatchObject([{ alarming: true }]);
  });
});
