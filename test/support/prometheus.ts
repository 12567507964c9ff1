// The real Prometheus in a temporary directory, for e2e tests: its file and certificates lie there, since no kubelet
// brings them. It answers at the address of a pod.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';

import { createAuthority, type KeyAndCertificate } from '../../testbed/control-plane/certificates.ts';
import { programs } from '../../testbed/programs/programs.ts';

export interface Prometheus {
  /** Directories that hold root-cert.pem, cert-chain.pem and key.pem: the old and the new place. */
  readonly legacy: string;
  readonly certs: string;
  /** For a scrape target at 127.0.0.1 that the files above trust. */
  readonly server: KeyAndCertificate;
  /** What the kubelet does with the ConfigMap. */
  readonly writeConfig: (text: string, key?: string) => void;
  /** Starts the program at port 9090 of an address and waits until it answers. */
  readonly start: (address: string) => Promise<void>;
}

/** A file with one job, which scrapes a port of 127.0.0.1 every second with the certificates in `files`. */
export function secureConfig(job: string, files: string, port: number): string {
  return `scrape_configs:
- job_name: ${job}
  scrape_interval: 1s
  scheme: https
  tls_config:
    ca_file: ${files}/root-cert.pem
    cert_file: ${files}/cert-chain.pem
    key_file: ${files}/key.pem
    insecure_skip_verify: true
  static_configs:
  - targets: ['127.0.0.1:${port}']
`;
}

/** To be called at the top level of a test file; the program and its directory go with the file's last test. */
export function usePrometheus(): Prometheus {
  const directory = mkdtempSync(join(tmpdir(), 'meshscrape-prometheus-'));
  const file = join(directory, 'prometheus.yaml');
  const authority = createAuthority({ commonName: 'prometheus test' });
  const folders = { legacy: join(directory, 'legacy'), certs: join(directory, 'certs') };
  const { cert, key } = authority.issue({ commonName: 'prometheus' });
  for (const folder of Object.values(folders)) {
    mkdirSync(folder);
    writeFileSync(join(folder, 'root-cert.pem'), authority.cert);
    writeFileSync(join(folder, 'cert-chain.pem'), cert);
    writeFileSync(join(folder, 'key.pem'), key);
  }
  let running: ChildProcess | undefined;
  afterAll(async () => {
    if (running?.exitCode === null) {
      running.kill('SIGKILL');
      await once(running, 'exit');
    }
    rmSync(directory, { recursive: true, force: true });
  });
  return {
    ...folders,
    server: authority.issue({ commonName: 'target', ipAddresses: ['127.0.0.1'] }),
    writeConfig: (text, key = 'prometheus.yaml') => {
      writeFileSync(join(directory, key), text);
    },
    start: async (address) => {
      const { prometheus } = await programs(['prometheus']);
      const args = [
        `--config.file=${file}`,
        `--web.listen-address=${address}:9090`,
        '--web.enable-lifecycle',
        `--storage.tsdb.path=${join(directory, 'data')}`,
      ];
      running = spawn(prometheus, args, { stdio: ['ignore', 'ignore', 'pipe'] });
      await answers(running);
    },
  };
}

async function answers(program: ChildProcess): Promise<void> {
  const { stderr } = program;
  if (stderr === null) throw new Error('no stderr');
  await new Promise<void>((resolve, reject) => {
    let log = '';
    // Read to the end: a closed pipe would kill the program. A line may come in two pieces.
    stderr.setEncoding('utf8').on('data', (text: string) => {
      log += text;
      if (log.includes('Server is ready to receive web requests')) resolve();
    });
    program.once('exit', () => {
      reject(new Error(`prometheus ended before it was ready:\n${log}`));
    });
  });
}
