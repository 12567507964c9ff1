// `npm run mutants`: how much of src the unit tests hold. arguments.ts says what may be asked for.
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';

import { HELP, parseRequest, type Request } from './arguments.ts';
import { allFiles, changedFiles, gitIn } from './files.ts';
import { listMutants } from './list.ts';
import type { Mutant } from './mutant.ts';
import { drawSample } from './sample.ts';
import {
  LEAST_SCORE,
  areaOf,
  exitCodeOf,
  formatRows,
  formatTimedOut,
  formatUnnoticed,
  rowsByArea,
  rowsByFile,
  type Result,
} from './score.ts';
import { runMutants } from './stryker.ts';

const ROOT = join(import.meta.dirname, '../..');
const say = (text: string): boolean => process.stdout.write(text);

const request = parseRequest(process.argv.slice(2), Math.floor(Math.random() * 1e6));
if (request.kind === 'help') say(HELP);
else if (request.kind === 'invalid') {
  process.stderr.write(`mutants: ${request.message}\n\n${HELP}`);
  process.exitCode = 2;
} else {
  // StrykerJS finds the checkout by the working directory, and ends the process at a signal.
  process.chdir(ROOT);
  const scratch = mkdtempSync(join(tmpdir(), 'meshscrape-mutants-'));
  process.on('exit', () => {
    rmSync(scratch, { recursive: true, force: true });
  });
  process.exitCode = await run(request, scratch);
}

type Work = Exclude<Request, { readonly kind: 'help' | 'invalid' }>;

async function run(work: Work, scratch: string): Promise<number> {
  switch (work.kind) {
    case 'sample': {
      const { size, seed } = work;
      const files = allFiles(ROOT).filter((file) => areaOf(file) !== undefined);
      const mutants = await listMutants(ROOT, files);
      const chosen = drawSample(mutants, { size, seed });
      say(`mutants: ${chosen.length} of ${mutants.length}, --seed ${seed}\n`);
      const results = await runMutants({ root: ROOT, scratch, mutants: chosen, isSample: true });
      print(results, formatRows(rowsByArea(results)));
      say(`seed ${seed}\n`);
      return 0;
    }
    case 'all': {
      const results = await tryFiles(allFiles(ROOT), work.isForced, scratch);
      print(results, formatRows(rowsByArea(results)));
      return 0;
    }
    case 'changed': {
      const changed = changedFiles(gitIn(ROOT));
      if (changed === undefined) {
        process.stderr.write('mutants: git knows no main here to compare with; use --all or --sample\n');
        return 2;
      }
      say(`mutants: ${changed.files.length} files of src changed since ${changed.since}\n`);
      if (changed.files.length === 0) return 0;
      const results = await tryFiles(changed.files, work.isForced, scratch);
      const rows = rowsByFile(results);
      print(results, formatRows(rows));
      const code = exitCodeOf(rows);
      if (code !== 0)
        say(
          `\nThe score of the change is below ${LEAST_SCORE}: each line of it needs a test, or is code without use.\n`,
        );
      return code;
    }
  }
}

async function tryFiles(
  files: readonly string[],
  isForced: boolean,
  scratch: string,
): Promise<readonly Result[]> {
  const xdg = process.env['XDG_CACHE_HOME'];
  const cache = xdg === undefined || xdg === '' ? join(homedir(), '.cache') : xdg;
  const directory = join(cache, 'meshscrape', 'mutants');
  mkdirSync(directory, { recursive: true });
  // Each checkout has results of its own.
  const incrementalFile = join(
    directory,
    `${createHash('sha256').update(ROOT).digest('hex').slice(0, 12)}.json`,
  );
  const mutants = await listMutants(ROOT, files);
  return runMutants({ root: ROOT, scratch, mutants, incrementalFile, isForced });
}

function print(results: readonly Result[], table: string): void {
  for (const part of [formatTimedOut(results, sourceOf), formatUnnoticed(results, sourceOf), table]) {
    if (part !== '') say(`\n${part}`);
  }
}

/** The text that a mutant replaces. */
function sourceOf({ file, start, end }: Mutant): string {
  const lines = readFileSync(join(ROOT, file), 'utf8')
    .split('\n')
    .slice(start.line, end.line + 1);
  const last = lines.pop() ?? '';
  return [...lines, last.slice(0, end.column)].join('\n').slice(start.column);
}
