import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** The first test that notices a mutant ends its run, so the slow ones, thousands of random texts each, come last. */
class PropertiesLast extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isSlow = ({ moduleId }: TestSpecification): boolean => moduleId.includes('propert');
    const sorted = await super.sort(files);
    return [...sorted.filter((file) => !isSlow(file)), ...sorted.filter(isSlow)];
  }
}

// The tests that show what a mutant breaks. Left out: what starts processes, since a mutant is active in the test's own
// process only, and what reads sources as text, since those hold all mutants of a file at once.
export default defineConfig({
  test: {
    deps: { interopDefault: false },
    include: ['test/**/*.test.ts'],
    exclude: [
      'node_modules/**',
      ...['e2e', 'testbed', 'run', 'deploy', 'house', 'mutants'].map((folder) => `test/${folder}/**`),
      'test/main.test.ts',
    ],
    sequence: { sequencer: PropertiesLast },
    testTimeout: 5000,
  },
});
