// The Kafka and the ClickHouse that all contenders share: those the environment names, else embedded ones.
import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Admin, Kafka } from 'kafkajs'
import { z } from 'zod'
import { createClickHouse, type ClickHouse } from '../clickhouse/client.ts'
import { clickhouseVariables, toClickHouseSettings } from '../clickhouse/config.ts'
import { createKafka } from '../kafka/client.ts'
import { kafkaVariables, toKafkaSettings } from '../kafka/config.ts'
import { ensureTopic } from '../kafka/topics.ts'
import { embeddedUsers } from '../local/clickhouse-server.ts'
import { localVariables } from '../local/config.ts'
import { kafkaVersion } from '../local/kafka-jars.ts'
import type { Progress } from '../local/progress.ts'
import { startStack, type Stack } from '../local/stack.ts'
import { readEnv } from '../runtime/env.ts'
import { createLogger } from '../runtime/logger.ts'
import { untilDone } from '../runtime/retry.ts'
import { partitions } from './events.ts'

/** A database of the bench's own: it is dropped and made anew for every drain. */
const database = 'tallyline_bench'

const requestTimeoutMs = 60_000
const topicWithinMs = 20_000

export interface BenchStack {
  kafka: Kafka
  admin: Admin
  /** Bound to `database`, which is the bench's own. */
  clickhouse: ClickHouse
  database: string
  /** Makes a topic that goes with the bench; gives its name. */
  newTopic: (what: string) => Promise<string>
  /** A name for a consumer group that goes with the bench. */
  newGroup: (what: string) => string
  /** Drops the database with all that is in it and makes it anew, empty. */
  emptyDatabase: () => Promise<void>
  /** The variables of a process that uses this Kafka and this ClickHouse. */
  env: Record<string, string>
  /** Null for a Kafka that the environment named: its protocol does not tell. */
  versions: { kafka: string | null; clickhouse: string }
  /** Removes what the bench made and stops what it started. */
  stop: () => Promise<void>
}

const variables = z.object({ ...kafkaVariables, ...clickhouseVariables, DATA_DIR: localVariables.DATA_DIR })

/** @throws LaunchError with a sentence for the person who started it */
export async function openBenchStack(progress: Progress): Promise<BenchStack> {
  const dataDir = await mkdtemp(join(tmpdir(), 'tallyline-bench-'))
  const stack = await startStack({
    dataDir,
    cacheDir: join(readEnv(variables).DATA_DIR, 'cache'),
    env: { ...process.env, KAFKA_PORT: '0', CLICKHOUSE_PORT: '0', CLICKHOUSE_DATABASE: database },
    log: createLogger('bench', 'warn'),
    progress,
  }).catch(async (error: unknown) => {
    await rm(dataDir, { recursive: true, force: true })
    throw error
  })
  const tools = await connect(environmentOf(stack))
  await tools.emptyDatabase()
  const stop = async () => {
    await tools.close()
    await stack.stop()
    await rm(dataDir, { recursive: true, force: true })
  }
  return { ...tools, versions: await versionsOf(stack, tools.clickhouse), stop }
}

function environmentOf(stack: Stack): Record<string, string> {
  const embedded = { CLICKHOUSE_USER: embeddedUsers.migrator, CLICKHOUSE_PASSWORD: '' }
  return {
    KAFKA_BROKERS: stack.brokers.join(','),
    KAFKA_PARTITIONS: String(partitions),
    CLICKHOUSE_URL: stack.clickhouseUrl,
    CLICKHOUSE_DATABASE: database,
    ...(stack.clickhouse ? embedded : {}),
  }
}

async function connect(env: Record<string, string>) {
  const flat = readEnv(variables, { ...process.env, ...env })
  const settings = toKafkaSettings(flat)
  const kafka = createKafka(settings, 'bench', createLogger('bench', 'silent'))
  const server = createClickHouse({ ...toClickHouseSettings(flat), database: 'default' }, requestTimeoutMs)
  const clickhouse = createClickHouse(toClickHouseSettings(flat), requestTimeoutMs)
  const admin = kafka.admin()
  await admin.connect()
  const topics: string[] = []
  const groups: string[] = []
  const nameOf = (what: string) => `tallyline-bench-${what}-${randomUUID().slice(0, 8)}`
  const drop = () => server.command({ query: `DROP DATABASE IF EXISTS ${database} SYNC` })
  return {
    ...{ kafka, admin, clickhouse, database, env },
    newTopic: async (what: string) => {
      const name = nameOf(what)
      topics.push(name)
      await settled(() => ensureTopic(kafka, { ...settings.topic, name, partitions }))
      return name
    },
    newGroup: (what: string) => {
      const name = nameOf(what)
      groups.push(name)
      return name
    },
    emptyDatabase: async () => {
      await drop()
      await server.command({ query: `CREATE DATABASE ${database} ENGINE = Atomic` })
    },
    close: async () => {
      await admin.deleteGroups(groups).catch(() => undefined)
      await admin.deleteTopics({ topics })
      await Promise.all([drop(), admin.disconnect()])
      await Promise.all([server.close(), clickhouse.close()])
    },
  }
}

/** A broker that is busy may not know at once of a topic that it has made. */
function settled(work: () => Promise<void>): Promise<void> {
  const signal = AbortSignal.timeout(topicWithinMs)
  return untilDone(work, { signal, isHopeless: () => false, onFailure: () => undefined })
}

async function versionsOf(stack: Stack, clickhouse: ClickHouse): Promise<BenchStack['versions']> {
  const answer = await clickhouse.query({ query: 'SELECT version() AS version', format: 'JSONEachRow' })
  const [row] = await answer.json<{ version: string }>()
  return { kafka: stack.kafka ? kafkaVersion : null, clickhouse: row?.version ?? '' }
}
