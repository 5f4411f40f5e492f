// What the store says about a range whose insert had no plain success.
import { z } from 'zod'
import type { ClickHouse } from './client.ts'
import type { partsOfNames, Source } from './insert-lines.ts'
import { queryRows } from './query-rows.ts'
import { siteOfDeadLetter } from './site-of-dead-letter.ts'

/** Offsets `first` to `last`, both included. */
interface Span {
  first: number
  last: number
}

/** Read in this order: the clock, the running inserts, the books. */
export interface Look {
  /** ClickHouse's clock, seconds since 1970. */
  now: number
  /** Whether an insert of the range, of any deadline, still runs: it may have passed its check and be writing. */
  isRunning: boolean
  /** Whether the range is stored wholly: its books are written last. */
  isStored: boolean
}

type InsertNames = ReturnType<typeof partsOfNames>

const clockRow = z.object({ now: z.number() })
const runningRow = clockRow.extend({ running: z.number() })
const foundRow = z.object({ found: z.number() })

const now = 'toUnixTimestamp64Milli(now64(3)) / 1000 AS now'

/** ClickHouse's clock, seconds since 1970. */
export async function queryClock(clickhouse: ClickHouse): Promise<number> {
  const [clock] = await queryRows(clickhouse, clockRow, { query: `SELECT ${now}` })
  if (!clock) throw new Error('ClickHouse gave no rows')
  return clock.now
}

const isOfRange = 'startsWith(query_id, {start:String}) AND position(query_id, {span:String}) > 0'

/** @param names how the range's inserts are found, see `partsOfNames` */
export async function lookForRange(
  clickhouse: ClickHouse,
  source: Source,
  span: Span,
  names: InsertNames,
): Promise<Look> {
  const [clock] = await queryRows(clickhouse, runningRow, {
    query: `SELECT ${now},
        countIf(${isOfRange}) AS running FROM system.processes`,
    query_params: { ...names },
  })
  const [books] = await queryRows(clickhouse, foundRow, {
    query: `SELECT count() AS found FROM ranges
      WHERE topic = {topic:String} AND topic_id = {topicId:UUID} AND kafka_partition = {partition:UInt32}
        AND first_offset = {first:UInt64} AND last_offset = {last:UInt64}`,
    query_params: { ...source, ...span },
  })
  if (!clock || !books) throw new Error('ClickHouse gave no rows')
  return { now: clock.now, isRunning: clock.running > 0, isStored: books.found > 0 }
}

/** Asks ClickHouse to end the inserts of a range. They may take a while to end. */
export async function endInserts(clickhouse: ClickHouse, names: InsertNames): Promise<void> {
  await clickhouse.command({
    query: `KILL QUERY WHERE ${isOfRange} ASYNC`,
    query_params: { ...names },
  })
}

/** A line that is stored. */
export interface StoredLine {
  offset: number
  line: number
  site: string
}

/** An event that is stored; times are epoch milliseconds. */
export interface StoredEventLine extends StoredLine {
  eventId: string
  timestamp: number
  receivedAt: number
}

const lineRow = z.object({ offset: z.number(), line: z.number(), site: z.string() })
const eventRow = lineRow.extend({ eventId: z.string(), timestamp: z.number(), receivedAt: z.number() })

const ofSpan = `kafka_topic_id = {topicId:UUID} AND kafka_partition = {partition:UInt32}
  AND kafka_offset BETWEEN {first:UInt64} AND {last:UInt64}`

/** The events of a range that are stored. */
export async function queryStoredEvents(
  clickhouse: ClickHouse,
  { topicId, partition }: Source,
  { first, last }: Span,
): Promise<StoredEventLine[]> {
  return queryRows(clickhouse, eventRow, {
    query: `SELECT kafka_offset AS offset, kafka_line AS line, toString(site_id) AS site,
        toString(event_id) AS eventId, toUnixTimestamp64Milli(events.timestamp) AS timestamp,
        toUnixTimestamp64Milli(received_at) AS receivedAt
      FROM events WHERE ${ofSpan}`,
    query_params: { topicId, partition, first, last },
  })
}

/** The dead letters of a range that are stored. */
export async function queryStoredDeadLetters(
  clickhouse: ClickHouse,
  { topicId, partition }: Source,
  { first, last }: Span,
): Promise<StoredLine[]> {
  return queryRows(clickhouse, lineRow, {
    query: `SELECT kafka_offset AS offset, kafka_line AS line, ${siteOfDeadLetter} AS site
      FROM dead_letters WHERE ${ofSpan}`,
    query_params: { topicId, partition, first, last },
  })
}
