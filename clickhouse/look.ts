// What the store says about a partition of which an insert had no plain success.
import { z } from 'zod'
import type { ClickHouse } from './client.ts'
import type { partsOfNames, Source } from './insert-lines.ts'
import { queryRows } from './query-rows.ts'
import { siteOfDeadLetter } from './site-of-dead-letter.ts'

type InsertNames = ReturnType<typeof partsOfNames>

const runningRow = z.object({ now: z.number(), running: z.number() })
const bookedRow = z.object({ next: z.number() })

const isOfPartition = 'startsWith(query_id, {start:String}) AND position(query_id, {partition:String}) > 0'

/**
 * ClickHouse's clock, seconds since 1970, and whether an insert of the partition, of any deadline, still runs: it may have
 * passed its check and be writing.
 * @param names how its inserts are found, see `partsOfNames`
 */
export async function lookForInserts(
  clickhouse: ClickHouse,
  names: InsertNames,
): Promise<{ now: number; isRunning: boolean }> {
  const [found] = await queryRows(clickhouse, runningRow, {
    query: `SELECT toUnixTimestamp64Milli(now64(3)) / 1000 AS now,
        countIf(${isOfPartition}) AS running FROM system.processes`,
    query_params: { ...names },
  })
  if (!found) throw new Error('ClickHouse gave no rows')
  return { now: found.now, isRunning: found.running > 0 }
}

/** Asks ClickHouse to end the inserts of a partition. They may take a while to end. */
export async function endInserts(clickhouse: ClickHouse, names: InsertNames): Promise<void> {
  await clickhouse.command({
    query: `KILL QUERY WHERE ${isOfPartition} ASYNC`,
    query_params: { ...names },
  })
}

/** The offset after the last one, up to `most`, that the books have of a partition; 0 where they have none. */
export async function queryBooked(clickhouse: ClickHouse, source: Source, most: number): Promise<number> {
  const [books] = await queryRows(clickhouse, bookedRow, {
    query: `SELECT if(count() = 0, 0, max(last_offset) + 1) AS next FROM ranges
      WHERE topic = {topic:String} AND topic_id = {topicId:UUID} AND kafka_partition = {partition:UInt32}
        AND last_offset <= {most:Int64}`,
    query_params: { ...source, most },
  })
  if (!books) throw new Error('ClickHouse gave no rows')
  return books.next
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

const isFrom = `kafka_topic_id = {topicId:UUID} AND kafka_partition = {partition:UInt32}
  AND kafka_offset >= {from:UInt64}`

/**
 * The events of a partition that are stored from this offset on.
 * @param since those that say of themselves that they were stored earlier are left out, seconds since 1970; 0 reads the whole table
 */
export async function queryStoredEvents(
  clickhouse: ClickHouse,
  { topicId, partition }: Source,
  from: number,
  since: number,
): Promise<StoredEventLine[]> {
  return queryRows(clickhouse, eventRow, {
    query: `SELECT kafka_offset AS offset, kafka_line AS line, toString(site_id) AS site,
        toString(event_id) AS eventId, toUnixTimestamp64Milli(events.timestamp) AS timestamp,
        toUnixTimestamp64Milli(received_at) AS receivedAt
      FROM events WHERE ${isFrom} AND stored_at >= toDateTime({since:UInt32}, 'UTC')`,
    query_params: { topicId, partition, from, since },
  })
}

/** The dead letters of a partition that are stored from this offset on. */
export async function queryStoredDeadLetters(
  clickhouse: ClickHouse,
  { topicId, partition }: Source,
  from: number,
): Promise<StoredLine[]> {
  return queryRows(clickhouse, lineRow, {
    query: `SELECT kafka_offset AS offset, kafka_line AS line, ${siteOfDeadLetter} AS site
      FROM dead_letters WHERE ${isFrom}`,
    query_params: { topicId, partition, from },
  })
}
