// The command line: which verb runs, and what ends the process with which exit code.
import { readFile, writeFile } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';
import packageJson from '../package.json' with { type: 'json' };
import { helpText } from './cli/help.ts';
import { runRewrite } from './cli/rewrite.ts';
import { describeProblems, readSettings, type Settings } from './settings.ts';
import { createLog } from './telemetry/log.ts';

const { version } = packageJson;
const EXIT = { ok: 0, failed: 1, usage: 2 } as const;
/** Beyond the setting's time something hangs, and the kubelet kills after 30 s. */
const STOP_GRACE_MS = 1500;

function runVerb(argv: readonly string[]): Promise<number> {
  const [verb = '--help', ...rest] = argv;
  switch (verb) {
    case 'controller':
      return rest.some(isHelp) ? printText(helpText()) : runController(rest);
    case 'rewrite':
      return runRewrite(rest, processIo());
    case '--help':
    case '-h':
    case 'help':
      return printText(helpText());
    case '--version':
      return printText(`${version}\n`);
    default:
      process.stderr.write(`meshscrape: no such command: ${verb}\nSee meshscrape --help\n`);
      return Promise.resolve(EXIT.usage);
  }
}

async function runController(argv: readonly string[]): Promise<number> {
  const read = readSettings(argv, process.env);
  if (read.kind === 'invalid') {
    process.stderr.write(`meshscrape controller: ${describeProblems(read.problems)}\n`);
    return EXIT.usage;
  }
  return superviseController(read.settings);
}

/** Runs until a signal or a bug; the answer is the exit code. */
async function superviseController(settings: Settings): Promise<number> {
  const log = createLog(settings.logLevel);
  const failed = new Promise<number>((resolve) => {
    for (const event of ['unhandledRejection', 'uncaughtException'] as const) {
      process.on(event, (error: unknown) => {
        log.error({ err: error }, `${event}: this is a bug, the process ends`);
        resolve(EXIT.failed);
      });
    }
  });
  const stopRequest = onceSignalled((signal) => {
    log.info({ signal }, 'stopping: no new work, what is in flight may finish');
  });
  // Loaded now, not above: the other verbs need no client of the API server and start in a tenth of the time.
  const { startController } = await import('./controller/controller.ts');
  const { reconcile } = await import('./reconcile/reconcile.ts');
  const finished = startController({ settings, version, log, reconcile }).then(
    async (controller) => {
      await stopRequest;
      const limit = setTimeout(() => {
        log.error({}, 'stopping took too long, the process ends');
        process.exit(EXIT.failed);
      }, settings.shutdownTimeoutMs + STOP_GRACE_MS);
      await controller.stop();
      clearTimeout(limit);
      log.info({}, 'stopped');
      return EXIT.ok;
    },
    (error: unknown) => {
      log.error({ err: error }, 'the controller cannot start');
      return EXIT.failed;
    },
  );
  return Promise.race([finished, failed]);
}

/** Resolves at the first SIGTERM or SIGINT; the second ends the process at once. */
function onceSignalled(onFirst: (signal: string) => void): Promise<void> {
  return new Promise((resolve) => {
    let isStopping = false;
    const onSignal = (signal: string, number: number): void => {
      if (isStopping) process.exit(128 + number);
      isStopping = true;
      onFirst(signal);
      resolve();
    };
    process.on('SIGTERM', onSignal);
    process.on('SIGINT', onSignal);
  });
}

function isHelp(argument: string): boolean {
  return argument === '--help' || argument === '-h';
}

function printText(text: string): Promise<number> {
  process.stdout.write(text);
  return Promise.resolve(EXIT.ok);
}

function processIo(): Parameters<typeof runRewrite>[1] {
  return {
    readFile: (path) => readFile(path),
    writeFile: (path, text) => writeFile(path, text),
    readStdin: () => buffer(process.stdin),
    stdout: (text) => process.stdout.write(text),
    stderr: (text) => process.stderr.write(text),
  };
}

// A reader that has gone (`| head`) is no failure of ours.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  process.exit(error.code === 'EPIPE' ? EXIT.ok : EXIT.failed);
});

const code = await runVerb(process.argv.slice(2));
process.exitCode = code;
// The controller's last sockets and timers must not hold the process; the other verbs end when their output is read.
if (process.argv[2] === 'controller') process.exit(code);
