// Environment and flags of `meshscrape controller` → frozen Settings, or every problem at once. A flag beats its variable.
import { parseArgs } from 'node:util';
import { parseDuration, parseListen, parseWhole, type ParsedSetting } from './setting-values.ts';

/** In the order of how much is logged, least first. */
const LOG_LEVELS = ['error', 'warn', 'info', 'debug'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export interface Settings {
  /** Where `/healthz`, `/readyz` and `/metrics` are served; without brackets for IPv6. */
  readonly listenAddress: string;
  readonly port: number;
  readonly logLevel: LogLevel;
  /** Resources reconciled at a time. */
  readonly concurrency: number;
  /** Least time between two template writes of a resource that nobody asked for. */
  readonly templateWriteIntervalMs: number;
  /** How long reconciles and writes in flight may take after SIGTERM. */
  readonly shutdownTimeoutMs: number;
  /** `undefined`: KUBECONFIG, ~/.kube/config or the pod's service account. */
  readonly kubeconfig: string | undefined;
}

export interface SettingProblem {
  /** As the user wrote it: a flag or a variable. */
  readonly name: string;
  readonly found: string;
  readonly accepted: string;
  readonly fix: string;
}

type SettingsResult =
  | { readonly kind: 'settings'; readonly settings: Settings }
  | { readonly kind: 'invalid'; readonly problems: readonly SettingProblem[] };

interface Setting<T> {
  readonly flag: string;
  readonly variable: string | undefined;
  readonly fallback: string | undefined;
  readonly accepted: string;
  readonly meaning: string;
  readonly parse: (text: string) => ParsedSetting<T>;
}

/** Every setting; docs/ is made from it. */
export const SETTINGS = {
  // One value, and no variable MESHSCRAPE_PORT: Kubernetes sets that one to `tcp://…` for a Service `meshscrape`.
  listen: {
    flag: 'listen',
    variable: 'MESHSCRAPE_LISTEN',
    fallback: '0.0.0.0:8080',
    accepted: 'ADDRESS:PORT, as 0.0.0.0:8080 or [::]:8080',
    meaning: 'serve /healthz, /readyz and /metrics here',
    parse: parseListen,
  },
  logLevel: {
    flag: 'log-level',
    variable: 'MESHSCRAPE_LOG_LEVEL',
    fallback: 'info',
    accepted: LOG_LEVELS.join(', '),
    meaning: 'how much is logged',
    parse: parseLogLevel,
  },
  concurrency: {
    flag: 'concurrency',
    variable: 'MESHSCRAPE_CONCURRENCY',
    // A reconcile mostly waits for the API server: fewer than this leave both of them idle (npm run bench).
    fallback: '32',
    accepted: 'a whole number from 1 to 128',
    meaning: 'resources reconciled at a time',
    parse: (text: string) => parseWhole(text, { least: 1, most: 128 }),
  },
  templateWriteInterval: {
    flag: 'template-write-interval',
    variable: 'MESHSCRAPE_TEMPLATE_WRITE_INTERVAL',
    fallback: '10m',
    accepted: 'a duration from 0s to 24h, as 90s, 10m or 1h30m',
    meaning: 'least time between two unasked restarts',
    parse: (text: string) => parseDuration(text, 24 * 3600_000),
  },
  shutdownTimeout: {
    flag: 'shutdown-timeout',
    variable: 'MESHSCRAPE_SHUTDOWN_TIMEOUT',
    fallback: '8s',
    accepted: 'a duration from 0s to 10m, as 8s',
    meaning: 'time for work in flight after SIGTERM',
    parse: (text: string) => parseDuration(text, 10 * 60_000),
  },
  kubeconfig: {
    flag: 'kubeconfig',
    variable: undefined,
    fallback: undefined,
    accepted: 'a file',
    meaning: 'else KUBECONFIG, ~/.kube/config or the service account',
    parse: (text: string) => (text === '' ? undefined : { value: text }),
  },
} as const;

/** `argv` is what follows the word `controller`. */
export function readSettings(
  argv: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): SettingsResult {
  const { flags, problems } = readFlags(argv);
  const read = <T>(setting: Setting<T>): T | undefined => {
    const found = findText(setting, flags, env);
    if (found === undefined) return undefined;
    const parsed = setting.parse(found.text);
    if (parsed !== undefined) return parsed.value;
    const fix =
      setting.fallback === undefined ? 'give one, or leave it out' : `leave it out for ${setting.fallback}`;
    problems.push({ name: found.name, found: JSON.stringify(found.text), accepted: setting.accepted, fix });
    return undefined;
  };
  const listen = read(SETTINGS.listen);
  const logLevel = read(SETTINGS.logLevel);
  const concurrency = read(SETTINGS.concurrency);
  const templateWriteIntervalMs = read(SETTINGS.templateWriteInterval);
  const shutdownTimeoutMs = read(SETTINGS.shutdownTimeout);
  const kubeconfig = read(SETTINGS.kubeconfig);
  if (
    problems.length > 0 ||
    listen === undefined ||
    logLevel === undefined ||
    concurrency === undefined ||
    templateWriteIntervalMs === undefined ||
    shutdownTimeoutMs === undefined
  ) {
    return { kind: 'invalid', problems };
  }
  const settings = {
    ...listen,
    logLevel,
    concurrency,
    templateWriteIntervalMs,
    shutdownTimeoutMs,
    kubeconfig,
  };
  return { kind: 'settings', settings: Object.freeze(settings) };
}

/** Every problem in one message: name, what was found, what is accepted, the fix. */
export function describeProblems(problems: readonly SettingProblem[]): string {
  const lines = problems.map(
    ({ name, found, accepted, fix }) => `  ${name}: found ${found}; accepted: ${accepted}; ${fix}`,
  );
  return [`${problems.length === 1 ? 'a setting is' : 'some settings are'} wrong:`, ...lines].join('\n');
}

/** One line per flag, for the help. */
export function describeSettings(): string {
  return Object.values(SETTINGS)
    .map(({ flag, variable, fallback, meaning }) => {
      const notes = [fallback, variable].filter((note) => note !== undefined).join('; ');
      return `  ${`--${flag}`.padEnd(27)}${meaning}${notes === '' ? '' : ` (${notes})`}`;
    })
    .join('\n');
}

function findText(
  setting: Setting<unknown>,
  flags: ReadonlyMap<string, string>,
  env: Readonly<Record<string, string | undefined>>,
): { readonly name: string; readonly text: string } | undefined {
  const flag = flags.get(setting.flag);
  if (flag !== undefined) return { name: `--${setting.flag}`, text: flag };
  const variable = setting.variable === undefined ? undefined : env[setting.variable];
  // An empty variable is how a manifest says "not set".
  if (setting.variable !== undefined && variable !== undefined && variable !== '') {
    return { name: setting.variable, text: variable };
  }
  return setting.fallback === undefined ? undefined : { name: `--${setting.flag}`, text: setting.fallback };
}

function readFlags(argv: readonly string[]): {
  readonly flags: ReadonlyMap<string, string>;
  readonly problems: SettingProblem[];
} {
  const known = Object.values(SETTINGS).map((setting) => setting.flag);
  const options = Object.fromEntries(known.map((flag) => [flag, { type: 'string' as const }]));
  const { tokens } = parseArgs({ args: [...argv], options, strict: false, tokens: true });
  const accepted = known.map((flag) => `--${flag}`).join(', ');
  const flags = new Map<string, string>();
  const problems: SettingProblem[] = [];
  let isAfterUnknown = false;
  for (const token of tokens) {
    if (token.kind === 'option-terminator') continue;
    // `--prot 80` is one mistake, not two.
    if (token.kind === 'positional' && isAfterUnknown) {
      isAfterUnknown = false;
      continue;
    }
    isAfterUnknown =
      token.kind === 'option' && token.value === undefined && !known.some((flag) => flag === token.name);
    const found = token.kind === 'option' ? token.rawName : token.value;
    if (token.kind === 'positional' || !known.some((flag) => flag === token.name)) {
      problems.push({
        name: found,
        found: 'no such flag',
        accepted,
        fix: 'take it out, or correct its spelling',
      });
    } else if (token.value === undefined || flags.has(token.name)) {
      const what = token.value === undefined ? 'no value' : 'given twice';
      problems.push({ name: found, found: what, accepted: 'one value', fix: `write ${found}=VALUE once` });
    } else flags.set(token.name, token.value);
  }
  return { flags, problems };
}

function parseLogLevel(text: string): ParsedSetting<LogLevel> {
  const value = LOG_LEVELS.find((level) => level === text);
  return value === undefined ? undefined : { value };
}
