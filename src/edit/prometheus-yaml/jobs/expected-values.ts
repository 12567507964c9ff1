// What a chosen job's four fields should be, and when a value counts as that.
import { withoutTrailingSlashes } from '../../text/paths.ts';
import type { TlsField } from '../result.ts';
import { absolutePath } from './paths.ts';

export type Expected = Readonly<Record<TlsField, string>>;

/** The names under which istio-proxy writes its certificates into OUTPUT_CERTS. */
export function expectedValues(mountPath: string): Expected {
  const directory = withoutTrailingSlashes(mountPath);
  return {
    ca_file: `${directory}/root-cert.pem`,
    cert_file: `${directory}/cert-chain.pem`,
    key_file: `${directory}/key.pem`,
    insecure_skip_verify: 'true',
  };
}

/** Whether Prometheus would use the expected file; a relative path is joined with the configuration's directory. */
export function isExpected(
  expected: string,
  value: string | undefined,
  configDirectory: string | undefined,
): boolean {
  if (value === undefined) return false;
  if (value === expected) return true;
  return (
    configDirectory !== undefined &&
    !value.startsWith('/') &&
    absolutePath(value, configDirectory) === expected
  );
}
