import { defineConfig } from 'vitest/config';

// One control plane serves all files, so they run one after the other, each in a namespace of its own.
export default defineConfig({
  test: {
    // As Node itself reads a CommonJS default export: the operator library is one.
    deps: { interopDefault: false },
    include: ['test/e2e/*.test.ts'],
    // These have a real istiod instead of the stand-in: mesh/vitest.config.ts.
    exclude: ['test/e2e/mesh/**'],
    globalSetup: ['test/e2e/global-setup.ts'],
    // Names of rows are whole sentences.
    taskTitleValueFormatTruncate: 0,
    fileParallelism: false,
    dangerouslyIgnoreUnhandledErrors: false,
    // Beyond every deadline within a test, whose error says more. Nothing is measured by it.
    testTimeout: 240_000,
    hookTimeout: 240_000,
  },
});
