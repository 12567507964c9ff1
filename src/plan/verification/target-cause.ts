// Why a scrape over the mesh's certificates fails, from Prometheus's own lastError.
// The texts were seen on Prometheus 2.42, 2.53 and 3.5; an unknown text is `Other`, without a guess.
import { MERGE_METRICS } from '../../api/istio-names.ts';

export interface TargetCause {
  /** CamelCase, at most 64 characters. */
  readonly cause: string;
  readonly fix: string;
  /** True if the certificates of this Prometheus are the cause. */
  readonly certificate: boolean;
  /** The target said that it takes no such certificate, or closed the connection without a word; TLS 1.3 mixes the two. */
  readonly handshake?: 'Refused' | 'Closed';
  /** Seen once, it is a scrape that met istio-proxy writing its files. */
  readonly passing?: true;
}

interface Row extends TargetCause {
  readonly pattern: RegExp;
  /** Of the scrape URL, where the same error means something else on other ports. */
  readonly url?: RegExp;
}

/** Ports of the agent and of Envoy that serve metrics over plain HTTP, whatever mode the workload is in. */
const METRICS_PORT = /^https:\/\/[^/]*:(?:15020|15090)(?:[/?]|$)/;

const certificate = (pattern: RegExp, cause: string, fix: string): Row => ({
  pattern,
  cause,
  fix,
  certificate: true,
});
const passing = (pattern: RegExp, cause: string, fix: string): Row => ({
  ...certificate(pattern, cause, fix),
  passing: true,
});
const handshakeRefused = (pattern: RegExp, cause: string, fix: string): Row => ({
  ...certificate(pattern, cause, fix),
  handshake: 'Refused',
});
const other = (pattern: RegExp, cause: string, fix: string): Row => ({
  pattern,
  cause,
  fix,
  certificate: false,
});

/** The first row that matches is the cause. */
const CAUSES: readonly Row[] = [
  certificate(
    /unable to (load specified|read) CA cert|unable to read client (cert|key)|open \S+: no such file/,
    'CertificateFilesMissing',
    'the files are not in the pod: is the volume mounted and does istio-proxy write there?',
  ),
  certificate(
    /permission denied/,
    'CertificateFilesUnreadable',
    'Istio before 1.9.4 writes the files for its own user only: upgrade Istio',
  ),
  certificate(
    /none configured/,
    'CaFileMissing',
    'Prometheus 3.8 to 3.12 needs ca_file at rotation: restart Prometheus, ca_file is set now',
  ),
  passing(
    /private key does not match public key/,
    'CertificateMidRotation',
    'seen once it heals by itself; if it stays, the three files come from two sources',
  ),
  passing(
    /failed to find any PEM data|unable to use specified (CA|client) cert/,
    'CertificateFilesBroken',
    'a file is empty or cut off: look at the volume and at the log of istio-proxy',
  ),
  handshakeRefused(
    /tls: (certificate required|handshake failure)/,
    'NoClientCertificate',
    'the target asks for a client certificate and got none: does tls_config name cert_file and key_file?',
  ),
  handshakeRefused(
    /tls: expired certificate|certificate has expired/,
    'CertificateExpired',
    'istio-proxy does not renew, or the old files are still used: see SecretsStale',
  ),
  handshakeRefused(
    /tls: unknown certificate authority|unknown authority/,
    'OtherCertificateAuthority',
    'the certificate was signed by another root: an old Citadel secret, another mesh or trust domain',
  ),
  handshakeRefused(
    /tls: (bad certificate|unknown certificate)/,
    'CertificateRefused',
    'the target refused the certificate: compare its root with istio-ca-root-cert',
  ),
  certificate(
    /doesn't contain any IP SANs|not valid for any names|failed to verify certificate/,
    'ServerNameChecked',
    'certificates of the mesh carry no such name: set insecure_skip_verify: true',
  ),
  {
    pattern:
      /TLS handshake|HTTP response to HTTPS client|deadline exceeded|i\/o timeout|EOF|connection reset/,
    url: METRICS_PORT,
    cause: 'MergedMetricsPort',
    fix: `ports 15020 and 15090 speak plain HTTP, of STRICT workloads too: drop that port from this job, scrape it by a job with scheme http, or annotate the target's pods with ${MERGE_METRICS}: "false"`,
    certificate: false,
  },
  other(
    /\bGOAWAY\b/,
    'ConnectionDrained',
    'the target ended its HTTP/2 connection, as istio-proxy does when it stops or changes: the next scrape heals it; if it stays, set enable_http2: false on the job',
  ),
  other(
    /first record does not look like a TLS handshake|server gave HTTP response to HTTPS client/,
    'TargetNotTls',
    'the target speaks plain HTTP: it is not in the mesh, or PERMISSIVE; scrape it by a job with scheme http',
  ),
  {
    pattern: /EOF|connection reset by peer|broken pipe|http2: client conn/,
    cause: 'ConnectionClosed',
    fix: 'the target is PERMISSIVE (make it STRICT), or refuses the certificate unheard (compare its root with istio-ca-root-cert), or closes HTTP/2 on a port not named http (name it http-*, or set enable_http2: false on the job)',
    certificate: false,
    handshake: 'Closed',
  },
  other(/status 403/, 'AccessDenied', "an AuthorizationPolicy refuses Prometheus's identity"),
  other(
    /status 503/,
    'AppUnavailable',
    'mTLS works; the application behind the proxy is down or on another port',
  ),
  other(/status \d+/, 'HttpError', 'the target answered with an error of its own'),
  other(/connection refused/, 'ConnectionRefused', 'the pod or its port is down'),
  other(
    /context deadline exceeded|i\/o timeout|TLS handshake timeout|no route to host/,
    'TimedOut',
    'pod down, network policy, or the proxy intercepts outbound traffic (includeOutboundIPRanges must be empty)',
  ),
];

const OTHER: TargetCause = {
  cause: 'Other',
  fix: 'see lastError of the target in Prometheus',
  certificate: false,
};

/** Every cause that status can show, in the order in which they are looked for. */
export const TARGET_CAUSES: readonly TargetCause[] = [...CAUSES, OTHER];

/** The cause of a failed scrape. */
export function causeOf(lastError: string, scrapeUrl: string): TargetCause {
  const isCause = ({ pattern, url }: Row): boolean =>
    pattern.test(lastError) && (url === undefined || url.test(scrapeUrl));
  return CAUSES.find(isCause) ?? OTHER;
}

/** The refusal of that name; `undefined`: no cause of that name is one. */
export function refusalNamed(name: string): TargetCause | undefined {
  return CAUSES.find(({ cause, handshake }) => cause === name && handshake === 'Refused');
}
