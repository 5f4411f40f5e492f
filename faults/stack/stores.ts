// The Kafka and the ClickHouse of a run, each always at the same address.
import { join } from 'node:path'
import { startClickHouseServer } from '../../local/clickhouse-server.ts'
import { startKafkaBroker } from '../../local/kafka-broker.ts'
import type { ProxiedListener } from '../../local/kafka-properties.ts'
import type { Supervised } from '../../local/supervise.ts'
import type { Logger } from '../../runtime/logger.ts'
import { createPart, type Part } from './part.ts'

export interface KafkaPart extends Part {
  port: number
  /** host:port, without a proxy. */
  address: string
}

export interface ClickHousePart extends Part {
  port: number
  /** Without a proxy. */
  url: string
}

export const database = 'analytics'

const cacheDir = join(import.meta.dirname, '../../.data/cache')

interface StoreOptions {
  dataDir: string
  port: number
  log: Logger
}

export function createKafkaPart(options: StoreOptions, proxied: readonly ProxiedListener[]): KafkaPart {
  const address = `127.0.0.1:${options.port}`
  const part = createPart('kafka', async (signal) => {
    const broker = await startKafkaBroker({ ...options, cacheDir, proxied, signal })
    return held(broker, broker.port, options.port)
  })
  return { ...part, port: options.port, address }
}

export function createClickHousePart(options: StoreOptions): ClickHousePart {
  const part = createPart('clickhouse', async (signal) => {
    const server = await startClickHouseServer({ ...options, database, signal })
    return held(server, Number(new URL(server.url).port), options.port)
  })
  return { ...part, port: options.port, url: `http://127.0.0.1:${options.port}` }
}

/** A store that had to take another port is of no use: everybody knows its old one. */
async function held<Store extends Supervised>(store: Store, port: number, wanted: number): Promise<Store> {
  if (port === wanted) return store
  await store.stop()
  throw new Error(`port ${wanted} is taken by another program`)
}
