// One step of the test run as plain data, and running it: a child in its own process group, output kept until it ends.
import { spawn, type ChildProcess } from 'node:child_process';
import { constants } from 'node:os';
import { createInterface } from 'node:readline';

export interface Step {
  readonly name: string;
  /** Program and arguments; `node` is the Node that runs this. */
  readonly command: readonly string[];
  /** Lines of the child's output that are printed as they come, for a step that takes minutes. */
  readonly progress?: RegExp;
  /** Why this machine cannot run it; undefined where it can. */
  readonly unavailable?: () => string | undefined;
  /** Of one ended child: what it counts. Without it a step counts one, passed or failed by its exit code. */
  readonly count?: (ended: Ended) => Promise<Count>;
}

export interface Ended {
  /** 128 plus the number of the signal, if one ended it. */
  readonly code: number;
  /** stdout and stderr as they came. */
  readonly output: string;
}

export interface Count {
  readonly passed: number;
  readonly failed: number;
  /** A remark for the progress line. */
  readonly note?: string;
}

/** What is left of a child's time after SIGTERM: the control plane of the e2e suite has to be taken down. */
const KILL_AFTER_MS = 8000;
const LEFTOVERS_MS = 5000;

export class Children {
  readonly #running = new Set<ChildProcess>();
  #isStopped = false;

  /** Runs a command to its end, gives each line to `onLine` as it comes; never rejects. */
  run(command: readonly string[], cwd: string, onLine?: (line: string) => void): Promise<Ended> {
    if (this.#isStopped) return Promise.resolve({ code: 130, output: '' });
    const [program = '', ...args] = command;
    // Its own group, so that stopping reaches its children's children too, and Ctrl-C reaches it once, through us.
    const child = spawn(program, args, { cwd, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
    this.#running.add(child);
    const chunks: Buffer[] = [];
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      if (onLine !== undefined) createInterface({ input: stream }).on('line', onLine);
    }
    return new Promise((resolve) => {
      const end = (code: number, more = ''): void => {
        this.#running.delete(child);
        resolve({ code, output: Buffer.concat(chunks).toString('utf8') + more });
      };
      child.once('error', (error) => {
        end(127, `cannot start ${program}: ${error.message}\n`);
      });
      let timer: NodeJS.Timeout | undefined;
      child.once('exit', () => {
        // Something that it left behind may hold its output open for ever.
        timer = setTimeout(signalGroup, LEFTOVERS_MS, child, 'SIGKILL');
      });
      child.once('close', (code, signal) => {
        clearTimeout(timer);
        end(code ?? 128 + (signal === null ? 0 : constants.signals[signal]));
      });
    });
  }

  /** Ends every child and what it started: first asked, then killed. Nothing is started any more. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    await Promise.all([...this.#running].map((child) => this.#end(child)));
  }

  #end(child: ChildProcess): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        signalGroup(child, 'SIGKILL');
      }, KILL_AFTER_MS);
      child.once('close', () => {
        clearTimeout(timer);
        // What outlived its parent.
        signalGroup(child, 'SIGKILL');
        resolve();
      });
      signalGroup(child, 'SIGTERM');
    });
  }
}

function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch {
    // The group has ended.
  }
}
