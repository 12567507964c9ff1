// The named cases of test/fixtures/prometheus-yaml, and the request that they start from.
import { readdirSync, readFileSync } from 'node:fs';

import type { RewriteRequest } from '../../../src/edit/prometheus-yaml/result.ts';

const DIRECTORY = new URL('../../fixtures/prometheus-yaml/', import.meta.url);

export const REQUEST: RewriteRequest = {
  jobs: [],
  legacyDirectories: ['/etc/certs', '/etc/istio-certs'],
  mountPath: '/etc/prom-certs',
  previousMountPaths: [],
  recorded: {},
};

export interface Golden {
  readonly name: string;
  /** One sentence: why the case exists. */
  readonly why: string;
  readonly before: string;
  readonly after: string;
  readonly request: RewriteRequest;
  readonly rewritten: readonly string[];
  readonly skipped: readonly { readonly job: string; readonly code: string; readonly line: number }[];
  /** `line: code path`. */
  readonly findings: readonly string[];
  readonly scrapeConfigFiles: readonly string[];
}

function read(name: string): Golden {
  const file = (path: string): string => readFileSync(new URL(`${name}/${path}`, DIRECTORY), 'utf8');
  const { request, ...rest } = JSON.parse(file('case.json')) as Partial<Golden> &
    Pick<Golden, 'why' | 'rewritten'>;
  return {
    skipped: [],
    findings: [],
    scrapeConfigFiles: [],
    ...rest,
    name,
    request: { ...REQUEST, ...request },
    before: file('before.yaml'),
    after: file('after.yaml'),
  };
}

export const GOLDENS: readonly Golden[] = readdirSync(DIRECTORY, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => read(entry.name));

/** One secure job in block style, at column 0 of a list. */
export function secureJob(name: string, directory = '/etc/certs'): string {
  return `- job_name: ${name}
  scheme: https
  tls_config:
    ca_file: ${directory}/root-cert.pem
    cert_file: ${directory}/cert-chain.pem
    key_file: ${directory}/key.pem
    insecure_skip_verify: true
`;
}
