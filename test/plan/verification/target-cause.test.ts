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
  [
    'http2: server sent GOAWAY and closed the connection; LastStreamID=1999, ErrCode=NO_ERROR, debug=""',
    'ConnectionDrained',
  ],
  ["http2: Transport received Server's graceful shutdown GOAWAY", 'ConnectionDrained'],
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
  ['net/http: TLS handshake timeout', 'TimedOut'],
  ['something nobody has seen', 'Other'],
];

const URL = 'https://10.1.2.3:8080/metrics';

describe('causeOf', () => {
  it.each(ROWS)('reads %j as %s', (text, cause) => {
    expect(causeOf(text, URL).cause).toBe(cause);
  });

  // The port speaks plain HTTP, so that whatever TLS meets there says nothing of the target's mode.
  it.each([
    'http: server gave HTTP response to HTTPS client',
    'tls: first record does not look like a TLS handshake',
    'context deadline exceeded',
    'dial tcp 10.1.2.3:15020: i/o timeout',
    'EOF',
    'read tcp 10.0.0.1:1->10.1.2.3:15020: read: connection reset by peer',
  ])('reads %j of the port of merged metrics as MergedMetricsPort', (text) => {
    const { cause, certificate, handshake, fix } = causeOf(text, 'https://10.1.2.3:15020/stats/prometheus');
    expect([cause, certificate, handshake]).toEqual(['MergedMetricsPort', false, undefined]);
    expect(fix).toMatch(/STRICT.*drop that port.*scheme http.*merge-metrics: "false"/);
    expect(fix.length).toBeLessThanOrEqual(256);
  });

  it.each([
    { url: 'https://10.1.2.3:15090/stats/prometheus', cause: 'MergedMetricsPort' },
    { url: 'https://[fd00::7]:15020', cause: 'MergedMetricsPort' },
    { url: 'https://10.1.2.3:15020?a=b', cause: 'MergedMetricsPort' },
    { url: 'http://10.1.2.3:15020/stats/prometheus', cause: 'TimedOut' },
    { url: 'https://10.1.2.3:1502/metrics', cause: 'TimedOut' },
    { url: 'https://10.1.2.3:150201/metrics', cause: 'TimedOut' },
    { url: 'https://10.1.2.3:8080/x:15020/', cause: 'TimedOut' },
    { url: '', cause: 'TimedOut' },
  ])('reads a timeout of "$url" as $cause', ({ url, cause }) => {
    expect(causeOf('context deadline exceeded', url).cause).toBe(cause);
  });

  it.each([
    { text: 'dial tcp 10.1.2.3:15020: connect: connection refused', cause: 'ConnectionRefused' },
    { text: 'open /p/key.pem: no such file or directory', cause: 'CertificateFilesMissing' },
    { text: 'server returned HTTP status 503 Service Unavailable', cause: 'AppUnavailable' },
  ])('reads $text of the port of merged metrics as $cause', ({ text, cause }) => {
    expect(causeOf(text, 'https://10.1.2.3:15020/stats/prometheus').cause).toBe(cause);
  });

  it('does not conclude from a closed connection which of both sides has to be fixed', () => {
    const { certificate, fix } = causeOf('EOF', URL);
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
    expect(causeOf('an error of the next version', URL).certificate).toBe(false);
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
