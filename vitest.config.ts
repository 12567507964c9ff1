import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/e2e/**', 'node_modules/**'],
    dangerouslyIgnoreUnhandledErrors: false,
    // As Node itself imports CommonJS: else the class of @dot-i/k8s-operator is not where the source looks for it.
    deps: { interopDefault: false },
    // The clock is fake, so what takes longer hangs. Tests that start processes or try thousands of texts have a limit
    // of their own, for busy machines.
    testTimeout: 10_000,
    // Names of rows are whole sentences.
    taskTitleValueFormatTruncate: 0,
  },
});
