// The real stack of a run: Kafka, ClickHouse and several copies of the services, each a process of its own, with
// proxies in between.
import { appendFileSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { embeddedUsers } from '../../local/clickhouse-server.ts'
import type { ProxiedListener } from '../../local/kafka-properties.ts'
import { migrateDatabase } from '../../local/migrate-database.ts'
import { silent } from '../../local/progress.ts'
import { createLogger, type Logger } from '../../runtime/logger.ts'
import { createLinks, type Links } from './links.ts'
import type { Part } from './part.ts'
import type { Places } from './places.ts'
import { choosePorts } from './ports.ts'
import { createServicePart, type ServiceOrder, type ServicePart } from './service-parts.ts'
import { mountSmallDisk, removeStaleDisks, whyNoSmallDisk, type SmallDisk } from './small-disk.ts'
import {
  createClickHousePart,
  createKafkaPart,
  database,
  type ClickHousePart,
  type KafkaPart,
} from './stores.ts'

export interface StackOrder {
  places: Places
  ingests: number
  consumers: number
  /** Whether everybody reaches everybody through proxies. */
  proxied: boolean
  /** Whether ClickHouse and the spools get small disks, where this machine can make them. */
  smallDisks: boolean
  /** Further variables of every service. */
  env: Record<string, string>
}

export interface FaultStack {
  kafka: KafkaPart
  clickhouse: ClickHousePart
  ingests: ServicePart[]
  consumers: ServicePart[]
  /** A consumer that comes and goes. */
  extraConsumer: ServicePart
  reporting: ServicePart
  links: Links
  /** Where clients reach each ingest. */
  ingestUrls: string[]
  /** By what they are for: `clickhouse`, or an ingest's name. */
  disks: Map<string, SmallDisk>
  /** Every part, in the order data flows. */
  parts: Part[]
  /** The variables that lead a command to this Kafka and this ClickHouse, without a proxy. */
  env: Record<string, string>
  /** What the run itself says of its processes. */
  log: Logger
  /** Stops everything in order; by force where `isHasty`. */
  close: (isHasty: boolean) => Promise<void>
}

export const topic = 'events'
export const group = 'tallyline'
export const partitions = 6

const host = '127.0.0.1'
const diskBytes = { clickhouse: 3e9, spool: 64e6 }

/**
 * A little below what ClickHouse keeps free: it refuses to begin a write, and what it is writing finds room to end.
 * A write that finds none may be answered as done and leave empty files behind (seen with 26.7.2.1).
 */
const leftOfFullDisk = 90e6

/** Starts everything; nothing is left running when that fails, or is given up by `signal`. */
export async function openFaultStack(order: StackOrder, signal: AbortSignal): Promise<FaultStack> {
  await removeStaleDisks()
  const stack = await layOut(order)
  const giveUp = () => void stack.close(true)
  signal.addEventListener('abort', giveUp, { once: true })
  try {
    if (order.smallDisks && whyNoSmallDisk() === null) await mountDisks(stack, order.places)
    await Promise.all([stack.kafka.up(), stack.clickhouse.up()])
    const env = { ...process.env, ...stack.env, CLICKHOUSE_USER: embeddedUsers.migrator }
    await migrateDatabase(env, silent, signal)
    const services = [...stack.ingests, ...stack.consumers, stack.reporting]
    await Promise.all(services.map((service) => service.up()))
    signal.throwIfAborted()
    return stack
  } catch (error) {
    await stack.close(true)
    throw error
  } finally {
    signal.removeEventListener('abort', giveUp)
  }
}

/** Chooses every address and opens the proxies; starts no process. */
async function layOut(order: StackOrder): Promise<FaultStack> {
  const { places } = order
  const log = createLogger('faults', 'info', {
    write: (line) => appendFileSync(places.logOf('runner'), line),
  })
  const links = createLinks()
  const names = (kind: string, count: number) =>
    Array.from({ length: count }, (_, index) => `${kind}-${index + 1}`)
  const ingestNames = names('ingest', order.ingests)
  const consumerNames = [...names('consumer', order.consumers), 'consumer-extra']
  // Each service has a port, and those that produce or consume have one of Kafka's.
  const count = 2 * (ingestNames.length + consumerNames.length) + 3
  const [kafkaPort = 0, clickhousePort = 0, reportingPort = 0, ...ports] = await choosePorts(count)
  const listeners: ProxiedListener[] = []
  const clickhouse = createClickHousePart({ dataDir: places.data, port: clickhousePort, log })
  const shared = {
    KAFKA_BROKERS: `${host}:${kafkaPort}`,
    ...{ KAFKA_TOPIC: topic, KAFKA_GROUP_ID: group, KAFKA_PARTITIONS: String(partitions) },
    ...{ CLICKHOUSE_URL: clickhouse.url, CLICKHOUSE_DATABASE: database, DATA_DIR: places.data },
  }
  const serviceOf = async (name: string, kind: ServiceOrder['kind']) => {
    const port = kind === 'reporting' ? reportingPort : (ports.shift() ?? 0)
    const ways = order.proxied && kind !== 'reporting' ? await waysOf(name, kind, clickhousePort) : {}
    const env = { ...shared, SPOOL_DIR: places.spoolOf(name), ...order.env, ...ways }
    return createServicePart({ name, kind, port, env }, places, log)
  }
  const waysOf = async (name: string, kind: ServiceOrder['kind'], target: number) => {
    const kafka = await links.openKafka(name, ports.shift() ?? 0)
    listeners.push(kafka.listener)
    const brokers = { KAFKA_BROKERS: `${host}:${kafka.port}` }
    if (kind !== 'consumer') return brokers
    return { ...brokers, CLICKHOUSE_URL: `http://${host}:${await links.open(`${name}>clickhouse`, target)}` }
  }
  const ingests = await inTurn(ingestNames, (name) => serviceOf(name, 'ingest'))
  const allConsumers = await inTurn(consumerNames, (name) => serviceOf(name, 'consumer'))
  const reporting = await serviceOf('reporting', 'reporting')
  const ingestUrls = await inTurn(ingests, async ({ name, port }) => {
    return `http://${host}:${order.proxied ? await links.open(`client>${name}`, port) : port}`
  })
  const kafka = createKafkaPart({ dataDir: places.data, port: kafkaPort, log }, listeners)
  const parts = [...ingests, ...allConsumers, reporting, clickhouse, kafka]
  const disks = new Map<string, SmallDisk>()
  return {
    ...{ kafka, clickhouse, ingests, reporting, links, ingestUrls, disks, parts, log },
    consumers: allConsumers.slice(0, -1),
    extraConsumer: allConsumers.at(-1) as ServicePart,
    env: shared,
    close: (isHasty) => close(parts, links, disks, isHasty),
  }
}

async function mountDisks(stack: FaultStack, places: Places): Promise<void> {
  const clickhouse = join(places.data, 'clickhouse')
  await mkdir(clickhouse, { recursive: true })
  stack.disks.set('clickhouse', await mountSmallDisk(clickhouse, diskBytes.clickhouse, leftOfFullDisk))
  for (const { name } of stack.ingests) {
    stack.disks.set(name, await mountSmallDisk(places.spoolOf(name), diskBytes.spool))
  }
}

async function close(
  parts: Part[],
  links: Links,
  disks: Map<string, SmallDisk>,
  isHasty: boolean,
): Promise<void> {
  if (isHasty) await Promise.all(parts.map((part) => part.down()))
  for (const part of parts) await part.stop()
  await links.close()
  for (const disk of disks.values()) await disk.remove()
}

async function inTurn<From, To>(all: From[], make: (one: From) => Promise<To>): Promise<To[]> {
  const made: To[] = []
  for (const one of all) made.push(await make(one))
  return made
}
