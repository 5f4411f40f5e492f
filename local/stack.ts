// Gives a Kafka and a ClickHouse: those the environment names, else embedded ones.
import { statfs } from 'node:fs/promises'
import { z } from 'zod'
import { clickhouseVariables } from '../clickhouse/config.ts'
import { kafkaVariables } from '../kafka/config.ts'
import { readEnv } from '../runtime/env.ts'
import type { Logger } from '../runtime/logger.ts'
import { makeFolder } from '../runtime/make-folder.ts'
import { allOrNone } from './all-or-none.ts'
import { startClickHouseServer, type ClickHouseServer } from './clickhouse-server.ts'
import { localVariables } from './config.ts'
import { startKafkaBroker, type KafkaBroker } from './kafka-broker.ts'
import { diskFull, explained, LaunchError } from './launch-error.ts'
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
  await makeRoom(dataDir).catch((error: unknown) => Promise.reject(explained(error, dataDir)))

  const [kafka, clickhouse] = await allOrNone<[KafkaBroker | undefined, ClickHouseServer | undefined]>(
    options.signal,
    [
      (signal) => startKafka({ ...options, signal }, settings),
      (signal) => startClickHouse({ ...options, signal }, settings),
    ],
    (one) => one?.stop(),
  ).catch((error: unknown) => Promise.reject(explained(error, dataDir)))
  return {
    brokers: kafka ? [kafka.address] : settings.KAFKA_BROKERS,
    clickhouseUrl: clickhouse?.url ?? settings.CLICKHOUSE_URL,
    ...(kafka ? { kafka } : {}),
    ...(clickhouse ? { clickhouse } : {}),
    stop: async () => {
      await clickhouse?.stop()
      await kafka?.stop()
    },
  }
}

/** Less than this is gone as soon as something is written. */
const leastFreeBytes = 256e6

async function makeRoom(dataDir: string): Promise<void> {
  await makeFolder(dataDir)
  const { bavail, bsize } = await statfs(dataDir)
  if (bavail * bsize < leastFreeBytes) throw new LaunchError(diskFull(dataDir, bavail * bsize))
}

type StackSettings = z.output<typeof stackVariables>

async function startKafka(options: StackOptions, settings: StackSettings): Promise<KafkaBroker | undefined> {
  if (isNamed(options.env, 'KAFKA_BROKERS')) return undefined
  return startKafkaBroker({ ...options, port: settings.KAFKA_PORT })
}

async function startClickHouse(
  options: StackOptions & { signal: AbortSignal },
  settings: StackSettings,
): Promise<ClickHouseServer | undefined> {
  const { CLICKHOUSE_PORT: port, CLICKHOUSE_DATABASE: database, CLICKHOUSE_URL: url } = settings
  const { onClickHouse = () => Promise.resolve(), signal } = options
  if (isNamed(options.env, 'CLICKHOUSE_URL')) {
    await onClickHouse(url, signal)
    return undefined
  }
  const server = await startClickHouseServer({ ...options, port, database })
  try {
    await onClickHouse(server.url, signal)
    return server
  } catch (error) {
    await server.stop()
    throw error
  }
}

/** A variable that holds nothing counts as not set. */
export function isNamed(env: NodeJS.ProcessEnv, name: string): boolean {
  return (env[name] ?? '').trim() !== ''
}
