// What one vitest run counts, from its own JSON report and its exit code. A run never counts as better than its exit code.
import type { Count } from './step.ts';

/** The part of vitest's JSON report that is counted. */
interface Report {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
  readonly testResults: readonly {
    readonly status: string;
    readonly assertionResults: readonly { readonly status: string }[];
  }[];
}

/**
 * `report` is the text of the JSON report, `undefined` if there is none.
 * Skipped and todo tests count as failed, so does a file that failed before any of its tests ran, a run without
 * tests, and anything else that made vitest exit with another code than 0 (an unhandled rejection).
 */
export function countVitest(report: string | undefined, exitCode: number): Count {
  if (report === undefined) return { passed: 0, failed: 1, note: 'vitest left no report' };
  const { numPassedTests, numFailedTests, numPendingTests, numTodoTests, testResults } = JSON.parse(
    report,
  ) as Report;
  const skipped = numPendingTests + numTodoTests;
  const deadFiles = testResults.filter(
    (file) => file.status === 'failed' && file.assertionResults.every((test) => test.status !== 'failed'),
  ).length;
  const counted = numFailedTests + skipped + deadFiles;
  const notes = [
    ...(skipped > 0 ? [`${skipped} skipped, counted as failed`] : []),
    ...(deadFiles > 0 ? [`${deadFiles} files failed outside of a test`] : []),
  ];
  if (counted === 0 && numPassedTests === 0) return { passed: 0, failed: 1, note: 'no tests were found' };
  if (counted === 0 && exitCode !== 0) {
    return {
      passed: numPassedTests,
      failed: 1,
      note: `vitest ended with ${exitCode}: an error outside of any test`,
    };
  }
  return {
    passed: numPassedTests,
    failed: counted,
    ...(notes.length === 0 ? {} : { note: notes.join(', ') }),
  };
}
