// Our side of the supervisor: starts servers that cannot outlive us and keeps their logs until the end.
import type { ChildProcess } from 'node:child_process';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { Message, StartMessage, StopMessage } from './supervisor.ts';

export interface Program {
  /** Names the log, `<name>.log` in the group's directory. */
  readonly name: string;
  readonly file: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

export interface RunningProgram {
  readonly name: string;
  readonly pid: number;
  /** Settles, with `code 0` or `signal SIGKILL`, when the program has ended. */
  readonly exited: Promise<string>;
  /** The end of what it wrote so far. */
  readonly logTail: (lines?: number) => string;
  readonly stop: (signal?: NodeJS.Signals) => Promise<void>;
}

/** A program ended before it was ready; the message carries the tail of its log. */
export class ProgramFailed extends Error {
  readonly code = 'PROGRAM_FAILED';
  readonly log: string;
  constructor(program: RunningProgram, how: string) {
    const log = program.logTail(40);
    super(`${program.name} ended with ${how} before it was ready; the end of its log:\n${log}`);
    this.name = 'ProgramFailed';
    this.log = log;
  }
}

export class ProcessGroup {
  /** Temporary, only ours to read, removed at the end. */
  readonly directory: string;
  readonly #supervisor: ChildProcess;
  readonly #listeners: ((message: Message) => void)[] = [];

  constructor() {
    this.directory = mkdtempSync(join(tmpdir(), 'meshscrape-testbed-'));
    this.#supervisor = fork(join(import.meta.dirname, 'supervisor.ts'), [this.directory], {
      detached: true,
      execArgv: [],
      env: clean(process.env),
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    this.#supervisor.on('message', (message: Message) => this.#listeners[message.id]?.(message));
    this.#supervisor.on('exit', () => {
      this.#listeners.forEach((listen, id) => {
        listen({ kind: 'exited', id, how: 'the end of its supervisor' });
      });
    });
  }

  /** Starts a program; throws ProgramFailed if it cannot be started at all. */
  async start(program: Program): Promise<RunningProgram> {
    const id = this.#listeners.length;
    const logFile = join(this.directory, `${program.name}.log`);
    const { promise: started, resolve: onStarted } = Promise.withResolvers<number>();
    const { promise: exited, resolve: onExited } = Promise.withResolvers<string>();
    this.#listeners.push((message) => {
      if (message.kind === 'started') onStarted(message.pid);
      else onExited(message.how);
    });
    const { file, args, env = {}, cwd = this.directory } = program;
    this.#send({ kind: 'start', id, file, args, cwd, logFile, env: { ...clean(process.env), ...env } });
    const running = {
      name: program.name,
      exited,
      logTail: (lines = 40) => tail(logFile, lines),
      stop: async (signal: NodeJS.Signals = 'SIGTERM') => {
        this.#send({ kind: 'stop', id, signal });
        await exited;
      },
    };
    const pid = await Promise.race([started, exited]);
    if (typeof pid === 'string') throw new ProgramFailed({ ...running, pid: 0 }, pid);
    return { ...running, pid };
  }

  /** Ends every program and removes the directory. May be called again. */
  async stop(): Promise<void> {
    if (this.#supervisor.exitCode !== null || this.#supervisor.signalCode !== null) return;
    const exited = once(this.#supervisor, 'exit');
    if (this.#supervisor.connected) this.#supervisor.disconnect();
    await exited;
  }

  #send(message: StartMessage | StopMessage): void {
    if (this.#supervisor.connected) this.#supervisor.send(message);
  }
}

/** Waits for `ready`, unless the program ends first: then it throws ProgramFailed. */
export async function readyOrFailed<T>(program: RunningProgram, ready: Promise<T>): Promise<T> {
  const failed = program.exited.then((how) => {
    throw new ProgramFailed(program, how);
  });
  return Promise.race([ready, failed]);
}

/** Ports of the loopback interface that are free at this moment; another process may still take them first. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer());
  const ports: number[] = [];
  for (const server of servers) {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('a TCP server without a port');
    ports.push(address.port);
  }
  // Closed only together, or the same port could be handed out twice.
  await Promise.all(servers.map((server) => once(server.close(), 'close')));
  return ports;
}

function tail(path: string, lines: number): string {
  try {
    return readFileSync(path, 'utf8').trimEnd().split('\n').slice(-lines).join('\n');
  } catch {
    return '(nothing)';
  }
}

/** Our environment without what would change how another Node, or a Go program, behaves. */
function clean(env: NodeJS.ProcessEnv): Record<string, string> {
  const kept = Object.entries(env).filter(
    (entry): entry is [string, string] =>
      entry[1] !== undefined &&
      !/^(NODE_OPTIONS|NODE_V8_COVERAGE|KUBECONFIG|VITEST.*|.*_proxy)$/i.test(entry[0]),
  );
  return Object.fromEntries(kept);
}
