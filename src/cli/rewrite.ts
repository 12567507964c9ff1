// The verb `meshscrape rewrite`: what of a prometheus.yaml is printed, and with which exit code. It needs no cluster.
import { posix } from 'node:path';
import { decodeRecord } from '../edit/prometheus-yaml/record/decode-record.ts';
import { restore } from '../edit/prometheus-yaml/restore.ts';
import type { ConfigFinding, RewriteRequest, Rewritten } from '../edit/prometheus-yaml/result.ts';
import { rewrite } from '../edit/prometheus-yaml/rewrite.ts';
import { unmatchedPatterns } from '../plan/config/job-names.ts';
import type { DiffEdit } from './changed-regions.ts';
import { whyNoScrapeConfigs } from './no-scrape-configs.ts';
import type { RewriteOptions } from './rewrite-options.ts';
import { notesOf, readsLegacy } from './rewrite-notes.ts';
import { parseRewriteOptions, REWRITE_HELP } from './rewrite-options.ts';
import { unifiedDiff } from './unified-diff.ts';

/** What the verb reads and writes, so that tests need no process. */
interface CliIo {
  readonly readFile: (path: string) => Promise<Uint8Array>;
  readonly writeFile: (path: string, text: string) => Promise<void>;
  readonly readStdin: () => Promise<Uint8Array>;
  readonly stdout: (text: string) => void;
  readonly stderr: (text: string) => void;
}

const EXIT_DONE = 0;
const EXIT_REFUSED = 2;
const EXIT_NEEDED = 3;

/** Runs the verb; `argv` is what follows the word `rewrite`. Gives the exit code; see REWRITE_HELP. */
export async function runRewrite(argv: readonly string[], io: CliIo): Promise<number> {
  const parsed = parseRewriteOptions(argv);
  switch (parsed.kind) {
    case 'help':
      io.stdout(REWRITE_HELP);
      return EXIT_DONE;
    case 'usage':
      io.stderr(`meshscrape rewrite: ${parsed.message}\nTry: meshscrape rewrite --help\n`);
      return EXIT_REFUSED;
    case 'options':
      return await runOptions(parsed.options, io);
  }
}

async function runOptions(options: RewriteOptions, io: CliIo): Promise<number> {
  const text = await readText(options.file, io);
  if (text === undefined) return EXIT_REFUSED;
  return options.restoreFile === undefined
    ? await rewriteText(options, text, io)
    : await restoreText({ ...options, restoreFile: options.restoreFile }, text, io);
}

async function rewriteText(options: RewriteOptions, text: string, io: CliIo): Promise<number> {
  const result = rewrite(text, rewriteRequestOf(options));
  const report = reporter(options, io);
  const none =
    result.kind === 'refused' || result.allJobs.length === 0 ? whyNoScrapeConfigs(text) : undefined;
  if (none !== undefined) {
    report({ line: 1, column: 1 }, `NoScrapeConfigs: there is no scrape_configs at the top: ${none}.`);
    return EXIT_REFUSED;
  }
  if (result.kind === 'refused') {
    report(result.refusal, `${result.refusal.code}: ${result.refusal.message} ${result.refusal.fix}`);
    return EXIT_REFUSED;
  }
  for (const skipped of result.skipped) report(skipped, `${skipped.code}: ${skipped.message} ${skipped.fix}`);
  for (const finding of result.findings) {
    report(finding, `${finding.code}: ${finding.message}${hintFor(finding)}`);
  }
  for (const note of notesOf(result, options)) io.stderr(`${fileName(options)}: ${note}\n`);
  for (const pattern of result.scrapeConfigFiles) {
    io.stderr(
      `${fileName(options)}: scrape_config_files names ${pattern}: run meshscrape rewrite on those files too.\n`,
    );
  }
  const isRefused = result.skipped.length > 0 || unmatchedPatterns(options.jobs, result.allJobs).length > 0;
  if (isRefused && !options.keepGoing) return EXIT_REFUSED;
  if (options.output === 'check') return check(options, result, io);
  if (options.recordFile !== undefined) {
    await io.writeFile(options.recordFile, `${JSON.stringify(result.record, undefined, 2)}\n`);
  }
  printChange(options, io, { before: text, after: result.text, edits: result.edits });
  return EXIT_DONE;
}

function hintFor({ code, value }: ConfigFinding): string {
  if (code !== 'DirectoryNotListed') return '';
  return ` If a secret is mounted there, give --legacy-directory ${posix.dirname(value)}.`;
}

function rewriteRequestOf(options: RewriteOptions): RewriteRequest {
  const { jobs, legacyDirectories, wiredDirectories, mountPath, previousMountPaths, configDirectory } =
    options;
  const mounts = wiredDirectories.map((directory) => ({ directory, source: 'Certificates' as const }));
  const request = { jobs, legacyDirectories, mounts, mountPath, previousMountPaths, recorded: {} };
  return configDirectory === undefined ? request : { ...request, configDirectory };
}

function check(options: RewriteOptions, result: Rewritten, io: CliIo): number {
  if (result.edits.length === 0) return readsLegacy(result) ? EXIT_NEEDED : EXIT_DONE;
  const report = reporter(options, io);
  const paths = new Set(result.edits.flatMap((edit) => edit.paths));
  for (const value of result.jobs.flatMap((job) => job.values)) {
    if (paths.has(value.path))
      report(value, `${value.path} is ${value.actual ?? 'not set'}, should be ${value.expected}`);
  }
  return EXIT_NEEDED;
}

async function restoreText(
  options: RewriteOptions & { readonly restoreFile: string },
  text: string,
  io: CliIo,
): Promise<number> {
  const json = await readText(options.restoreFile, io);
  if (json === undefined) return EXIT_REFUSED;
  const record = decodeRecord(json);
  if (record === undefined) {
    io.stderr(`${options.restoreFile}: this is no record that meshscrape rewrite --record has written\n`);
    return EXIT_REFUSED;
  }
  const result = restore(text, record);
  if (result.kind === 'refused') {
    reporter(options, io)(
      result.refusal,
      `${result.refusal.code}: ${result.refusal.message} ${result.refusal.fix}`,
    );
    return EXIT_REFUSED;
  }
  for (const skipped of result.skipped)
    io.stderr(`${fileName(options)}: ${skipped.code}: ${skipped.message}\n`);
  if (result.skipped.length > 0 && !options.keepGoing) return EXIT_REFUSED;
  if (options.output === 'check') return result.text === text ? EXIT_DONE : EXIT_NEEDED;
  printChange(options, io, { before: text, after: result.text, edits: result.edits });
  return EXIT_DONE;
}

function printChange(
  options: RewriteOptions,
  io: CliIo,
  change: { readonly before: string; readonly after: string; readonly edits: readonly DiffEdit[] },
): void {
  if (options.output === 'text') io.stdout(change.after);
  else io.stdout(unifiedDiff(fileName(options), change.before, change.edits));
}

function fileName(options: RewriteOptions): string {
  return options.file === '-' ? 'prometheus.yaml' : options.file;
}

function reporter(
  options: RewriteOptions,
  io: CliIo,
): (at: { readonly line: number; readonly column: number }, message: string) => void {
  return ({ line, column }, message) => {
    io.stderr(`${fileName(options)}:${String(line)}:${String(column)}: ${message}\n`);
  };
}

/** The text of a file; undefined, after a message, where it cannot be read or is not UTF-8. */
async function readText(file: string, io: CliIo): Promise<string | undefined> {
  let bytes: Uint8Array;
  try {
    bytes = await (file === '-' ? io.readStdin() : io.readFile(file));
  } catch (error) {
    io.stderr(
      `meshscrape rewrite: cannot read ${file}: ${error instanceof Error ? error.message : String(error)}\n`,
    );
    return undefined;
  }
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    // There is no text whose lines could be indexed, only what comes before the first bad byte.
    const before = new TextDecoder('utf-8').decode(bytes).split('\ufffd')[0] ?? '';
    const line = String(before.split('\n').length);
    io.stderr(
      `${file === '-' ? 'prometheus.yaml' : file}:${line}:1: this is not UTF-8 text; nothing is changed\n`,
    );
    return undefined;
  }
}
