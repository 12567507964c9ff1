// X.509 certificates in PEM, reduced to what may be shown: when the first one expires, and whose keys they hold.
// Nothing else of a text leaves this file, no parser's message either: it may hold a private key by mistake.
import { createHash, X509Certificate } from 'node:crypto';

/** When a certificate expires, or why that is not known; `why` is one of few fixed sentences. */
export type Expiry =
  | { readonly kind: 'Known'; readonly notAfterMs: number }
  | { readonly kind: 'Invalid'; readonly why: string };

/** What is kept of a Secret that holds a certificate: no byte of its data. */
export interface SecretFacts {
  readonly type: string;
  readonly expiry: Expiry;
  /** See {@link keysOf}: of its root certificates. */
  readonly rootKeys: readonly string[];
}

const BEGIN = '-----BEGIN CERTIFICATE-----';
const END = '-----END CERTIFICATE-----';
/** Real ones have a few kilobytes; the parser is not asked about a megabyte. */
const CERTIFICATE_MAX = 65_536;
const CERTIFICATES_MAX = 64;

/** The end of the first certificate of a chain, which is the workload's own. */
export function expiryOf(pem: string): Expiry {
  const [first] = certificates(pem, 1);
  if (first === undefined) return { kind: 'Invalid', why: 'it holds no PEM certificate' };
  const notAfterMs = parseCertificate(first)?.validToDate.getTime() ?? NaN;
  return Number.isNaN(notAfterMs)
    ? { kind: 'Invalid', why: 'its certificate cannot be parsed' }
    : { kind: 'Known', notAfterMs };
}

/**
 * SHA-256 of the public key of each certificate, as hex; those that cannot be parsed are left out. The key, not the
 * certificate: istiod renews its own root with the same key, and what that key signed before stays good.
 */
export function keysOf(pem: string): readonly string[] {
  return certificates(pem, CERTIFICATES_MAX).flatMap((text) => {
    const key = publicKey(text);
    return key === undefined ? [] : [createHash('sha256').update(key).digest('hex')];
  });
}

/** Found by plain search: a regular expression takes quadratic time where many begin and none ends. */
function certificates(pem: string, max: number): readonly string[] {
  const found: string[] = [];
  for (let from = 0; found.length < max;) {
    const begin = pem.indexOf(BEGIN, from);
    const end = begin < 0 ? -1 : pem.indexOf(END, begin);
    if (end < 0) break;
    from = end + END.length;
    found.push(from - begin > CERTIFICATE_MAX ? '' : pem.slice(begin, from));
  }
  return found;
}

function parseCertificate(pem: string): X509Certificate | undefined {
  try {
    return new X509Certificate(pem);
  } catch {
    return undefined;
  }
}

function publicKey(pem: string): Buffer | undefined {
  try {
    return parseCertificate(pem)?.publicKey.export({ type: 'spki', format: 'der' });
  } catch {
    return undefined;
  }
}
