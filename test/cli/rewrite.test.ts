import { describe, expect, it } from 'vitest';

import { runRewrite } from '../../src/cli/rewrite.ts';
import { GOLDENS, secureJob } from '../edit/prometheus-yaml/goldens.ts';

const CONFIG = `scrape_configs:\n${secureJob('a')}${secureJob('b')}`;
const REWRITTEN = CONFIG.replaceAll('/etc/certs', '/etc/prom-certs');
const HALF_REFUSED = `${CONFIG}- job_name: bad\n  scheme: https\n  tls_config: {ca: x, key_file: /etc/certs/cert-chain.pem}\n`;

interface Run {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly written: Readonly<Record<string, string>>;
}

async function run(
  argv: readonly string[],
  files: Readonly<Record<string, string | Uint8Array>> = {},
): Promise<Run> {
  const out = { stdout: '', stderr: '' };
  const written: Record<string, string> = {};
  const read = (name: string): Promise<Uint8Array> => {
    const content = files[name];
    if (content === undefined) return Promise.reject(new Error(`ENOENT: no such file, open '${name}'`));
    return Promise.resolve(typeof content === 'string' ? Buffer.from(content) : content);
  };
  const code = await runRewrite(argv, {
    readFile: read,
    readStdin: () => read('-'),
    writeFile: (name, text) => {
      written[name] = text;
      return Promise.resolve();
    },
    stdout: (text) => (out.stdout += text),
    stderr: (text) => (out.stderr += text),
  });
  return { code, ...out, written };
}

describe('meshscrape rewrite', () => {
  it('prints the rewritten file, from standard input or a name', async () => {
    const expected = { code: 0, stdout: REWRITTEN, stderr: '', written: {} };
    expect(await run([], { '-': CONFIG })).toEqual(expected);
    expect(await run(['-'], { '-': CONFIG })).toEqual(expected);
    expect(await run(['p.yml'], { 'p.yml': CONFIG })).toEqual(expected);
  });

  it('prints a file that needs nothing as it is', async () => {
    expect(await run([], { '-': REWRITTEN })).toMatchObject({ code: 0, stdout: REWRITTEN, stderr: '' });
  });

  it('takes --jobs, --legacy-directory and --mount-path, each as often as given', async () => {
    const text = `scrape_configs:\n${secureJob('a', '/old')}${secureJob('b', '/older')}${secureJob('c', '/old')}`;
    const argv = [
      '--jobs',
      'a',
      '--jobs=b*',
      '--legacy-directory',
      '/old',
      '--legacy-directory',
      '/older/',
      '--mount-path',
      '/new',
    ];
    const { code, stdout } = await run(argv, { '-': text });
    expect(code).toBe(0);
    expect(stdout).toBe(
      `scrape_configs:\n${secureJob('a', '/new')}${secureJob('b', '/new')}${secureJob('c', '/old')}`,
    );
  });

  it('takes --previous-mount-path and --config-directory', async () => {
    const text = `scrape_configs:\n${secureJob('a', '/was')}${secureJob('b', '../certs')}`;
    const { stdout } = await run(['--previous-mount-path', '/was', '--config-directory', '/etc/prometheus'], {
      '-': text,
    });
    expect(stdout).toBe(
      `scrape_configs:\n${secureJob('a', '/etc/prom-certs')}${secureJob('b', '/etc/prom-certs')}`,
    );
  });

  it('prints a diff with --diff, and nothing where nothing differs', async () => {
    const { code, stdout } = await run(['--diff', 'p.yml'], { 'p.yml': CONFIG });
    expect(code).toBe(0);
    expect(stdout).toMatch(/^--- a\/p\.yml\n\+\+\+ b\/p\.yml\n@@ -2,14 \+2,14 @@\n/);
    expect(await run(['--diff'], { '-': REWRITTEN })).toMatchObject({ code: 0, stdout: '' });
  });

  it('says by the exit code of --check alone whether a rewrite is needed', async () => {
    const { code, stdout, stderr } = await run(['--check', 'p.yml'], { 'p.yml': CONFIG });
    expect([code, stdout]).toEqual([3, '']);
    expect(stderr.split('\n')[0]).toBe(
      'p.yml:5:14: scrape_configs[a].tls_config.ca_file is /etc/certs/root-cert.pem, should be /etc/prom-certs/root-cert.pem',
    );
    expect(await run(['--check'], { '-': REWRITTEN })).toMatchObject({ code: 0, stdout: '', stderr: '' });
  });

  it('refuses an unparsable file: 2, the reason and the line, nothing printed', async () => {
    for (const flags of [[], ['--diff'], ['--check'], ['--keep-going']]) {
      const { code, stdout, stderr } = await run([...flags, 'p.yml'], { 'p.yml': `${CONFIG}  x: [\n` });
      expect([code, stdout]).toEqual([2, '']);
      expect(stderr).toMatch(/^p\.yml:17:1: Unparsable: \S.+\n$/);
    }
  });

  it('prints nothing where a chosen job is refused, and names it', async () => {
    for (const flags of [[], ['--diff'], ['--check']]) {
      const { code, stdout, stderr } = await run([...flags, 'p.yml'], { 'p.yml': HALF_REFUSED });
      expect([code, stdout]).toEqual([2, '']);
      expect(stderr).toContain(
        'p.yml:18:16: InlineCertificate: Job bad is left as it is: ca is given in place of a file.',
      );
    }
  });

  it('prints the other jobs with --keep-going', async () => {
    const { code, stdout, stderr } = await run(['--keep-going'], { '-': HALF_REFUSED });
    expect(code).toBe(0);
    expect(stdout).toBe(REWRITTEN + HALF_REFUSED.slice(CONFIG.length));
    expect(stderr).toContain('prometheus.yaml:18:16: InlineCertificate');
  });

  it('reports what it found elsewhere, which changes the exit code of --check alone', async () => {
    const text = `scrape_config_files: [more.yml]\nremote_write:\n- url: http://x\n  tls_config: {ca_file: /etc/certs/root-cert.pem}\n${REWRITTEN}`;
    const { code, stderr } = await run(['p.yml'], { 'p.yml': text });
    expect(code).toBe(0);
    expect(stderr).toMatch(
      /^p\.yml:4:25: StalePath: remote_write\[0\]\.tls_config\.ca_file names \/etc\/certs\/root-cert\.pem, .+$/m,
    );
    expect(stderr).toMatch(/^p\.yml: scrape_config_files names more\.yml: .+$/m);
    expect(await run(['--check'], { '-': text })).toMatchObject({ code: 3, stdout: '' });
  });

  it('refuses bytes that are no UTF-8, so that they cannot be spoilt', async () => {
    const bytes = Buffer.concat([Buffer.from(`${CONFIG}  # `), Buffer.from([0xff, 0xfe]), Buffer.from('\n')]);
    expect(await run(['p.yml'], { 'p.yml': bytes })).toEqual({
      code: 2,
      stdout: '',
      stderr: 'p.yml:16:1: this is not UTF-8 text; nothing is changed\n',
      written: {},
    });
  });

  it('keeps a byte order mark', async () => {
    expect((await run([], { '-': `\ufeff${CONFIG}` })).stdout).toBe(`\ufeff${REWRITTEN}`);
  });

  it('says that a file cannot be read', async () => {
    const { code, stderr } = await run(['nowhere.yml']);
    expect(code).toBe(2);
    expect(stderr).toMatch(/^meshscrape rewrite: cannot read nowhere\.yml: ENOENT/);
  });

  it('saves a record with --record and goes back with --restore', async () => {
    const golden = GOLDENS.find(({ name }) => name === 'block-scalars');
    const before = golden?.before ?? '';
    const first = await run(['--record', 'r.json', 'p.yml'], { 'p.yml': before });
    expect(first.stdout).toBe(golden?.after);
    const files = { 'p.yml': first.stdout, 'r.json': first.written['r.json'] ?? '' };
    expect(await run(['--restore', 'r.json', 'p.yml'], files)).toEqual({
      code: 0,
      stdout: before,
      stderr: '',
      written: {},
    });
    expect(await run(['--restore', 'r.json', '--check', 'p.yml'], files)).toMatchObject({
      code: 3,
      stdout: '',
    });
    expect((await run(['--restore', 'r.json', '--diff', 'p.yml'], files)).stdout).toMatch(/^--- a\/p\.yml\n/);
    const gone = await run(['--restore', 'r.json', 'p.yml'], { ...files, 'p.yml': 'scrape_configs: []\n' });
    expect(gone).toMatchObject({ code: 2, stdout: '' });
    expect(gone.stderr).toMatch(/^p\.yml: JobMissing: /);
    const wrong = await run(['--restore', 'r.json', 'p.yml'], { ...files, 'r.json': '{}' });
    expect(wrong).toMatchObject({ code: 2, stdout: '' });
  });

  it.each([
    { argv: ['--foo'], names: '--foo' },
    { argv: ['--jobs'], names: '--jobs' },
    { argv: ['--jobs', ''], names: '--jobs' },
    { argv: ['--diff=yes'], names: '--diff' },
    { argv: ['--mount-path', 'certs'], names: '--mount-path' },
    { argv: ['--mount-path', '/etc/certs/new'], names: '--mount-path' },
    { argv: ['--legacy-directory', 'certs'], names: '--legacy-directory' },
    { argv: ['--previous-mount-path', 'x'], names: '--previous-mount-path' },
    { argv: ['--config-directory', 'x'], names: '--config-directory' },
    { argv: ['--diff', '--check'], names: '--check' },
    { argv: ['--record', 'a', '--restore', 'b'], names: '--restore' },
    { argv: ['a', 'b'], names: "'b'" },
  ])('explains wrong usage: $argv', async ({ argv, names }) => {
    const { code, stdout, stderr } = await run(argv, { '-': CONFIG });
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/^meshscrape rewrite: .+\nTry: meshscrape rewrite --help\n$/);
    expect(stderr).toContain(names);
  });

  it('prints a help that names every flag and exit code and fits a terminal', async () => {
    const { code, stdout } = await run(['--help']);
    expect(code).toBe(0);
    for (const flag of [
      '--jobs',
      '--legacy-directory',
      '--mount-path',
      '--diff',
      '--check',
      '--keep-going',
      '--record',
      '--restore',
    ]) {
      expect(stdout).toContain(`  ${flag} `);
    }
    for (const meaning of ['0 nothing wrong', '2 the file', '3 with --check'])
      expect(stdout).toContain(meaning);
    expect(stdout.split('\n').filter((line) => line.length > 100)).toEqual([]);
    expect(stdout.split('\n').length).toBeLessThan(40);
  });
});
