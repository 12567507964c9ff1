// The command line as a process: verbs, exit codes, signals, and an API server that does not answer.
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

const MAIN = join(import.meta.dirname, '..', 'src', 'main.ts');
const running = new Set<ChildProcessWithoutNullStreams>();

function start(args: readonly string[]): ChildProcessWithoutNullStreams {
  const child = spawn(process.execPath, [MAIN, ...args]);
  running.add(child);
  child.once('close', () => running.delete(child));
  return child;
}

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

async function run(...args: readonly string[]): Promise<Ended> {
  const child = start(args);
  child.stdin.end();
  const [stdout, stderr, [code]] = await Promise.all([
    textOf(child.stdout),
    textOf(child.stderr),
    once(child, 'close') as Promise<[number | null]>,
  ]);
  return { code, stdout, stderr };
}

async function textOf(stream: NodeJS.ReadableStream): Promise<string> {
  const chunks: string[] = [];
  for await (const chunk of stream) chunks.push(String(chunk));
  return chunks.join('');
}

/** Each test starts one to three processes of Node, which takes seconds on a busy machine. */
const PROCESSES = { timeout: 60_000 };

afterEach(() => {
  for (const child of running) child.kill('SIGKILL');
});

describe('meshscrape', PROCESSES, () => {
  it('prints help, and the same for each verb, at 110 columns at most', async () => {
    const [alone, flag, verb] = await Promise.all([run(), run('--help'), run('controller', '--help')]);
    expect(flag).toEqual({ code: 0, stderr: '', stdout: alone.stdout });
    expect(verb).toEqual(flag);
    expect(flag.stdout).toContain('meshscrape rewrite');
    expect(Math.max(...flag.stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(110);
  });

  it('prints its version', async () => {
    const { code, stdout } = await run('--version');
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) as string,
    });
  });

  it('refuses a verb that does not exist', async () => {
    expect(await run('reconcile')).toEqual({
      code: 2,
      stdout: '',
      stderr: 'meshscrape: no such command: reconcile\nSee meshscrape --help\n',
    });
  });

  it('names every bad setting and does not start', async () => {
    const { code, stdout, stderr } = await run('controller', '--prot=80', '--concurrency=0');
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('  --prot: ');
    expect(stderr).toContain('  --concurrency: found "0"');
  });
});

describe('meshscrape controller', PROCESSES, () => {
  let directory = '';
  let kubeconfig = '';
  /** Takes connections and never answers: an API server behind a black hole. */
  let hole: Server;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'meshscrape-main-'));
    kubeconfig = join(directory, 'kubeconfig');
    hole = createServer((socket) => socket.on('error', () => undefined));
    hole.listen(0, '127.0.0.1');
    await once(hole, 'listening');
    const address = hole.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    await writeFile(kubeconfig, kubeconfigFor(`https://127.0.0.1:${port}`));
    await writeFile(join(directory, 'refused'), kubeconfigFor('https://127.0.0.1:1'));
  });
  afterAll(async () => {
    hole.close();
    await rm(directory, { recursive: true });
  });

  /** Starts it and gives its log, line by line. */
  function controller(config: string): {
    child: ChildProcessWithoutNullStreams;
    next: (isIt: (line: Record<string, unknown>) => boolean) => Promise<Record<string, unknown>>;
    ended: Promise<number | null>;
  } {
    const child = start([
      'controller',
      '--listen=127.0.0.1:0',
      '--shutdown-timeout=2s',
      '--kubeconfig',
      config,
    ]);
    child.stderr.resume();
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    return {
      child,
      ended: once(child, 'close').then(([code]) => code as number | null),
      next: async (isIt) => {
        for (;;) {
          const { value, done } = await lines.next();
          if (done === true) throw new Error('the log ended before that line');
          const line = JSON.parse(value) as Record<string, unknown>;
          if (isIt(line)) return line;
        }
      },
    };
  }

  it.each([
    ['that refuses', 'refused'],
    ['that never answers', 'kubeconfig'],
  ])('waits for an API server %s, healthy but not ready, and ends with 0 on SIGTERM', async (_, file) => {
    const { child, next, ended } = controller(join(directory, file));
    const { listen } = await next((line) => line['msg'] === 'controller starts');
    expect((await fetch(`http://${String(listen)}/healthz`)).status).toBe(200);
    expect((await fetch(`http://${String(listen)}/readyz`)).status).toBe(503);
    if (file === 'refused') {
      // Expected, so it is no warning, and where in our code it was met is left out.
      const { level, retry } = await next(({ msg }) => msg === 'watch interrupted, trying again');
      expect([level, retry]).toEqual([
        'info',
        {
          type: 'KubeError',
          code: 'Unavailable',
          message: expect.stringContaining('ECONNREFUSED') as string,
        },
      ]);
    }
    child.kill('SIGTERM');
    // Had it taken longer than its own limit, it would have ended with 1.
    await next((line) => line['msg'] === 'stopped');
    expect(await ended).toBe(0);
  });

  it('cannot start with a kubeconfig that is not there, and says so', async () => {
    const { next, ended } = controller(join(directory, 'absent'));
    const line = await next(({ level }) => level === 'error');
    expect(line['msg']).toBe('the controller cannot start');
    expect(JSON.stringify(line['err'])).toContain('absent');
    expect(await ended).toBe(1);
  });

  it('cannot start on a port that is taken, and says so', async () => {
    const first = controller(kubeconfig);
    const { listen } = await first.next((line) => line['msg'] === 'controller starts');
    const second = await run('controller', `--listen=${String(listen)}`, '--kubeconfig', kubeconfig);
    expect(second.code).toBe(1);
    expect(second.stdout).toContain('EADDRINUSE');
  });
});

function kubeconfigFor(server: string): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'test',
    contexts: [{ name: 'test', context: { cluster: 'test', user: 'test' } }],
    clusters: [{ name: 'test', cluster: { server } }],
    users: [{ name: 'test', user: { token: 'none' } }],
  });
}
