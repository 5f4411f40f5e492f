// The Kafka and the ClickHouse that all contenders share: those the environment names, else embedded ones.
import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { clickhouseVariables } from '../../clickhouse/config.ts'
import { kafkaVariables } from '../../kafka/config.ts'
import { embeddedUsers } from '../../local/clickhouse-server.ts'
import { localVariables } from '../../local/config.ts'
import { kafkaVersion } from '../../local/kafka-jars.ts'
import type { Progress } from '../../local/progress.ts'
import { startStack, type Stack } from '../../local/stack.ts'
import { readEnv } from '../../runtime/env.ts'
import { createLogger } from '../../runtime/logger.ts'
import { partitions } from '../events.ts'
import { openBenchDatabase, type BenchDatabase } from './bench-database.ts'
import { openBenchTopics, type BenchTopics } from './bench-topics.ts'
import { dataFolder } from './data-folder.ts'

/** A database of the bench's own: it is dropped and made anew for every drain. */
const database = 'tallyline_bench'

export interface BenchStack extends BenchDatabase, BenchTopics {
  /** The variables of a process that uses this Kafka and this ClickHouse. */
  env: Record<string, string>
  /** The same for a service of Tallyline, as the ClickHouse user it has where `npm start` runs it. */
  envAs: (user: keyof typeof embeddedUsers) => Record<string, string>
  /** The processes of the two; undefined for one that the environment named. */
  pids: { kafka: () => number | undefined; clickhouse: () => number | undefined }
  /** Null for a Kafka that the environment named: its protocol does not tell. */
  versions: { kafka: string | null; clickhouse: string }
  /** Removes what the bench made and stops what it started. */
  stop: () => Promise<void>
}

const variables = z.object({ ...kafkaVariables, ...clickhouseVariables, DATA_DIR: localVariables.DATA_DIR })

/** Where fetched files are kept, shared with `npm start`. */
export function cacheDir(): string {
  return join(readEnv(variables).DATA_DIR, 'cache')
}

/** @throws LaunchError with a sentence for the person who started it */
export async function openBenchStack(progress: Progress): Promise<BenchStack> {
  const { parent } = await dataFolder()
  const dataDir = await mkdtemp(join(parent, 'tallyline-bench-'))
  const remove = () => rm(dataDir, { recursive: true, force: true })
  const stack = await startStack({
    dataDir,
    cacheDir: cacheDir(),
    env: { ...process.env, KAFKA_PORT: '0', CLICKHOUSE_PORT: '0', CLICKHOUSE_DATABASE: database },
    log: createLogger('bench', 'warn'),
    progress,
  }).catch(async (error: unknown) => {
    await remove()
    throw error
  })
  const env = environmentOf(stack, dataDir)
  const flat = readEnv(variables, { ...process.env, ...env })
  const topics = await openBenchTopics(flat)
  const tables = openBenchDatabase(flat)
  await tables.emptyDatabase()
  const loginAs = (user: string) => (stack.clickhouse ? { CLICKHOUSE_USER: user } : {})
  return {
    ...{ ...topics, ...tables, env },
    envAs: (user) => ({ ...env, ...loginAs(embeddedUsers[user]) }),
    pids: { kafka: () => stack.kafka?.pid(), clickhouse: () => stack.clickhouse?.pid() },
    versions: { kafka: stack.kafka ? kafkaVersion : null, clickhouse: await tables.version() },
    stop: async () => {
      await topics.close()
      await tables.close()
      await stack.stop()
      await remove()
    },
  }
}

function environmentOf(stack: Stack, dataDir: string): Record<string, string> {
  const embedded = { CLICKHOUSE_USER: embeddedUsers.migrator, CLICKHOUSE_PASSWORD: '' }
  return {
    KAFKA_BROKERS: stack.brokers.join(','),
    KAFKA_PARTITIONS: String(partitions),
    CLICKHOUSE_URL: stack.clickhouseUrl,
    CLICKHOUSE_DATABASE: database,
    // Ingest's spool, apart from the one of an `npm start` on this machine.
    DATA_DIR: dataDir,
    ...(stack.clickhouse ? embedded : {}),
  }
}
