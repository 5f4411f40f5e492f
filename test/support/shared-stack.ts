// One real Kafka and one real ClickHouse for a whole run of tests: those the environment names, else embedded ones
// with data of their own, thrown away at the end.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createLogger } from '../../runtime/logger.ts'
import type { TestProject } from 'vitest/node'

declare module 'vitest' {
  interface ProvidedContext {
    brokers: string[]
    clickhouse: { url: string; user: string; password: string }
  }
}

const needy = ['integration', 'e2e']

/** Starts them, unless the run has no test that needs them. Returns what ends them. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  if (!project.vitest.projects.some(({ name }) => needy.includes(name))) return () => Promise.resolve()
  const { startStack } = await import('../../local/stack.ts')
  const dataDir = await mkdtemp(join(tmpdir(), 'tallyline-test-'))
  const stack = await startStack({
    dataDir,
    cacheDir: join(import.meta.dirname, '../../.data/cache'),
    env: { KAFKA_PORT: '0', CLICKHOUSE_PORT: '0', ...process.env },
    log: createLogger('stack', process.env['TEST_LOG_LEVEL'] ?? 'warn'),
  })
  project.provide('brokers', stack.brokers)
  project.provide('clickhouse', {
    url: stack.clickhouseUrl,
    user: process.env['CLICKHOUSE_USER'] ?? 'migrator',
    password: process.env['CLICKHOUSE_PASSWORD'] ?? '',
  })
  return async () => {
    await stack.stop()
    await rm(dataDir, { recursive: true, force: true })
  }
}
