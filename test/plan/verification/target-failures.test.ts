import { describe, expect, it } from 'vitest';
import { failuresOf, type TargetFailure } from '../../../src/plan/verification/target-failures.ts';

const ALERT = 'remote error: tls: unknown certificate authority';
const CLOSED = 'write tcp 127.0.0.1:1->127.0.0.1:2: write: broken pipe';

/** Evaluates one world again and again, as status remembers it: each round is what every host shows. */
function rounds(...seen: readonly Readonly<Record<string, string>>[]): readonly (readonly TargetFailure[])[] {
  let reported: readonly TargetFailure[] = [];
  return seen.map((errors) => {
    const down = Object.entries(errors).map(([scrapeUrl, lastError]) => ({ scrapeUrl, lastError }));
    reported = failuresOf(down, reported);
    return reported;
  });
}
const short = (failures: readonly TargetFailure[] | undefined): unknown =>
  failures?.map(({ cause, count, example }) => `${cause} ${count} ${example}`);

describe('failuresOf', () => {
  it('reports closed connections as ambiguous, and not of our certificates, where nobody has refused one', () => {
    const [failures] = rounds({ a: 'EOF', b: CLOSED });
    expect(failures).toMatchObject([{ cause: 'ConnectionClosed', count: 2, certificate: false }]);
  });

  it.each(['EOF', CLOSED, 'read: connection reset by peer', 'http2: client conn could not be established'])(
    'reports the same while one target alternates between an alert and %j',
    (closed) => {
      const [first, ...later] = rounds(
        { a: ALERT },
        { a: closed },
        { a: closed },
        { a: ALERT },
        { a: closed },
      );
      expect(short(first)).toEqual(['OtherCertificateAuthority 1 a']);
      expect(first?.[0]?.certificate).toBe(true);
      for (const round of later) expect(round).toEqual(first);
    },
  );

  it('changes its report once at most where the closed connection is seen first', () => {
    const all = rounds({ a: 'EOF' }, { a: ALERT }, { a: 'EOF' }, { a: ALERT });
    expect(all.map(short)).toEqual([
      ['ConnectionClosed 1 a'],
      ...Array.from({ length: 3 }, () => ['OtherCertificateAuthority 1 a']),
    ]);
  });

  it('reports the same while the alert wanders from target to target', () => {
    const [first, ...later] = rounds(
      { a: CLOSED, b: ALERT, c: 'EOF' },
      { a: ALERT, b: CLOSED, c: 'EOF' },
      { a: 'EOF', b: 'EOF', c: ALERT },
      { a: 'EOF', b: 'EOF', c: 'EOF' },
    );
    expect(short(first)).toEqual(['OtherCertificateAuthority 3 b']);
    for (const round of later) expect(round).toEqual(first);
  });

  it('forgets the refusal when the target that showed it is up, or fails otherwise', () => {
    const healed = rounds({ a: 'EOF', b: ALERT }, { a: 'EOF' });
    expect(short(healed.at(-1))).toEqual(['ConnectionClosed 1 a']);
    const gone = rounds({ a: 'EOF', b: ALERT }, { a: 'EOF', b: 'connection refused' });
    expect(short(gone.at(-1))).toEqual(['ConnectionClosed 1 a', 'ConnectionRefused 1 b']);
    const expired = rounds({ a: 'EOF', b: ALERT }, { a: 'EOF', b: 'remote error: tls: expired certificate' });
    expect(short(expired.at(-1))).toEqual(['CertificateExpired 2 b']);
  });

  it('leaves other causes what they are, beside a refusal', () => {
    const [failures] = rounds({ a: ALERT, b: 'server returned HTTP status 403 Forbidden', c: 'EOF' });
    expect(short(failures)).toEqual(['OtherCertificateAuthority 2 a', 'AccessDenied 1 b']);
  });

  it.each([
    'tls: private key does not match public key',
    'tls: failed to find any PEM data in certificate input',
  ])('raises no alarm for one scrape that met a renewal, and raises it if that stays: %s', (text) => {
    const error = `unable to use specified client cert (/p/c) & key (/p/k): ${text}`;
    const all = rounds({ a: error }, {}, { a: error }, { a: error });
    expect(all.map((failures) => failures.map(({ alarming }) => alarming))).toEqual([
      [false],
      [],
      [false],
      [true],
    ]);
  });

  it('raises the alarm at once for a certificate that was refused', () => {
    expect(rounds({ a: ALERT })[0]).toMatchObject([{ alarming: true }]);
  });

  it('raises no alarm for an error that it does not know, however often it is seen', () => {
    const error = { a: 'an error of the next version' };
    expect(rounds(error, error).at(-1)).toMatchObject([
      { cause: 'Other', certificate: false, alarming: false },
    ]);
  });

  it('orders causes by count, then by name, and names the first URL of each', () => {
    const [failures] = rounds({
      ...{ z: 'connection refused', y: 'connection refused', w: 'status 503', x: 'status 403' },
    });
    expect(short(failures)).toEqual(['ConnectionRefused 2 y', 'AccessDenied 1 x', 'AppUnavailable 1 w']);
  });
});
