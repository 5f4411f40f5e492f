import { defineConfig } from 'vitest/config'

const notOurs = ['node_modules', 'dist', '.data']

/** Each test of these has topics, groups and databases of its own, and waits most of the time. */
const twoAtATime = { sequence: { groupOrder: 0 }, maxWorkers: 2 }

/** The suffix of a test file says what it needs; each need is one project. */
export default defineConfig({
  test: {
    // One Kafka and one ClickHouse for all projects that need them; a run of unit tests starts neither.
    globalSetup: ['test/support/shared-stack.ts'],
    projects: [
      {
        test: {
          name: 'unit',
          ...twoAtATime,
          include: ['**/*.test.ts'],
          exclude: ['**/*.{integration,e2e,containers}.test.ts', ...notOurs],
          testTimeout: 30_000,
        },
      },
      {
        test: {
          name: 'integration',
          ...twoAtATime,
          include: ['**/*.integration.test.ts'],
          exclude: notOurs,
          testTimeout: 60_000,
          hookTimeout: 180_000,
        },
      },
      {
        test: {
          name: 'e2e',
          sequence: { groupOrder: 1 },
          include: ['**/*.e2e.test.ts'],
          exclude: notOurs,
          testTimeout: 180_000,
          hookTimeout: 180_000,
          fileParallelism: false,
        },
      },
      {
        test: {
          name: 'containers',
          sequence: { groupOrder: 2 },
          include: ['**/*.containers.test.ts'],
          exclude: notOurs,
          testTimeout: 600_000,
          hookTimeout: 600_000,
          fileParallelism: false,
        },
      },
    ],
  },
})
