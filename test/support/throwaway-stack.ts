// One real Kafka and one real ClickHouse: those the environment names, else embedded ones whose data is thrown away.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startStack } from '../../local/stack.ts'
import { createLogger } from '../../runtime/logger.ts'

export interface ThrowawayStack {
  brokers: string[]
  /** `user` may do everything. */
  clickhouse: { url: string; user: string; password: string }
  stop: () => Promise<void>
}

/** @throws LaunchError with a sentence for the person who started it */
export async function startThrowawayStack(): Promise<ThrowawayStack> {
  const dataDir = await mkdtemp(join(tmpdir(), 'tallyline-test-'))
  const removeData = () => rm(dataDir, { recursive: true, force: true })
  const stack = await startStack({
    dataDir,
    cacheDir: join(import.meta.dirname, '../../.data/cache'),
    env: { KAFKA_PORT: '0', CLICKHOUSE_PORT: '0', ...process.env },
    log: createLogger('stack', process.env['TEST_LOG_LEVEL'] ?? 'warn'),
  }).catch(async (error: unknown) => {
    await removeData()
    throw error
  })
  return {
    brokers: stack.brokers,
    clickhouse: {
      url: stack.clickhouseUrl,
      user: process.env['CLICKHOUSE_USER'] ?? 'migrator',
      password: process.env['CLICKHOUSE_PASSWORD'] ?? '',
    },
    stop: async () => {
      await stack.stop()
      await removeData()
    },
  }
}
