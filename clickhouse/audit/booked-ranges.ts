// The ranges in the books: one after another, and where one does not follow the one before.
import { z } from 'zod'
import type { ClickHouse } from '../client.ts'
import { queryRows } from '../query-rows.ts'
import { logParams, logsTable, type AuditedLog } from './audited-log.ts'

/** What the books say of one site's lines in a range. */
export interface SiteLines {
  lines: number
  rows: number
  duplicates: number
  dead: number
}

/** Offsets `first` to `last`, both included. */
export interface BookedRange {
  first: number
  last: number
  sites: Map<string, SiteLines>
}

const rowsOfPage = 5000

const bookRow = z.object({
  first: z.number(),
  last: z.number(),
  site: z.string(),
  lines: z.number(),
  rows: z.number(),
  duplicates: z.number(),
  dead: z.number(),
})

/** The ranges of a partition from offset `from` on and below its cut, in order, a page of them in memory. */
export async function* queryBookedRanges(
  clickhouse: ClickHouse,
  topic: string,
  log: AuditedLog,
  from: number,
): AsyncGenerator<BookedRange> {
  for (let next = from; ;) {
    const page = await queryPage(clickhouse, topic, log, next)
    yield* toRanges(page)
    const last = page.at(-1)
    if (page.length < rowsOfPage || !last) return
    next = last.first + 1
  }
}

/** In the order of the table's key, so that no more than the page is read; never a part of a range. */
async function queryPage(
  clickhouse: ClickHouse,
  topic: string,
  { ids, partition, cut }: AuditedLog,
  from: number,
): Promise<z.infer<typeof bookRow>[]> {
  return queryRows(clickhouse, bookRow, {
    query: `SELECT first_offset AS first, last_offset AS last, site_id AS site, lines, rows, duplicates, dead
      FROM ranges
      WHERE topic = {topic:String} AND kafka_partition = {partition:UInt32} AND topic_id IN {ids:Array(UUID)}
        AND first_offset >= {from:UInt64} AND last_offset < {cut:UInt64}
      ORDER BY first_offset LIMIT {limit:UInt32} WITH TIES`,
    query_params: { topic, partition, ids, from, cut, limit: rowsOfPage },
  })
}

function toRanges(page: z.infer<typeof bookRow>[]): BookedRange[] {
  const ranges = new Map<string, BookedRange>()
  for (const { first, last, site, lines, rows, duplicates, dead } of page) {
    const key = `${first}-${last}`
    const range = ranges.get(key) ?? { first, last, sites: new Map<string, SiteLines>() }
    ranges.set(key, range)
    const before = range.sites.get(site)
    range.sites.set(site, {
      lines: lines + (before?.lines ?? 0),
      rows: rows + (before?.rows ?? 0),
      duplicates: duplicates + (before?.duplicates ?? 0),
      dead: dead + (before?.dead ?? 0),
    })
  }
  return [...ranges.values()].sort((left, right) => left.first - right.first || left.last - right.last)
}

/** The last offset of all ranges of a partition that begin below `offset`; -1 where there is none. */
export async function queryLastBefore(
  clickhouse: ClickHouse,
  topic: string,
  { ids, partition }: AuditedLog,
  offset: number,
): Promise<number> {
  const [row] = await queryRows(clickhouse, z.object({ last: z.number().nullable() }), {
    query: `SELECT maxOrNull(last_offset) AS last FROM ranges
      WHERE topic = {topic:String} AND kafka_partition = {partition:UInt32} AND topic_id IN {ids:Array(UUID)}
        AND first_offset < {offset:UInt64}`,
    query_params: { topic, partition, ids, offset },
  })
  return row?.last ?? -1
}

const breakRow = z.object({
  topicId: z.string(),
  partition: z.number(),
  after: z.number(),
  first: z.number(),
  last: z.number(),
})

/** A range that does not begin at the offset after all ranges before it: `after` is their last one, -1 for none. */
export type Break = z.infer<typeof breakRow>

/**
 * Every break, also where a log's first range does not begin at offset 0; at most `limit`, those where ranges overlap
 * first, each kind in the order of the logs.
 */
export async function queryBreaks(
  clickhouse: ClickHouse,
  logs: readonly AuditedLog[],
  limit: number,
): Promise<Break[]> {
  return queryRows(clickhouse, breakRow, {
    query: `WITH logs AS (${logsTable})
      SELECT topicId, partition, after, first, last FROM (
        SELECT topicId, partition, first, last,
          max(last) OVER (PARTITION BY topicId, partition ORDER BY first, last
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS highest,
          row_number() OVER (PARTITION BY topicId, partition ORDER BY first, last) AS number,
          if(number = 1, -1, highest) AS after
        FROM (
          SELECT log_topic_id AS topicId, log_partition AS partition,
            toInt64(first_offset) AS first, toInt64(last_offset) AS last
          FROM ranges INNER JOIN logs ON topic_id = log_id AND kafka_partition = log_partition
          WHERE last_offset < log_cut GROUP BY topicId, partition, first, last
        )
      )
      WHERE first != after + 1 ORDER BY first > after, topicId, partition, first LIMIT {limit:UInt32}`,
    query_params: { ...logParams(logs), limit },
  })
}

const contradictionRow = bookRow.extend({ topicId: z.string(), partition: z.number() })

/** A row of the books whose lines are not rows + duplicates + dead. */
export type Contradiction = z.infer<typeof contradictionRow>

/** Every such row; at most `limit`. */
export async function queryContradictions(clickhouse: ClickHouse, limit: number): Promise<Contradiction[]> {
  return queryRows(clickhouse, contradictionRow, {
    query: `SELECT topic_id AS topicId, kafka_partition AS partition, first_offset AS first, last_offset AS last,
        site_id AS site, lines, rows, duplicates, dead
      FROM ranges WHERE lines != rows + duplicates + dead LIMIT {limit:UInt32}`,
    query_params: { limit },
  })
}
