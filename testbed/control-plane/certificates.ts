// Makes X.509 certificates with Node's own crypto: Node signs but cannot write certificates, so the DER is written here.
// ECDSA P-256 with SHA-256 only; enough for a test bed, and no openssl is needed.
import type { KeyObject } from 'node:crypto';
import {
  X509Certificate,
  createHash,
  createPrivateKey,
  generateKeyPairSync,
  randomBytes,
  sign,
} from 'node:crypto';
import { isIPv4 } from 'node:net';

/** PEM texts. `cert` may be a chain, its own certificate first. */
export interface KeyAndCertificate {
  readonly cert: string;
  readonly key: string;
}

export interface CertificateOptions {
  readonly commonName?: string;
  readonly organizations?: readonly string[];
  readonly dnsNames?: readonly string[];
  /** IPv4 only. */
  readonly ipAddresses?: readonly string[];
  readonly uris?: readonly string[];
  readonly notBefore?: Date;
  /** Ten days from now where unset; may lie in the past. */
  readonly notAfter?: Date;
}

export interface Authority extends KeyAndCertificate {
  readonly issue: (request: CertificateOptions) => KeyAndCertificate;
}

const DAY_MS = 86_400_000;

/** A new certificate authority: self-signed, ten years unless `notAfter` says otherwise. */
export function createAuthority(
  subject: Pick<CertificateOptions, 'commonName' | 'organizations' | 'notBefore' | 'notAfter'>,
): Authority {
  const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const lifetime = { notAfter: new Date(Date.now() + 3650 * DAY_MS), ...subject };
  const issuer: Issuer = {
    name: distinguishedName(subject),
    key: pair.privateKey,
    keyIdentifier: keyIdentifier(pair.publicKey),
  };
  const cert = certificate({ ...lifetime, publicKey: pair.publicKey, authority: true }, issuer);
  return { cert, key: pem(pair.privateKey), issue: (request) => issueCertificate(request, issuer) };
}

/** The authority of such a certificate and key again, in another process. */
export function restoreAuthority({ cert, key }: KeyAndCertificate): Authority {
  const { subject, publicKey } = new X509Certificate(cert);
  const attributes = subject
    .split('\n')
    .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]);
  const commonName = attributes.find(([type]) => type === 'CN')?.[1];
  const organizations = attributes.flatMap(([type, value = '']) => (type === 'O' ? [value] : []));
  const name = distinguishedName({ organizations, ...(commonName === undefined ? {} : { commonName }) });
  const issuer = { name, key: createPrivateKey(key), keyIdentifier: keyIdentifier(publicKey) };
  return { cert, key, issue: (request) => issueCertificate(request, issuer) };
}

function issueCertificate(request: CertificateOptions, issuer: Issuer): KeyAndCertificate {
  const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const cert = certificate({ ...request, publicKey: pair.publicKey, authority: false }, issuer);
  return { cert, key: pem(pair.privateKey) };
}

interface Issuer {
  readonly name: Buffer;
  readonly key: KeyObject;
  readonly keyIdentifier: Buffer;
}

interface CertificateRequest extends CertificateOptions {
  readonly publicKey: KeyObject;
  readonly authority: boolean;
}

function certificate(request: CertificateRequest, issuer: Issuer): string {
  const notBefore = request.notBefore ?? new Date(Date.now() - DAY_MS);
  const notAfter = request.notAfter ?? new Date(Date.now() + 10 * DAY_MS);
  const algorithm = sequence(oid('1.2.840.10045.4.3.2'));
  // A positive serial number: the first bit must not be set.
  const serial = randomBytes(16);
  serial[0] = 0x40 | ((serial[0] ?? 0) & 0x3f);
  const body = sequence(
    der(0xa0, integer(2)),
    der(0x02, serial),
    algorithm,
    issuer.name,
    sequence(time(notBefore), time(notAfter)),
    distinguishedName(request),
    request.publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, sequence(...extensions(request, issuer))),
  );
  const signature = sign('sha256', body, issuer.key);
  const whole = sequence(body, algorithm, der(0x03, Buffer.from([0]), signature));
  return new X509Certificate(whole).toString();
}

function extensions(request: CertificateRequest, issuer: Issuer): Buffer[] {
  const names = [
    ...(request.dnsNames ?? []).map((name) => der(0x82, Buffer.from(name))),
    ...(request.uris ?? []).map((uri) => der(0x86, Buffer.from(uri))),
    ...(request.ipAddresses ?? []).map((address) => der(0x87, ipBytes(address))),
  ];
  // Key usage: certificate and CRL signing for an authority, digital signature for the others.
  const usage = request.authority ? Buffer.from([1, 0x06]) : Buffer.from([7, 0x80]);
  const anyName = request.commonName !== undefined || (request.organizations ?? []).length > 0;
  return [
    extension('2.5.29.15', der(0x03, usage), true),
    extension('2.5.29.19', request.authority ? sequence(der(0x01, Buffer.from([0xff]))) : sequence(), true),
    extension('2.5.29.14', der(0x04, keyIdentifier(request.publicKey)), false),
    extension('2.5.29.35', sequence(der(0x80, issuer.keyIdentifier)), false),
    ...(request.authority
      ? []
      : [extension('2.5.29.37', sequence(oid('1.3.6.1.5.5.7.3.1'), oid('1.3.6.1.5.5.7.3.2')), false)]),
    // With an empty subject the alternative names are all there is, so they are critical (RFC 5280, 4.2.1.6).
    ...(names.length > 0 ? [extension('2.5.29.17', sequence(...names), !anyName)] : []),
  ];
}

function extension(id: string, value: Buffer, critical: boolean): Buffer {
  return sequence(oid(id), ...(critical ? [der(0x01, Buffer.from([0xff]))] : []), der(0x04, value));
}

function keyIdentifier(key: KeyObject): Buffer {
  return createHash('sha1')
    .update(key.export({ type: 'spki', format: 'der' }))
    .digest();
}

function distinguishedName(subject: CertificateOptions): Buffer {
  const attribute = (id: string, value: string): Buffer =>
    der(0x31, sequence(oid(id), der(0x0c, Buffer.from(value))));
  return sequence(
    ...(subject.organizations ?? []).map((organization) => attribute('2.5.4.10', organization)),
    ...(subject.commonName === undefined ? [] : [attribute('2.5.4.3', subject.commonName)]),
  );
}

function ipBytes(address: string): Buffer {
  if (!isIPv4(address)) throw new Error(`not an IPv4 address: ${address}`);
  return Buffer.from(address.split('.').map(Number));
}

function time(date: Date): Buffer {
  const digits = date.toISOString().replace(/[-:T]|\.\d+/g, '');
  // RFC 5280 wants UTCTime up to 2049 and GeneralizedTime after.
  return date.getUTCFullYear() < 2050
    ? der(0x17, Buffer.from(digits.slice(2)))
    : der(0x18, Buffer.from(digits));
}

function sequence(...parts: readonly Buffer[]): Buffer {
  return der(0x30, ...parts);
}

function integer(value: number): Buffer {
  return der(0x02, Buffer.from([value]));
}

function oid(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  return der(0x06, Buffer.from([first * 40 + second, ...rest.flatMap(base128)]));
}

function base128(value: number): number[] {
  const bytes = [value & 0x7f];
  for (let left = value >>> 7; left > 0; left >>>= 7) bytes.unshift((left & 0x7f) | 0x80);
  return bytes;
}

function der(tag: number, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  if (content.length < 0x80) return Buffer.concat([Buffer.from([tag, content.length]), content]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(content.length);
  const significant = length.subarray(length.findIndex((byte) => byte !== 0));
  return Buffer.concat([Buffer.from([tag, 0x80 | significant.length]), significant, content]);
}

function pem(key: KeyObject): string {
  return key.export({ type: 'pkcs8', format: 'pem' }).toString();
}
