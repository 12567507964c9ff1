// The steps of `npm test` and `npm run check`, as a table. How they run is run.ts's.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MountNamespacesUnavailable, checkMountNamespaces } from '../../testbed/mesh/sandbox.ts';
import type { Step } from './step.ts';
import { countVitest } from './vitest-count.ts';

/** Steps that may run side by side, the longest first; then those that want the machine for themselves. */
export interface Plan {
  readonly together: readonly Step[];
  readonly alone: readonly Step[];
}

/** What the test bed says of its builds, and each test file as it ends. */
const E2E_PROGRESS =
  /^(test bed: )?(still building|building|built|waiting for another run)\b|^gap, |[.]test[.]ts \(/;

/** Where imports follow rules. */
export const CRUISED = ['src', 'crds', 'bench', 'testbed', 'test/support'];

/** `scratch` is a directory for reports. `check` leaves the real control plane out. */
export function planSteps(scratch: string, isCheckOnly: boolean): Plan {
  const { execPath: node } = process;
  // By this Node, whatever `node` is on the PATH.
  const bin = (name: string): readonly string[] => [node, join('node_modules', '.bin', name)];
  const vitest = (name: string, config: string): Step => {
    const report = join(scratch, `${name}.json`);
    return {
      name,
      command: [
        ...bin('vitest'),
        ...['run', '--config', config],
        ...['--reporter', 'default', '--reporter', 'json', '--outputFile.json', report],
      ],
      count: async ({ code }) => countVitest(await readFile(report, 'utf8').catch(() => undefined), code),
    };
  };
  const together: readonly Step[] = [
    { name: 'lint', command: [...bin('eslint'), '.'] },
    vitest('unit', 'vitest.config.ts'),
    { name: 'types', command: [...bin('tsc'), '-p', '.', '--noEmit'] },
    { name: 'format', command: [...bin('prettier'), '--check', '.'] },
    {
      name: 'arrows',
      command: [...bin('depcruise'), '--config', '.dependency-cruiser.mjs', ...CRUISED],
    },
    { name: 'generated types', command: [node, 'crds/generate-types.ts', '--check'] },
    { name: 'generated docs', command: [node, 'crds/docs/generate.ts', '--check'] },
    // What nobody imports, and packages that nobody uses; its settings are in package.json.
    { name: 'unused', command: [...bin('knip')] },
  ];
  const alone: readonly Step[] = [
    { ...vitest('e2e', 'test/e2e/vitest.config.ts'), progress: E2E_PROGRESS },
    {
      ...vitest('mesh', 'test/e2e/mesh/vitest.config.ts'),
      progress: E2E_PROGRESS,
      unavailable: meshUnavailable,
    },
  ];
  return { together, alone: isCheckOnly ? [] : alone };
}

/** Not a failure of what is tested, so it does not count as one; the run reports it at its end. */
function meshUnavailable(): string | undefined {
  try {
    checkMountNamespaces();
    return undefined;
  } catch (error) {
    if (error instanceof MountNamespacesUnavailable) return error.message;
    throw error;
  }
}
