import { describe, expect, it } from 'vitest';
import {
  describeProblems,
  describeSettings,
  readSettings,
  type SettingProblem,
  type Settings,
} from '../src/settings.ts';

const DEFAULTS: Settings = {
  listenAddress: '0.0.0.0',
  port: 8080,
  logLevel: 'info',
  concurrency: 32,
  templateWriteIntervalMs: 600_000,
  shutdownTimeoutMs: 8000,
  kubeconfig: undefined,
};

type Env = Readonly<Record<string, string>>;

const good: readonly { name: string; argv: readonly string[]; env: Env; settings: Partial<Settings> }[] = [
  { name: 'takes the defaults where nothing is given', argv: [], env: {}, settings: {} },
  {
    name: 'takes every variable',
    argv: [],
    env: {
      MESHSCRAPE_LISTEN: '127.0.0.1:9090',
      MESHSCRAPE_LOG_LEVEL: 'debug',
      MESHSCRAPE_CONCURRENCY: '128',
      MESHSCRAPE_TEMPLATE_WRITE_INTERVAL: '1h30m5s',
      MESHSCRAPE_SHUTDOWN_TIMEOUT: '0s',
    },
    settings: {
      listenAddress: '127.0.0.1',
      port: 9090,
      logLevel: 'debug',
      concurrency: 128,
      templateWriteIntervalMs: 5_405_000,
      shutdownTimeoutMs: 0,
    },
  },
  {
    name: 'takes every flag, which beats its variable',
    argv: [
      ...['--listen', '[::1]:0', '--log-level=warn', '--concurrency', '1', '--kubeconfig', 'admin.conf'],
      ...['--template-write-interval=24h', '--shutdown-timeout=10m'],
    ],
    env: { MESHSCRAPE_LISTEN: 'nonsense', MESHSCRAPE_CONCURRENCY: '9' },
    settings: {
      listenAddress: '::1',
      port: 0,
      logLevel: 'warn',
      concurrency: 1,
      templateWriteIntervalMs: 86_400_000,
      shutdownTimeoutMs: 600_000,
      kubeconfig: 'admin.conf',
    },
  },
  {
    name: 'takes an empty variable for one that is not set',
    argv: [],
    env: { MESHSCRAPE_CONCURRENCY: '' },
    settings: {},
  },
  {
    name: 'ignores what Kubernetes sets for a Service of our name',
    argv: [],
    env: { MESHSCRAPE_PORT: 'tcp://10.0.0.1:8080', MESHSCRAPE_SERVICE_HOST: '10.0.0.1' },
    settings: {},
  },
];

const bad: readonly { name: string; argv: readonly string[]; env: Env; problems: readonly string[] }[] = [
  {
    name: 'a flag that does not exist, with its value',
    argv: ['--prot', '80'],
    env: {},
    problems: ['--prot: no such flag'],
  },
  { name: 'a stray word', argv: ['now'], env: {}, problems: ['now: no such flag'] },
  { name: 'a flag without a value', argv: ['--listen'], env: {}, problems: ['--listen: no value'] },
  {
    name: 'a flag given twice',
    argv: ['--concurrency=1', '--concurrency=2'],
    env: {},
    problems: ['--concurrency: given twice'],
  },
  {
    name: 'every bad setting at once, flags first',
    argv: ['--verbose', '--listen=:8080', '--kubeconfig='],
    env: {
      MESHSCRAPE_LOG_LEVEL: 'INFO',
      MESHSCRAPE_CONCURRENCY: '0',
      MESHSCRAPE_TEMPLATE_WRITE_INTERVAL: '25h',
      MESHSCRAPE_SHUTDOWN_TIMEOUT: '8',
    },
    problems: [
      '--verbose: no such flag',
      '--listen: ":8080"',
      'MESHSCRAPE_LOG_LEVEL: "INFO"',
      'MESHSCRAPE_CONCURRENCY: "0"',
      'MESHSCRAPE_TEMPLATE_WRITE_INTERVAL: "25h"',
      'MESHSCRAPE_SHUTDOWN_TIMEOUT: "8"',
      '--kubeconfig: ""',
    ],
  },
  ...['8080', 'host:', 'host:99999', '::1:80', '[::1]', 'a b:80'].map((listen) => ({
    name: `--listen ${listen}`,
    argv: [`--listen=${listen}`],
    env: {},
    problems: [`--listen: "${listen}"`],
  })),
  ...['129', '-1', '1.5', '1e2', ' 8', 'eight'].map((concurrency) => ({
    name: `--concurrency '${concurrency}'`,
    argv: [`--concurrency=${concurrency}`],
    env: {},
    problems: [`--concurrency: "${concurrency}"`],
  })),
  ...['10', '10 m', 'P1D', '5m1h', '1w', '-1s'].map((interval) => ({
    name: `--template-write-interval ${interval}`,
    argv: [`--template-write-interval=${interval}`],
    env: {},
    problems: [`--template-write-interval: "${interval}"`],
  })),
];

describe('readSettings', () => {
  it.each(good)('$name', ({ argv, env, settings }) => {
    const read = readSettings(argv, env);
    expect(read).toEqual({ kind: 'settings', settings: { ...DEFAULTS, ...settings } });
    expect(read.kind === 'settings' && Object.isFrozen(read.settings)).toBe(true);
  });

  it.each(bad)('refuses $name', ({ argv, env, problems }) => {
    const read = readSettings(argv, env);
    const found = read.kind === 'invalid' ? read.problems : [];
    expect(found.map((problem) => `${problem.name}: ${problem.found}`)).toEqual(problems);
  });
});

describe('describeProblems', () => {
  it('gives name, what was found, what is accepted and the fix', () => {
    const problem: SettingProblem = {
      name: 'MESHSCRAPE_CONCURRENCY',
      found: '"0"',
      accepted: 'a whole number from 1 to 128',
      fix: 'leave it out for 8',
    };
    expect(describeProblems([problem])).toBe(
      'a setting is wrong:\n  MESHSCRAPE_CONCURRENCY: found "0"; accepted: a whole number from 1 to 128; leave it out for 8',
    );
  });
});

describe('describeSettings', () => {
  it('names every flag with its default and variable, in lines that fit a terminal', () => {
    const text = describeSettings();
    expect(text).toContain('--concurrency');
    expect(text).toContain('(32; MESHSCRAPE_CONCURRENCY)');
    expect(text.split('\n')).toHaveLength(6);
    expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(110);
  });
});
