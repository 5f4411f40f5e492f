// One drain: a fresh consumer group stores everything of a topic into an empty database.
import { setTimeout as sleep } from 'node:timers/promises'
import { startProcess, type BenchProcess } from './bench-process.ts'
import type { BenchStack } from './bench-stack.ts'

export interface DrainOrder {
  /** The consumer's program, a path below the project's root. */
  program: string
  topic: string
  events: number
  /** The table the rows come to. */
  table: string
  /** Makes the table, in the empty database. */
  makeTable: () => Promise<unknown>
}

export interface Drain {
  rowsPerSecond: number
  /** Seconds of CPU the consumer used per million rows; null where the system does not tell. */
  consumerCpuSeconds: number | null
  /** The consumer's resident memory as it went on; empty where the system does not tell. */
  memory: MemorySample[]
}

export interface MemorySample {
  /** Seconds since the process was started. */
  second: number
  megabytes: number
}

const pollMs = 100
const memoryEveryMs = 100
const withinMs = 120_000

/**
 * The clock runs from the moment the group is complete, just before its first fetch, until the last row is
 * there to be counted.
 * @throws Error when the rows are not all there in time
 */
export async function drain(stack: BenchStack, order: DrainOrder): Promise<Drain> {
  await stack.emptyDatabase()
  await order.makeTable()
  const group = stack.newGroup('drain')
  const env = { ...stack.env, KAFKA_TOPIC: order.topic, KAFKA_GROUP_ID: group, CONSUMER_PORT: '0' }
  const consumer = await startProcess(order.program, env)
  const memory = watchMemory(consumer)
  try {
    const rates = await Promise.race([watchDrain(stack, order, group, consumer), consumer.died])
    return { ...rates, memory: memory.samples }
  } finally {
    memory.end()
    await consumer.stop()
  }
}

async function watchDrain(
  stack: BenchStack,
  order: DrainOrder,
  group: string,
  consumer: BenchProcess,
): Promise<Omit<Drain, 'memory'>> {
  await until(() => isComplete(stack, group), 'the group was not complete in time')
  const startedAt = performance.now()
  const cpuBefore = consumer.cpuSeconds()
  await until(async () => (await countRows(stack, order.table)) >= order.events, 'not all rows came in time')
  const seconds = (performance.now() - startedAt) / 1000
  const cpuAfter = consumer.cpuSeconds()
  await checkIds(stack, order)
  const cpu = cpuBefore === null || cpuAfter === null ? null : cpuAfter - cpuBefore
  return {
    rowsPerSecond: order.events / seconds,
    consumerCpuSeconds: cpu === null ? null : (cpu / order.events) * 1e6,
  }
}

function watchMemory(consumer: BenchProcess): { samples: MemorySample[]; end: () => void } {
  const samples: MemorySample[] = []
  const startedAt = performance.now()
  const timer = setInterval(() => {
    const bytes = consumer.residentBytes()
    if (bytes === null) return
    const second = Math.round((performance.now() - startedAt) / 100) / 10
    samples.push({ second, megabytes: Math.round(bytes / 1e6) })
  }, memoryEveryMs)
  return { samples, end: () => clearInterval(timer) }
}

async function isComplete(stack: BenchStack, group: string): Promise<boolean> {
  const { groups } = await stack.admin.describeGroups([group])
  return groups[0]?.state === 'Stable'
}

/** A drain that lost or mixed up events is no drain. A record that Kafka was sent twice may be there twice. */
async function checkIds(stack: BenchStack, { table, events }: DrainOrder): Promise<void> {
  const ids = await ask(stack, `SELECT toUInt32(uniqExact(event_id)) AS number FROM ${table}`)
  if (ids !== events) throw new Error(`${events} events became ${ids} rows in ${table}`)
}

function countRows(stack: BenchStack, table: string): Promise<number> {
  return ask(stack, `SELECT toUInt32(count()) AS number FROM ${table}`)
}

async function ask(stack: BenchStack, query: string): Promise<number> {
  const result = await stack.clickhouse.query({ query, format: 'JSONEachRow' })
  const [row] = await result.json<{ number: number }>()
  return row?.number ?? 0
}

async function until(isDone: () => Promise<boolean>, otherwise: string): Promise<void> {
  const deadline = performance.now() + withinMs
  while (!(await isDone())) {
    if (performance.now() > deadline) throw new Error(otherwise)
    await sleep(pollMs)
  }
}
