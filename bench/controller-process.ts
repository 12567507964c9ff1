// The controller as it ships, for measuring: the bundle, with Node's flags as the image sets them, in a process of
// its own that is asked over its own metrics. What a figure means is for the callers.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { bundle } from '../deploy/bundle.ts';

const bundleFile = join(import.meta.dirname, '../dist/meshscrape.mjs');

export interface Running {
  /** What `/metrics` answers. */
  metrics(): Promise<string>;
  /** Resolves once so many resources have been reconciled; needs the log level `debug`. */
  reconciled(count: number): Promise<void>;
  /** The largest resident set so far. */
  peakMiB(): number;
  stop(): Promise<void>;
}

/** Builds what `startController` starts. */
export async function bundleController(): Promise<void> {
  await bundle(bundleFile);
}

/** Resolves once its caches are filled; rejects if it ends before. */
export async function startController(kubeconfig: string, logLevel: 'info' | 'debug'): Promise<Running> {
  const child = spawn(
    process.execPath,
    [
      ...imageFlags(),
      bundleFile,
      'controller',
      '--listen=127.0.0.1:0',
      '--kubeconfig',
      kubeconfig,
      `--log-level=${logLevel}`,
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const lines = createInterface({ input: child.stdout });
  let listen = '';
  const reconciled = new Set<string>();
  const waiting: (() => void)[] = [];
  const working = new Promise<void>((resolve) => {
    lines.on('line', (line) => {
      const entry = JSON.parse(line) as { level: string; msg: string; listen?: string; resource?: string };
      if (entry.listen !== undefined) listen = entry.listen;
      if (entry.msg === 'caches are filled, workers start') resolve();
      if (entry.msg === 'reconciled' && entry.resource !== undefined) reconciled.add(entry.resource);
      if (entry.level === 'error') process.stderr.write(`${line}\n`);
      for (const wake of waiting) wake();
    });
  });
  await Promise.race([
    working,
    once(child, 'exit').then(() => Promise.reject(new Error('the controller ended'))),
  ]);
  return {
    metrics: async () => (await fetch(`http://${listen}/metrics`)).text(),
    reconciled: (count) =>
      new Promise((resolve) => {
        const check = (): void => {
          if (reconciled.size >= count) resolve();
        };
        waiting.push(check);
        check();
      }),
    peakMiB: () => peakOf(child),
    stop: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGTERM');
      await once(child, 'exit');
    },
  };
}

/** Node's flags as the image sets them: the claim is about what ships. */
function imageFlags(): readonly string[] {
  const dockerfile = readFileSync(join(import.meta.dirname, '../Dockerfile'), 'utf8');
  const entrypoint = /^ENTRYPOINT (.*)$/m.exec(dockerfile)?.[1] ?? '[]';
  return (JSON.parse(entrypoint) as string[]).filter((word) => word.startsWith('--'));
}

function peakOf(child: ChildProcess): number {
  const status = readFileSync(`/proc/${child.pid ?? 0}/status`, 'utf8');
  return Math.round(Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024);
}
