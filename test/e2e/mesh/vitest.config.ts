import { defineConfig } from 'vitest/config';

// One control plane with a real istiod serves all files; each runs its own node, in a namespace of its own.
export default defineConfig({
  test: {
    // As Node itself reads a CommonJS default export: the operator library is one.
    deps: { interopDefault: false },
    include: ['test/e2e/mesh/**/*.test.ts'],
    globalSetup: ['test/e2e/mesh/global-setup.ts'],
    // Names of rows are whole sentences.
    taskTitleValueFormatTruncate: 0,
    fileParallelism: false,
    dangerouslyIgnoreUnhandledErrors: false,
    // Beyond every deadline within a test, whose error says more. Nothing is measured by it.
    testTimeout: 240_000,
    hookTimeout: 240_000,
  },
});
