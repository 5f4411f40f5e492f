// Draining a topic into ClickHouse: the usual consumer and Tallyline's take turns, each from what its own ingest
// wrote. Then two long drains that show what Tallyline's consumer holds in memory.
import { migrate } from '../clickhouse/migrate.ts'
import type { BenchStack } from './bench-stack.ts'
import { createUsualTable, usualTable } from './contenders/usual-table.ts'
import { drain, type Drain, type DrainOrder, type MemorySample } from './drain.ts'
import { fillByTallyline, fillByUsual } from './fill-topic.ts'

/** `packed`: records of many events, as batches leave them; `single`: one event a record, as the usual way has it. */
const drainContenders = ['usual', 'packed', 'single'] as const
export type DrainContender = (typeof drainContenders)[number]

export interface DrainSettings {
  rounds: number
  /** Events that each drain stores. */
  events: number
  /** Events of the drains that are watched for memory; not fewer than `events`. */
  memoryEvents: number
}

export interface DrainRound extends Omit<Drain, 'memory'> {
  round: number
  contender: DrainContender
  /** The most the consumer held, in megabytes; null where the system does not tell. */
  maxMegabytes: number | null
}

export interface MemoryRun {
  contender: DrainContender
  events: number
  rowsPerSecond: number
  curve: MemorySample[]
}

export interface DrainResults {
  /** Events of a record where ingest packs them, on average. */
  eventsPerRecord: number
  rounds: DrainRound[]
  memory: MemoryRun[]
}

type Topics = Record<DrainContender, string>

const oneEventARecord = { RECORD_MAX_EVENTS: '1' }

/** Fills the topics once; every drain reads them from their start, as a group of its own. */
export async function runDrainRounds(
  stack: BenchStack,
  settings: DrainSettings,
  tell: (text: string) => void,
): Promise<DrainResults> {
  const { events, memoryEvents } = settings
  const topics = {
    usual: await stack.newTopic('drain-usual'),
    packed: await stack.newTopic('drain-packed'),
    single: await stack.newTopic('drain-single'),
  }
  tell(`filling three topics with ${events} events each`)
  await fillByUsual(stack.kafka, topics.usual, events)
  await fillOurs(stack, topics, events)
  const eventsPerRecord = events / (await countRecords(stack, topics.packed))
  const rounds: DrainRound[] = []
  for (let round = 1; round <= settings.rounds; round += 1) {
    for (const contender of drainContenders) {
      tell(`round ${round} of ${settings.rounds}: ${contender}`)
      const { memory, ...result } = await drain(stack, orderOf(stack, contender, topics, events))
      rounds.push({ round, contender, ...result, maxMegabytes: highest(memory) })
    }
  }
  tell(`filling two topics up to ${memoryEvents} events each`)
  await fillOurs(stack, topics, memoryEvents - events)
  const memory: MemoryRun[] = []
  for (const contender of ['packed', 'single'] as const) {
    tell(`memory while draining ${memoryEvents} events: ${contender}`)
    const result = await drain(stack, orderOf(stack, contender, topics, memoryEvents))
    memory.push({
      contender,
      events: memoryEvents,
      rowsPerSecond: result.rowsPerSecond,
      curve: result.memory,
    })
  }
  return { eventsPerRecord, rounds, memory }
}

/** The most of a curve; null for an empty one. */
export function highest(curve: readonly MemorySample[]): number | null {
  return curve.length === 0 ? null : Math.max(...curve.map(({ megabytes }) => megabytes))
}

async function fillOurs(stack: BenchStack, topics: Topics, events: number): Promise<void> {
  await fillByTallyline(stack, topics.packed, events)
  await fillByTallyline(stack, topics.single, events, oneEventARecord)
}

async function countRecords(stack: BenchStack, topic: string): Promise<number> {
  const ends = await stack.admin.fetchTopicOffsets(topic)
  return ends.reduce((sum, { low, high }) => sum + Number(high) - Number(low), 0)
}

function orderOf(stack: BenchStack, contender: DrainContender, topics: Topics, events: number): DrainOrder {
  const { clickhouse, database } = stack
  if (contender === 'usual') {
    return {
      ...{ topic: topics.usual, events, table: usualTable },
      program: 'bench/contenders/usual-consumer.ts',
      makeTable: () => clickhouse.command({ query: createUsualTable }),
    }
  }
  return {
    ...{ topic: topics[contender], events, table: 'events' },
    program: 'consumer/main.ts',
    makeTable: () => migrate(clickhouse, clickhouse, database, ['page_view']),
  }
}
