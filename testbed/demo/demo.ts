// The newcomer's command: shows on a real API server how meshscrape cures a legacy Prometheus, and ends by itself.
// The only file of the demo that knows options, signals and exit codes.
import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';

import type { ControlPlane } from '../control-plane/control-plane.ts';
import type { RunningProgram } from '../control-plane/process-group.ts';
import { ProgramFailed } from '../control-plane/process-group.ts';
import { MountNamespacesUnavailable } from '../mesh/sandbox.ts';
import { ProgramsUnavailable } from '../programs/programs.ts';
import { kubectl, reportFailure } from './ending.ts';
import { runMeshDemo } from './mesh.ts';
import { Output } from './output.ts';
import { NAME, NAMESPACE, checkoutPath, jobsOf, loadLegacy, setStage, startController } from './stage.ts';
import type { Story } from './story.ts';
import { reportStory } from './story.ts';

const HELP = `Usage: npm run demo [-- [--mesh] [--keep]]

Shows meshscrape at work on a small cluster on this machine: a real Kubernetes API server, and a
Prometheus that still reads the certificates of an Istio before 1.6. Ends by itself after some
seconds: exit code 0 if the resource became Ready. The first run builds the API server from Go
modules, which takes minutes.

  --mesh   in a real Istio mesh instead: istiod, pilot-agent and Prometheus run, certificates rotate,
           targets go from down to up, and the gap in scraping is measured. Two minutes; root on
           Linux, for mount namespaces. Its first run builds istiod too
  --keep   leave everything up until Ctrl-C, and say how to reach it
  --help   this text
`;

const EXIT = { ready: 0, failed: 1, usage: 2, brokenPipe: 141 } as const;
const READY_WITHIN_MS = 60_000;

/** Set when the run is being taken down: what is still under way must not speak any more. */
let over = false;
const output = new Output({
  write: (text) => {
    if (!over) process.stdout.write(text);
  },
  colours: process.stdout.isTTY && (process.env['NO_COLOR'] ?? '') === '',
  columns: process.stdout.columns,
});

interface Options {
  readonly keep: boolean;
  readonly mesh: boolean;
}

/** What was asked for on the command line, or the exit code where nothing is to be run. */
function readOptions(args: readonly string[]): Options | number {
  try {
    const options = {
      keep: { type: 'boolean' },
      mesh: { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
    } as const;
    const { values } = parseArgs({ args: [...args], options });
    if (values.help !== true) return { keep: values.keep === true, mesh: values.mesh === true };
    process.stdout.write(HELP);
    return EXIT.ready;
  } catch (error) {
    process.stderr.write(`demo: ${error instanceof Error ? error.message : String(error)}\n\n${HELP}`);
    return EXIT.usage;
  }
}

/** What the demo retells of status. */
interface Findings {
  readonly workload: { readonly pods: number; readonly podsWired: number };
  readonly config: { readonly rewrittenJobs: readonly string[] };
  readonly staleSecrets: readonly { readonly secret: string }[];
}

/** What has to be taken down, as far as the demo has got. */
let controlPlane: ControlPlane | undefined;

/** Ends the waiting of --keep. */
let release: (() => void) | undefined;
const began = performance.now();

async function run({ keep, mesh }: Options): Promise<number> {
  return mesh ? runInMesh(keep) : runPlain(keep);
}

async function runInMesh(keep: boolean): Promise<number> {
  const onControlPlane = (started: ControlPlane): void => {
    controlPlane = started;
  };
  const isRight = await runMeshDemo({ output, keep, onControlPlane, hold });
  if (!isRight) return EXIT.failed;
  output.gap();
  output.text(`Everything ended as it should. The whole demo took ${elapsed()} s.`, ['bold', 'green']);
  if (!keep) output.text('To have it left up and play with it: npm run demo -- --mesh --keep');
  return EXIT.ready;
}

/** Seconds since the begin of the process. */
function elapsed(): string {
  return ((performance.now() - began) / 1000).toFixed(0);
}

async function runPlain(keep: boolean): Promise<number> {
  output.text('meshscrape demo', 'bold');
  output.text(
    'A Prometheus beside Istio reads certificates that nobody renews any more. Watch it being cured.',
  );

  output.heading('1. A cluster on this machine');
  const stage = await setStage(output, (started) => {
    controlPlane = started;
  });
  const controller = await startController(stage, output);

  output.heading('2. Before: examples/legacy-prometheus.yaml, and a leftover of Citadel');
  const legacy = await loadLegacy(stage, output);

  output.heading('3. The cure: kubectl apply -f examples/minimal.yaml');
  output.verbatim(withoutComments(await readFile(checkoutPath('examples/minimal.yaml'), 'utf8')));

  output.heading('4. What happens, in seconds since then');
  const story = await reportStory({ api: stage.api, namespace: NAMESPACE, output });
  await kubectl(stage, 'apply', '-f', checkoutPath('examples/minimal.yaml'));
  const ending = await endingOf(story, controller);
  const readyAfter = story.seconds();
  if (!keep) story.stop();

  output.heading('5. After');
  const { stdout } = await kubectl(stage, 'get', 'promscrape', '-n', NAMESPACE, '--request-timeout=10s');
  output.text(`$ kubectl get promscrape -n ${NAMESPACE}`, 'dim');
  output.verbatim(stdout, 0);
  if (ending === undefined) {
    const jobs = jobsOf(await stage.api.get(legacy.configMap), legacy.directory);
    reportSuccess(story, { ...legacy, jobs, readyAfter });
  } else reportFailure(output, { why: ending, story, controller });
  if (keep) await hold(stage.controlPlane, []);
  else if (ending === undefined) output.text('To have it left up and play with it: npm run demo -- --keep');
  story.stop();
  return ending === undefined ? EXIT.ready : EXIT.failed;
}

/** Undefined for the good one, else what is wrong. */
async function endingOf(story: Story, controller: RunningProgram): Promise<string | undefined> {
  const { promise: timeIsUp, resolve: ring } = Promise.withResolvers<string>();
  const timer = setTimeout(() => {
    ring(`not Ready within ${READY_WITHIN_MS / 1000} s`);
  }, READY_WITHIN_MS);
  const ended = story.ended.then((ending) =>
    ending === 'ready' ? undefined : 'Stalled: it says that only a person can go on',
  );
  const exited = controller.exited.then((how) => `the controller ended with ${how}`);
  return Promise.race([ended, exited, timeIsUp]).finally(() => {
    clearTimeout(timer);
  });
}

interface Success {
  readonly directory: string;
  readonly jobs: ReturnType<typeof jobsOf>;
  readonly readyAfter: string;
}

function reportSuccess(story: Story, { directory, jobs, readyAfter }: Success): void {
  const { workload, config, staleSecrets } = (story.resource()?.status ?? {}) as Findings;
  output.gap();
  output.item(
    'pods',
    `${workload.podsWired} of ${workload.pods} with a ready istio-proxy; in a real mesh it writes and renews the certificates`,
  );
  output.item(
    'jobs',
    `rewritten: ${config.rewrittenJobs.join(', ')}; ${jobs.reading.length} of ${jobs.total} still read ${directory}`,
  );
  const stale = staleSecrets.map(({ secret }) => secret).join(', ');
  output.item(
    'secret',
    `${stale} stays, and so does its mount: what is left behind is reported, not deleted`,
  );
  output.item(
    'targets',
    'no Prometheus runs here, so it cannot be asked: AppliedUnverified, and no TARGETS; with --mesh one runs, and Ready ends with Succeeded',
  );
  output.gap();
  output.text(`Ready after ${readyAfter} s. The whole demo took ${elapsed()} s.`, ['bold', 'green']);
}

/** Leaves everything up until Ctrl-C; the story goes on meanwhile. */
async function hold({ kubeconfig, directory }: ControlPlane, more: readonly string[]): Promise<void> {
  const cluster = `-n ${NAMESPACE}`;
  output.heading('It stays up until Ctrl-C. In another shell:');
  output.verbatim(
    [
      `export KUBECONFIG=${kubeconfig}`,
      `kubectl get promscrape ${NAME} ${cluster} -o yaml`,
      `kubectl describe promscrape ${NAME} ${cluster}`,
      `kubectl delete peerauthentication meshscrape-${NAME} ${cluster}    # and see it come back here`,
      `less ${directory}/meshscrape.log`,
      ...more,
    ].join('\n'),
  );
  output.gap();
  await new Promise<void>((resolve) => {
    release = resolve;
  });
}

function withoutComments(yaml: string): string {
  return yaml.replace(/^#.*\n/gm, '');
}

/** Runs to the end, to a signal or to a reader that has gone, whichever comes first; nothing is left behind. */
async function perform(options: Options): Promise<number> {
  const { promise: interrupted, resolve: interrupt } = Promise.withResolvers<number>();
  const onSignal = (code: number): void => {
    // The supervisor of the servers takes them down even if we end on the spot.
    if (over) process.exit(code);
    if (release !== undefined) release();
    else interrupt(code);
  };
  process.on('SIGINT', () => {
    onSignal(130);
  });
  process.on('SIGTERM', () => {
    onSignal(143);
  });
  process.on('SIGHUP', () => {
    onSignal(129);
  });
  process.stdout.on('error', () => {
    over = true;
    interrupt(EXIT.brokenPipe);
    release?.();
  });
  const stopped = interrupted.then((code) => {
    if (!over) process.stderr.write('\ninterrupted, everything is taken down\n');
    return code;
  });
  const code = await Promise.race([run(options), stopped]).catch(explain);
  over = true;
  await controlPlane?.stop();
  return code;
}

function explain(error: unknown): number {
  const expected = [ProgramFailed, ProgramsUnavailable, MountNamespacesUnavailable].some(
    (kind) => error instanceof kind,
  );
  const known = error instanceof Error ? error : new Error(String(error));
  const text = expected ? known.message : known.stack;
  if (!over) process.stderr.write(`\ndemo: ${text ?? ''}\n`);
  return EXIT.failed;
}

const options = readOptions(process.argv.slice(2));
// Sockets to servers that are gone must not keep the process.
if (typeof options === 'number') process.exitCode = options;
else process.exit(await perform(options));
