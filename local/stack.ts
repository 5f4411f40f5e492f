// Gives a Kafka and a ClickHouse: those the environment names, else embedded ones.
import { mkdir } from 'node:fs/promises'
import { z } from 'zod'
import { clickhouseVariables } from '../clickhouse/config.ts'
import { kafkaVariables } from '../kafka/config.ts'
import { readEnv } from '../runtime/env.ts'
import type { Logger } from '../runtime/logger.ts'
import { startClickHouseServer, type ClickHouseServer } from './clickhouse-server.ts'
import { localVariables } from './config.ts'
import { startKafkaBroker, type KafkaBroker } from './kafka-broker.ts'
import { explained } from './launch-error.ts'
import type { Progress } from './progress.ts'

export interface StackOptions {
  /** Everything the embedded ones keep is below this folder. */
  dataDir: string
  /** Where fetched files are kept; may be shared by several stacks. Default: `cache` in `dataDir`. */
  cacheDir?: string
  /** KAFKA_BROKERS, CLICKHOUSE_URL, KAFKA_PORT, CLICKHOUSE_PORT and CLICKHOUSE_DATABASE are read from it. */
  env: NodeJS.ProcessEnv
  log: Logger
  progress?: Progress
  /** Gives up the start. */
  signal?: AbortSignal | undefined
  /** Told as soon as ClickHouse answers, while Kafka may still be starting; the start waits for it. */
  onClickHouse?: (url: string, signal: AbortSignal) => Promise<void>
}

export interface Stack {
  /** host:port of each broker */
  brokers: string[]
  clickhouseUrl: string
  /** Those that were started here; absent where the environment named one. */
  kafka?: KafkaBroker
  clickhouse?: ClickHouseServer
  /** Stops what was started here: ClickHouse, then Kafka. */
  stop: () => Promise<void>
}

const stackVariables = z.object({
  KAFKA_BROKERS: kafkaVariables.KAFKA_BROKERS,
  CLICKHOUSE_URL: clickhouseVariables.CLICKHOUSE_URL,
  CLICKHOUSE_DATABASE: clickhouseVariables.CLICKHOUSE_DATABASE,
  KAFKA_PORT: localVariables.KAFKA_PORT,
  CLICKHOUSE_PORT: localVariables.CLICKHOUSE_PORT,
})

/**
 * Starts what the environment does not name, both at once. Where one fails the other is given up.
 * @throws LaunchError with a sentence for the person who started it; SettingsError when `env` cannot be used
 */
export async function startStack(options: StackOptions): Promise<Stack> {
  const { env, dataDir } = options
  const settings = readEnv(stackVariables, env)
  await mkdir(dataDir, { recursive: true }).catch((error: unknown) =>
    Promise.reject(explained(error, dataDir)),
  )

  const started: (KafkaBroker | ClickHouseServer)[] = []
  const abort = new AbortController()
  const faults: Error[] = []
  const giveUp = (error: unknown) => {
    faults.push(explained(error, dataDir))
    abort.abort()
    return undefined
  }
  const signal = AbortSignal.any([abort.signal, ...(options.signal ? [options.signal] : [])])
  const [kafka, clickhouse] = await Promise.all([
    startKafka({ ...options, signal }, settings, started).catch(giveUp),
    startClickHouse({ ...options, signal }, settings, started).catch(giveUp),
  ])
  const stop = () => stopAll([clickhouse, kafka])
  if (faults[0]) {
    await stopAll(started)
    throw faults[0]
  }
  return {
    brokers: kafka ? [kafka.address] : settings.KAFKA_BROKERS,
    clickhouseUrl: clickhouse?.url ?? settings.CLICKHOUSE_URL,
    ...(kafka ? { kafka } : {}),
    ...(clickhouse ? { clickhouse } : {}),
    stop,
  }
}

type StackSettings = z.output<typeof stackVariables>
type Started = (KafkaBroker | ClickHouseServer)[]

async function startKafka(
  options: StackOptions,
  { KAFKA_PORT: port }: StackSettings,
  started: Started,
): Promise<KafkaBroker | undefined> {
  if (isNamed(options.env, 'KAFKA_BROKERS')) return undefined
  const broker = await startKafkaBroker({ ...options, port })
  started.push(broker)
  return broker
}

async function startClickHouse(
  options: StackOptions & { signal: AbortSignal },
  settings: StackSettings,
  started: Started,
): Promise<ClickHouseServer | undefined> {
  const { CLICKHOUSE_PORT: port, CLICKHOUSE_DATABASE: database, CLICKHOUSE_URL: url } = settings
  const server = isNamed(options.env, 'CLICKHOUSE_URL')
    ? undefined
    : await startClickHouseServer({ ...options, port, database })
  if (server) started.push(server)
  await options.onClickHouse?.(server?.url ?? url, options.signal)
  return server
}

/** One after the other, in the order given. */
async function stopAll(parts: (KafkaBroker | ClickHouseServer | undefined)[]): Promise<void> {
  for (const part of parts) await part?.stop()
}

/** A variable that holds nothing counts as not set. */
function isNamed(env: NodeJS.ProcessEnv, name: string): boolean {
  return (env[name] ?? '').trim() !== ''
}
