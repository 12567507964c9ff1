// Kubeconfigs and kubectl for a control plane of the test bed, in the process that started it or in another.
import { dump } from 'js-yaml';
import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { programs } from '../programs/programs.ts';
import type { KeyAndCertificate } from './certificates.ts';
import { restoreAuthority } from './certificates.ts';

export interface CommandResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Who signs here, for which server, and where its files go. Plain data, so that it may cross processes. */
export interface Identity {
  readonly directory: string;
  readonly authority: KeyAndCertificate;
  readonly url: string;
}

/** Writes a kubeconfig with a new client certificate for any user and groups, and answers its path. */
export function kubeconfigFor(identity: Identity, user: string, groups: readonly string[] = []): string {
  const certificate = restoreAuthority(identity.authority).issue({ commonName: user, organizations: groups });
  return writeKubeconfig(identity, user.replaceAll(/[^A-Za-z0-9.-]/g, '_'), certificate);
}

/** Writes a kubeconfig with the certificates embedded, and answers its path. */
export function writeKubeconfig(identity: Identity, name: string, { cert, key }: KeyAndCertificate): string {
  const base64 = (text: string): string => Buffer.from(text).toString('base64');
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [
      {
        name: 'testbed',
        cluster: { server: identity.url, 'certificate-authority-data': base64(identity.authority.cert) },
      },
    ],
    users: [{ name, user: { 'client-certificate-data': base64(cert), 'client-key-data': base64(key) } }],
    contexts: [{ name: 'testbed', context: { cluster: 'testbed', user: name } }],
    'current-context': 'testbed',
  };
  const kubeconfigs = join(identity.directory, 'kubeconfigs');
  mkdirSync(kubeconfigs, { recursive: true });
  const path = join(kubeconfigs, `${name}.yaml`);
  writeFileSync(path, dump(config), { mode: 0o600 });
  return path;
}

/** Runs kubectl with a kubeconfig. */
export async function runKubectl(kubeconfig: string, args: readonly string[]): Promise<CommandResult> {
  const { kubectl } = await programs(['kubectl']);
  const env = { ...process.env, KUBECONFIG: kubeconfig };
  return new Promise((resolve, reject) => {
    execFile(kubectl, args, { env, maxBuffer: 64 * 1024 * 1024 }, (error, stdout, stderr) => {
      const code = error === null ? 0 : error.code;
      if (typeof code === 'number') resolve({ code, stdout, stderr });
      else reject(new Error(`kubectl ${args.join(' ')} could not be run`, { cause: error }));
    });
  });
}
