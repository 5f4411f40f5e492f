// One drain: everything of a topic is stored into a table, and afterwards it is all there.
import type { BenchStack } from '../stack/bench-stack.ts'
import type { DrainPart } from './drain-contenders.ts'
import { cpuBetween, cpuNow, watchMemory, type Cpu } from './measures.ts'

export interface Drain {
  rowsPerSecond: number
  /** Seconds of CPU for a million rows until the last one was there. */
  cpu: Cpu<'consumer' | 'kafka' | 'clickhouse'>
  /** The most that the consumer's process held; null where it has none, or the system does not tell. */
  maxMegabytes: number | null
}

/**
 * The clock runs from the moment the group is complete, just before its first fetch, until the last row is there to
 * be counted.
 * @throws Error when the rows are not all there in time
 */
export async function drain(stack: BenchStack, contender: DrainPart, events: number): Promise<Drain> {
  const { table } = contender
  const rowsBefore = await stack.number(`SELECT count() FROM ${table.name}`)
  const consumer = await contender.start(stack)
  const pids = { ...stack.pids, consumer: () => consumer.pid }
  const memory = watchMemory([() => consumer.pid])
  try {
    await consumer.begins()
    const startedAt = performance.now()
    const before = cpuNow(pids)
    await Promise.race([stack.untilRows(table.name, rowsBefore + events), consumer.died])
    const seconds = (performance.now() - startedAt) / 1000
    const cpu = cpuBetween(before, cpuNow(pids), events / 1e6)
    await checkIds(stack, contender, events)
    return { rowsPerSecond: events / seconds, cpu, maxMegabytes: memory.most() }
  } finally {
    memory.end()
    await consumer.stop()
  }
}

/** A drain that lost or mixed up events is no drain. A record that Kafka was sent twice may be there twice. */
async function checkIds(stack: BenchStack, { table }: DrainPart, events: number): Promise<void> {
  const { name, site } = table
  // The sites of the topics; history that lay there before has others.
  const ids = await stack.number(`SELECT uniqExact(event_id) FROM ${name} WHERE startsWith(${site}, 'shop-')`)
  if (ids !== events) throw new Error(`${events} events became ${ids} rows in ${name}`)
}
