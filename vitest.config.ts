import { defineConfig } from 'vitest/config'

const stack = { globalSetup: ['test/support/shared-stack.ts'], fileParallelism: false }

/** The suffix of a test file says what it needs; each need is one project. */
export default defineConfig({
  test: {
    reporters: ['default'],
    projects: [
      { test: { name: 'unit', include: ['**/*.test.ts'], exclude: ['**/*.*.test.ts', 'node_modules', 'dist'], testTimeout: 20_000 } },
      { test: { name: 'integration', include: ['**/*.integration.test.ts'], exclude: ['node_modules', 'dist'], testTimeout: 60_000, hookTimeout: 180_000, ...stack } },
      { test: { name: 'e2e', include: ['**/*.e2e.test.ts'], exclude: ['node_modules', 'dist'], testTimeout: 180_000, hookTimeout: 180_000, ...stack } },
      { test: { name: 'containers', include: ['**/*.containers.test.ts'], exclude: ['node_modules', 'dist'], testTimeout: 300_000, hookTimeout: 600_000, fileParallelism: false } },
    ],
  },
})
