// The command line of `meshscrape rewrite`: flags to plain options, or one message that names the flag at fault.
import { parseArgs } from 'node:util';
import { underDirectories } from '../edit/prometheus-yaml/jobs/paths.ts';

export interface RewriteOptions {
  readonly jobs: readonly string[];
  readonly legacyDirectories: readonly string[];
  /** None was named, so these are only what is usual. */
  readonly areDirectoriesAssumed: boolean;
  /** Directories of Prometheus that istio-proxy fills. */
  readonly wiredDirectories: readonly string[];
  readonly mountPath: string;
  readonly previousMountPaths: readonly string[];
  readonly configDirectory: string | undefined;
  readonly output: 'text' | 'diff' | 'check';
  readonly keepGoing: boolean;
  readonly recordFile: string | undefined;
  readonly restoreFile: string | undefined;
  /** '-' is standard input. */
  readonly file: string;
}

type ParsedOptions =
  | { readonly kind: 'options'; readonly options: RewriteOptions }
  | { readonly kind: 'help' }
  | { readonly kind: 'usage'; readonly message: string };

export const REWRITE_HELP = `usage: meshscrape rewrite [options] [FILE|-]

Sets ca_file, cert_file, key_file and insecure_skip_verify in the tls_config of the scrape
jobs that name one of Istio's files (root-cert.pem, cert-chain.pem, key.pem) in a legacy
directory, and prints the file. Not one other byte changes. In a job with files of another
owner only Istio's move. FILE is a prometheus.yaml, or a file of its scrape_config_files.

  --jobs GLOB                only jobs that match (* any run, ? one character); a plain name
                             also adds that job if it has a tls_config; may be repeated
  --legacy-directory DIR     where the old files are; may be repeated
                             (default: /etc/certs and /etc/istio-certs)
  --wired-directory DIR      where istio-proxy writes the files of Prometheus already (its
                             OUTPUT_CERTS, as Istio's page has it): never legacy; may be
                             repeated
  --mount-path DIR           where the new files are (default: /etc/prom-certs)
  --previous-mount-path DIR  a former --mount-path, moved on as well; may be repeated
  --config-directory DIR     what relative paths in the file are relative to
  --diff                     print a unified diff (apply it with patch FILE, or patch -p1)
  --check                    print nothing, only set the exit code
  --keep-going               leave out the jobs that are refused, and --jobs that match none,
                             instead of printing nothing
  --record FILE              save the original values, as JSON
  --restore FILE             put back what such a record holds, instead of rewriting
  -h, --help                 print this text

FILE is - or absent for standard input. What is refused or worth knowing goes to standard
error as FILE:LINE:COLUMN: reason.

exit code: 0 nothing wrong; 2 the file or a chosen job is refused, --jobs matches no job,
there is no scrape_configs at the top, or wrong usage: nothing is printed; 3 with --check: a
rewrite is needed, or something of Istio's is read from a legacy directory anywhere else.
`;

const FLAGS = {
  jobs: { type: 'string', multiple: true },
  'legacy-directory': { type: 'string', multiple: true },
  'wired-directory': { type: 'string', multiple: true },
  'mount-path': { type: 'string' },
  'previous-mount-path': { type: 'string', multiple: true },
  'config-directory': { type: 'string' },
  diff: { type: 'boolean' },
  check: { type: 'boolean' },
  'keep-going': { type: 'boolean' },
  record: { type: 'string' },
  restore: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const;

export function parseRewriteOptions(argv: readonly string[]): ParsedOptions {
  const parsed = tryParseFlags(argv);
  if (parsed.kind !== 'flags') return parsed;
  const { values, positionals } = parsed;
  if (values.help === true) return { kind: 'help' };
  const options: RewriteOptions = {
    jobs: values.jobs ?? [],
    legacyDirectories: values['legacy-directory'] ?? ['/etc/certs', '/etc/istio-certs'],
    areDirectoriesAssumed: values['legacy-directory'] === undefined,
    wiredDirectories: values['wired-directory'] ?? [],
    mountPath: values['mount-path'] ?? '/etc/prom-certs',
    previousMountPaths: values['previous-mount-path'] ?? [],
    configDirectory: values['config-directory'],
    output: values.diff === true ? 'diff' : values.check === true ? 'check' : 'text',
    keepGoing: values['keep-going'] ?? false,
    recordFile: values.record,
    restoreFile: values.restore,
    file: positionals[0] ?? '-',
  };
  const message = usageError(options, {
    both: values.diff === true && values.check === true,
    extra: positionals[1],
  });
  return message === undefined ? { kind: 'options', options } : { kind: 'usage', message };
}

type Flags = ReturnType<typeof parseFlags>;

function parseFlags(argv: readonly string[]) {
  return parseArgs({ args: [...argv], options: FLAGS, allowPositionals: true, strict: true });
}

function tryParseFlags(
  argv: readonly string[],
): (Flags & { readonly kind: 'flags' }) | { kind: 'usage'; message: string } {
  try {
    return { kind: 'flags', ...parseFlags(argv) };
  } catch (error) {
    // parseArgs throws a TypeError whose first sentence names the flag.
    return {
      kind: 'usage',
      message: error instanceof Error ? (error.message.split('. ')[0] ?? '') : String(error),
    };
  }
}

function isAtOrUnder(directories: readonly string[], directory: string): boolean {
  return underDirectories(directories, undefined)(`${directory}/x`);
}

function usageError(
  options: RewriteOptions,
  flags: { both: boolean; extra: string | undefined },
): string | undefined {
  if (flags.extra !== undefined) return `only one FILE is read, not also '${flags.extra}'`;
  if (flags.both) return `--diff and --check cannot be given together`;
  if (options.jobs.includes('')) return `--jobs needs a name or glob, not an empty text`;
  const directories = [
    ...options.legacyDirectories.map((value) => ['--legacy-directory', value] as const),
    ...options.wiredDirectories.map((value) => ['--wired-directory', value] as const),
    ['--mount-path', options.mountPath] as const,
    ...options.previousMountPaths.map((value) => ['--previous-mount-path', value] as const),
    ['--config-directory', options.configDirectory ?? '/'] as const,
  ];
  for (const [flag, value] of directories) {
    if (!value.startsWith('/')) return `${flag} needs an absolute directory, not '${value}'`;
  }
  const clash = options.areDirectoriesAssumed
    ? undefined
    : options.wiredDirectories.find((wired) => isAtOrUnder(options.legacyDirectories, wired));
  if (clash !== undefined) return `${clash} cannot be both --wired-directory and --legacy-directory`;
  const isWired = isAtOrUnder(options.wiredDirectories, options.mountPath);
  if (!isWired && isAtOrUnder(options.legacyDirectories, options.mountPath)) {
    return `--mount-path ${options.mountPath} lies in a legacy directory; name those with --legacy-directory`;
  }
  if (options.restoreFile !== undefined && options.recordFile !== undefined) {
    return `--record and --restore cannot be given together`;
  }
  return undefined;
}
