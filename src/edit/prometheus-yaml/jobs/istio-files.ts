// The names under which Citadel's secrets held a certificate, and under which istio-proxy writes one.

/** `key.pem` is too common a name to show anything by itself. */
const CERTIFICATES: ReadonlySet<string> = new Set(['root-cert.pem', 'cert-chain.pem']);
const KEY = 'key.pem';

/** Whether the name alone shows that a file is one of Istio's certificates. */
export function isIstioCertificate(file: string): boolean {
  return CERTIFICATES.has(nameOf(file));
}

/** Whether a file bears one of the three names, whatever is beside it. */
export function bearsIstioName(file: string): boolean {
  const name = nameOf(file);
  return name === KEY || CERTIFICATES.has(name);
}

/** Of files that are named together, those that are Istio's by name: a key only beside a certificate of its directory. */
export function istioNamed(files: readonly string[]): readonly string[] {
  const certificates = files.filter(isIstioCertificate);
  if (certificates.length === 0) return certificates;
  const isBeside = (file: string): boolean =>
    certificates.some((certificate) => parentOf(certificate) === parentOf(file));
  return files.filter((file) => certificates.includes(file) || (nameOf(file) === KEY && isBeside(file)));
}

/** A text in a block may end in a line break, which is no other file to a person. */
function nameOf(file: string): string {
  return file.slice(file.lastIndexOf('/') + 1).trimEnd();
}

function parentOf(file: string): string {
  return file.slice(0, file.lastIndexOf('/') + 1);
}
