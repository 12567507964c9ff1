import { execFile } from 'node:child_process';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { bundle } from '../../deploy/bundle.ts';

const run = promisify(execFile);

// The bundling and each process that runs it take seconds on a busy machine.
describe('bundle', { timeout: 60_000 }, () => {
  let directory = '';
  let file = '';

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'meshscrape-bundle-'));
    file = join(directory, 'built/meshscrape.mjs');
    await bundle(file);
    // Alone, as in the image: no node_modules above it.
    await cp(file, join(directory, 'meshscrape.mjs'));
  }, 60_000);
  afterAll(() => rm(directory, { recursive: true, force: true }));

  const alone = async (...args: readonly string[]): Promise<{ stdout: string; stderr: string }> =>
    run(process.execPath, [join(directory, 'meshscrape.mjs'), ...args], { cwd: directory, env: {} });

  it('makes one file that runs without node_modules and warns of nothing', async () => {
    expect(await alone('--version')).toEqual({ stdout: '0.1.0\n', stderr: '' });
    expect((await alone('--help')).stdout).toContain('Usage:');
  });

  it('makes one whose controller comes as far as to look for the cluster', async () => {
    const missing = join(directory, 'no-such-kubeconfig');
    const failure = await alone('controller', '--kubeconfig', missing, '--listen', '127.0.0.1:0').catch(
      (error: unknown) => error as { code: number; stdout: string; stderr: string },
    );
    expect(failure).toMatchObject({ code: 1 });
    expect(`${failure.stdout}${failure.stderr}`).toContain('no-such-kubeconfig');
  });

  it('makes one that rewrites a file', async () => {
    const config = join(directory, 'prometheus.yaml');
    const job = (path: string): string =>
      `scrape_configs:\n- job_name: a\n  scheme: https\n  tls_config: {ca_file: ${path}/root-cert.pem, ` +
      `cert_file: ${path}/cert-chain.pem, key_file: ${path}/key.pem, insecure_skip_verify: true}\n`;
    await writeFile(config, job('/etc/certs'));
    expect(await alone('rewrite', config)).toEqual({ stdout: job('/etc/prom-certs'), stderr: '' });
  });
});
