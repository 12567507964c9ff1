import { describe, expect, it } from 'vitest';
import type { Count } from './step.ts';
import { countVitest } from './vitest-count.ts';

interface File {
  readonly status: string;
  readonly assertionResults: readonly { readonly status: string }[];
}

function report(
  tests: Partial<Record<'Passed' | 'Failed' | 'Pending' | 'Todo', number>>,
  files: readonly File[] = [],
): string {
  return JSON.stringify({
    numPassedTests: tests.Passed ?? 0,
    numFailedTests: tests.Failed ?? 0,
    numPendingTests: tests.Pending ?? 0,
    numTodoTests: tests.Todo ?? 0,
    testResults: files,
  });
}

const dead: File = { status: 'failed', assertionResults: [] };
const deadAfterwards: File = { status: 'failed', assertionResults: [{ status: 'passed' }] };
const ordinary: File = { status: 'failed', assertionResults: [{ status: 'failed' }] };

const rows: readonly { name: string; report: string | undefined; exitCode: number; count: Count }[] = [
  { name: 'all passed', report: report({ Passed: 3 }), exitCode: 0, count: { passed: 3, failed: 0 } },
  {
    name: 'one failed',
    report: report({ Passed: 2, Failed: 1 }, [ordinary]),
    exitCode: 1,
    count: { passed: 2, failed: 1 },
  },
  {
    name: 'skipped and todo tests count as failed though vitest is content',
    report: report({ Passed: 2, Pending: 1, Todo: 1 }),
    exitCode: 0,
    count: { passed: 2, failed: 2, note: '2 skipped, counted as failed' },
  },
  {
    name: 'a file that could not be loaded counts as one failed',
    report: report({ Passed: 2 }, [dead]),
    exitCode: 1,
    count: { passed: 2, failed: 1, note: '1 files failed outside of a test' },
  },
  {
    name: 'a hook that failed after its tests counts as one failed',
    report: report({ Passed: 1 }, [deadAfterwards]),
    exitCode: 1,
    count: { passed: 1, failed: 1, note: '1 files failed outside of a test' },
  },
  {
    name: 'no tests at all is a failure',
    report: report({}),
    exitCode: 0,
    count: { passed: 0, failed: 1, note: 'no tests were found' },
  },
  {
    name: 'an error outside of any test is a failure',
    report: report({ Passed: 5 }),
    exitCode: 1,
    count: { passed: 5, failed: 1, note: 'vitest ended with 1: an error outside of any test' },
  },
  {
    name: 'no report is a failure',
    report: undefined,
    exitCode: 0,
    count: { passed: 0, failed: 1, note: 'vitest left no report' },
  },
];

describe('countVitest', () => {
  it.each(rows)('$name', ({ report: text, exitCode, count }) => {
    expect(countVitest(text, exitCode)).toEqual(count);
  });
});
