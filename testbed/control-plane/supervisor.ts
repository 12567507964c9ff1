// The process between us and the servers of the test bed: it starts them on request and ends them all, with their
// directory, when we ask or when our end of the channel closes, which the kernel does however we die (SIGKILL too).
// `setpriv --pdeathsig` would do the same on Linux only, and per thread; this needs nothing but Node.
import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { closeSync, openSync, rmSync } from 'node:fs';

export interface StartMessage {
  readonly kind: 'start';
  readonly id: number;
  readonly file: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  readonly logFile: string;
}

export interface StopMessage {
  readonly kind: 'stop';
  readonly id: number;
  readonly signal: NodeJS.Signals;
}

export type Message =
  | { readonly kind: 'started'; readonly id: number; readonly pid: number }
  | { readonly kind: 'exited'; readonly id: number; readonly how: string };

const children = new Map<number, ChildProcess>();
const directory = process.argv[2];

function start({ id, file, args, env, cwd, logFile }: StartMessage): void {
  const log = openSync(logFile, 'a');
  const child = spawn(file, args, { cwd, env, stdio: ['ignore', log, log] });
  closeSync(log);
  children.set(id, child);
  child.on('spawn', () => {
    report({ kind: 'started', id, pid: child.pid ?? 0 });
  });
  child.on('error', (error) => {
    children.delete(id);
    report({ kind: 'exited', id, how: error.message });
  });
  child.on('exit', (code, signal) => {
    children.delete(id);
    report({ kind: 'exited', id, how: code === null ? `signal ${signal ?? ''}` : `code ${code}` });
  });
}

function report(message: Message): void {
  // The channel may close between two messages: then nobody is left to hear it.
  if (process.connected) process.send?.(message, () => undefined);
}

function end(): void {
  const living = [...children.values()];
  let left = living.length;
  const last = (): void => {
    if (directory !== undefined) rmSync(directory, { recursive: true, force: true });
    process.exit(0);
  };
  if (left === 0) last();
  for (const child of living) {
    child.once('exit', () => {
      left -= 1;
      if (left === 0) last();
    });
    // Nothing here is worth a graceful end: the data dies with the directory.
    child.kill('SIGKILL');
  }
}

// The parent decides when to end; a Ctrl-C in its terminal is its business first.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);
process.on('disconnect', end);
process.on('message', (message: StartMessage | StopMessage) => {
  if (message.kind === 'start') start(message);
  else children.get(message.id)?.kill(message.signal);
});
