import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/e2e/**', 'node_modules/**'],
    dangerouslyIgnoreUnhandledErrors: false,
    // As Node itself imports CommonJS: else the class of @dot-i/k8s-operator is not where the source looks for it.
    deps: { interopDefault: false },
    testTimeout: 120_000,
  },
});
