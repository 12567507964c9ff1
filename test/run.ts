// `npm test` and `npm run check`: every layer, one line each as it ends, output of what failed, and one sum.
// The last line is `N passed, N failed` alone; the exit code says the same.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { Children, type Count, type Step } from './run/step.ts';
import { planSteps } from './run/steps.ts';

const ROOT = join(import.meta.dirname, '..');
/** Two at a time: eslint and tsc are one core each, and small machines have two. */
const LANES = 2;

const startedMs = Date.now();
let isStopping = false;
const seconds = (sinceMs: number): string => `${((Date.now() - sinceMs) / 1000).toFixed(1)} s`;
const say = (line: string): boolean => process.stdout.write(`${line}\n`);

async function runStep(children: Children, step: Step): Promise<Count> {
  const sinceMs = Date.now();
  const ended = await children.run(step.command, ROOT, (line) => {
    const plain = stripVTControlCharacters(line);
    if (step.progress?.test(plain) === true) say(`      ${plain.trim()}`);
  });
  // The signal's handler ends the process; nothing that was cut off is worth a line.
  if (isStopping) return new Promise(() => undefined);
  const isGood = ended.code === 0;
  const count = (await step.count?.(ended)) ?? { passed: isGood ? 1 : 0, failed: isGood ? 0 : 1 };
  const sums = step.count === undefined ? '' : `  ${count.passed} passed, ${count.failed} failed`;
  const note = count.note === undefined ? '' : `  (${count.note})`;
  if (count.failed > 0)
    say(
      `\n--- ${step.name}: ${step.command.join(' ').replace(`${process.execPath} `, '')}\n${ended.output.trimEnd()}\n---`,
    );
  say(
    `${count.failed > 0 ? 'FAIL' : 'ok  '}  ${step.name.padEnd(10)}${seconds(sinceMs).padStart(8)}${sums}${note}`,
  );
  return count;
}

interface Sum extends Count {
  /** Steps that this machine cannot run, with the reason. */
  readonly notRun: readonly string[];
}

async function runAll(children: Children, scratch: string): Promise<Sum> {
  const isCheckOnly = process.argv[2] === 'check';
  const plan = planSteps(scratch, isCheckOnly);
  const names = [...plan.together, ...plan.alone].map((step) => step.name).join(', ');
  say(`${isCheckOnly ? 'check' : 'test'}: ${names}`);
  const counts: Count[] = [];
  const waiting = [...plan.together];
  const lane = async (): Promise<void> => {
    for (let step = waiting.shift(); step !== undefined; step = waiting.shift()) {
      counts.push(await runStep(children, step));
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  const notRun: string[] = [];
  for (const step of plan.alone) {
    const why = step.unavailable?.();
    if (why !== undefined) {
      notRun.push(`NOT RUN: ${step.name}: ${why}`);
      continue;
    }
    say(`....  ${step.name}: the real control plane; its programs are built on the first run`);
    counts.push(await runStep(children, step));
  }
  return {
    passed: counts.reduce((sum, count) => sum + count.passed, 0),
    failed: counts.reduce((sum, count) => sum + count.failed, 0),
    notRun,
  };
}

if (!['check', undefined].includes(process.argv[2])) {
  process.stderr.write('usage: node test/run.ts [check]\n');
  process.exit(2);
}
const children = new Children();
const scratch = await mkdtemp(join(tmpdir(), 'meshscrape-test-'));
for (const [signal, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
] as const) {
  process.once(signal, () => {
    isStopping = true;
    say('stopping');
    void children
      .stop()
      .then(() => rm(scratch, { recursive: true, force: true }))
      .then(() => process.exit(code));
  });
}
const { passed, failed, notRun } = await runAll(children, scratch);
await rm(scratch, { recursive: true, force: true });
say(`took ${seconds(startedMs)}\n`);
for (const line of notRun) say(`${line}\n`);
say(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
