import { describe, expect, it } from 'vitest';
import { causeOf, refusalNamed, TARGET_CAUSES } from '../../../src/plan/verification/target-cause.ts';

// Texts as Prometheus 2.42, 2.53 and 3.5 print them (without the `Get "<url>": ` prefix).
const ROWS: readonly (readonly [string, string])[] = [
  [
    'unable to load specified CA cert /p/root-cert.pem: open /p/root-cert.pem: no such file or directory',
    'CertificateFilesMissing',
  ],
  [
    'unable to read CA cert: unable to read file /p/root-cert.pem: open /p/root-cert.pem: no such file or directory',
    'CertificateFilesMissing',
  ],
  ['open /p/cert-chain.pem: no such file or directory', 'CertificateFilesMissing'],
  ['unable to read client cert: unable to read file /p/cert-chain.pem', 'CertificateFilesMissing'],
  ['open /p/key.pem: permission denied', 'CertificateFilesUnreadable'],
  ['unable to use specified CA cert: none configured', 'CaFileMissing'],
  ['unable to use specified CA cert /p/root-cert.pem', 'CertificateFilesBroken'],
  [
    'unable to use specified client cert (/p/c) & key (/p/k): tls: private key does not match public key',
    'CertificateMidRotation',
  ],
  [
    'unable to use specified client cert: tls: failed to find any PEM data in certificate input',
    'CertificateFilesBroken',
  ],
  ['remote error: tls: certificate required', 'NoClientCertificate'],
  ['remote error: tls: handshake failure', 'NoClientCertificate'],
  ['remote error: tls: expired certificate', 'CertificateExpired'],
  ['remote error: tls: unknown certificate authority', 'OtherCertificateAuthority'],
  ['remote error: tls: bad certificate', 'CertificateRefused'],
  ['remote error: tls: unknown certificate', 'CertificateRefused'],
  [
    "tls: failed to verify certificate: x509: cannot validate certificate for 10.0.0.1 because it doesn't contain any IP SANs",
    'ServerNameChecked',
  ],
  ['x509: certificate is not valid for any names, but wanted to match pod', 'ServerNameChecked'],
  ['tls: first record does not look like a TLS handshake', 'TargetNotTls'],
  ['http: server gave HTTP response to HTTPS client', 'TargetNotTls'],
  ['EOF', 'ConnectionClosed'],
  ['read tcp 10.0.0.1:1->10.0.0.2:2: read: connection reset by peer', 'ConnectionClosed'],
  ['write tcp 10.0.0.1:1->10.0.0.2:2: write: broken pipe', 'ConnectionClosed'],
  ['http2: client conn could not be established', 'ConnectionClosed'],
  ['http2: client connection lost', 'ConnectionClosed'],
  ['server returned HTTP status 403 Forbidden', 'AccessDenied'],
  ['server returned HTTP status 503 Service Unavailable', 'AppUnavailable'],
  ['server returned HTTP status 400 Bad Request', 'HttpError'],
  ['dial tcp 10.0.0.1:1: connect: connection refused', 'ConnectionRefused'],
  ['context deadline exceeded', 'TimedOut'],
  ['something nobody has seen', 'Other'],
];

describe('causeOf', () => {
  it.each(ROWS)('reads %j as %s', (text, cause) => {
    expect(causeOf(text).cause).toBe(cause);
  });

  it('does not conclude from a closed connection which of both sides has to be fixed', () => {
    const { certificate, fix } = causeOf('EOF');
    expect(certificate).toBe(false);
    expect(fix).toMatch(/PERMISSIVE.*refuses the certificate.*HTTP\/2/);
    // As status holds it.
    expect(fix.length).toBeLessThanOrEqual(256);
  });

  it('blames the certificates of this Prometheus for these causes alone, and for no unknown error', () => {
    const blamed = TARGET_CAUSES.filter(({ certificate }) => certificate);
    expect(blamed.map(({ cause }) => cause)).toEqual([
      'CertificateFilesMissing',
      'CertificateFilesUnreadable',
      'CaFileMissing',
      'CertificateMidRotation',
      'CertificateFilesBroken',
      'NoClientCertificate',
      'CertificateExpired',
      'OtherCertificateAuthority',
      'CertificateRefused',
      'ServerNameChecked',
    ]);
    expect(causeOf('an error of the next version').certificate).toBe(false);
  });

  it('takes these causes alone for something that passes by itself', () => {
    const passing = TARGET_CAUSES.filter((each) => each.passing === true);
    expect(passing.map(({ cause }) => cause)).toEqual(['CertificateMidRotation', 'CertificateFilesBroken']);
  });
});

describe('refusalNamed', () => {
  it('knows the causes in which the target refused the certificate, and no other', () => {
    const named = TARGET_CAUSES.filter(({ cause }) => refusalNamed(cause)?.cause === cause);
    expect(named.map(({ cause }) => cause)).toEqual([
      'NoClientCertificate',
      'CertificateExpired',
      'OtherCertificateAuthority',
      'CertificateRefused',
    ]);
  });
});
