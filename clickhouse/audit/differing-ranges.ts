// Where the tables differ from the books, for one site of one partition.
import { z } from 'zod'
import type { ClickHouse } from '../client.ts'
import { queryRows, streamRows } from '../query-rows.ts'
import { siteOfDeadLetter } from '../site-of-dead-letter.ts'
import type { AuditedLog } from './audited-log.ts'

const rangeRow = z.object({
  isBooked: z.number().transform(Boolean),
  first: z.number(),
  last: z.number(),
  bookedRows: z.number(),
  storedRows: z.number(),
  bookedDead: z.number(),
  storedDead: z.number(),
})

/** A range whose lines of the site differ; where none is booked, the first and last offset of lines without one. */
export type DifferingRange = z.infer<typeof rangeRow>

const ofLog = 'kafka_topic_id IN {ids:Array(UUID)} AND kafka_partition = {partition:UInt32}'
const below = 'kafka_offset < {cut:UInt64}'

const differingRanges = `
WITH booked AS (
  SELECT 1 AS one, 1 AS isBooked, first_offset, last_offset, sum(rows) AS rows, sum(dead) AS dead FROM ranges
  WHERE topic_id IN {ids:Array(UUID)} AND kafka_partition = {partition:UInt32} AND site_id = {site:String}
    AND last_offset < {cut:UInt64}
  GROUP BY first_offset, last_offset
)
SELECT range.1 = 1 AS isBooked, if(isBooked, any(range.2), min(lowest)) AS first,
  if(isBooked, any(range.3), max(highest)) AS last,
  sum(rowsOfBooks) AS bookedRows, sum(isRow) AS storedRows, sum(deadOfBooks) AS bookedDead, sum(isDead) AS storedDead
FROM (
  SELECT (1, first_offset, last_offset) AS range, first_offset AS lowest, last_offset AS highest,
    rows AS rowsOfBooks, 0 AS isRow, dead AS deadOfBooks, 0 AS isDead
  FROM booked
  UNION ALL
  SELECT if(booked.isBooked = 1 AND kafka_offset <= last_offset, (1, first_offset, last_offset), (0, 0, 0)) AS range,
    kafka_offset, kafka_offset, 0, isRow, 0, isDead
  FROM (
    SELECT 1 AS one, kafka_offset, 1 AS isRow, 0 AS isDead FROM events
    WHERE site_id = {site:String} AND ${ofLog} AND ${below}
    UNION ALL
    SELECT 1 AS one, kafka_offset, 0 AS isRow, 1 AS isDead FROM dead_letters
    WHERE ${siteOfDeadLetter} = {site:String} AND ${ofLog} AND ${below}
  ) AS stored
  ASOF LEFT JOIN booked ON stored.one = booked.one AND stored.kafka_offset >= booked.first_offset
)
GROUP BY range HAVING bookedRows != storedRows OR bookedDead != storedDead
ORDER BY isBooked, first LIMIT {limit:UInt32}`

/** The first ranges that differ, in the order of the log; at most `limit`. */
export async function queryDifferingRanges(
  clickhouse: ClickHouse,
  { ids, partition, cut }: AuditedLog,
  site: string,
  limit: number,
): Promise<DifferingRange[]> {
  return queryRows(clickhouse, rangeRow, {
    query: differingRanges,
    query_params: { ids, partition, cut, site, limit },
  })
}

const placeRow = z.object({ offset: z.number(), line: z.number() })

/** Offset and line of everything that is stored of a site between two offsets, both included. */
export async function* queryStoredPlaces(
  clickhouse: ClickHouse,
  { ids, partition }: Pick<AuditedLog, 'ids' | 'partition'>,
  site: string,
  first: number,
  last: number,
): AsyncGenerator<z.infer<typeof placeRow>> {
  const between = 'kafka_offset BETWEEN {first:UInt64} AND {last:UInt64}'
  yield* streamRows(clickhouse, placeRow, {
    query: `SELECT kafka_offset AS offset, kafka_line AS line FROM events
        WHERE site_id = {site:String} AND ${ofLog} AND ${between}
      UNION ALL
      SELECT kafka_offset AS offset, kafka_line AS line FROM dead_letters
        WHERE ${siteOfDeadLetter} = {site:String} AND ${ofLog} AND ${between}`,
    query_params: { ids, partition, site, first, last },
  })
}

/** Which of these events of a site are stored, from wherever. Event ids are UUIDs in lower case. */
export async function queryIdsOfSite(
  clickhouse: ClickHouse,
  site: string,
  eventIds: readonly string[],
): Promise<Set<string>> {
  const rows = await queryRows(clickhouse, z.object({ id: z.string() }), {
    query: `SELECT DISTINCT toString(event_id) AS id FROM events
      WHERE site_id = {site:String} AND event_id IN {eventIds:Array(UUID)}`,
    query_params: { site, eventIds },
  })
  return new Set(rows.map(({ id }) => id))
}
