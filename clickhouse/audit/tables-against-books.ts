// What the tables hold against what the books say they hold.
import { z } from 'zod'
import type { ClickHouse } from '../client.ts'
import { queryRows, streamRows } from '../query-rows.ts'
import { siteOfDeadLetter } from '../site-of-dead-letter.ts'
import { logParams, logsTable, type AuditedLog } from './audited-log.ts'

/** Lines by what the books say and what the tables hold. */
export interface Counts {
  bookedRows: number
  storedRows: number
  bookedDead: number
  storedDead: number
}

/** One partition. Everything counts offsets below the cut, `rowsAbove` and `deadAbove` those from it on. */
export interface TableBalance extends Counts {
  topicId: string
  partition: number
  lines: number
  duplicates: number
  rowsAbove: number
  deadAbove: number
  /** How many sites differ, and some of them. */
  differing: number
  sites: (Counts & { site: string })[]
}

const mostSites = 100

const counts = {
  bookedRows: z.number(),
  storedRows: z.number(),
  bookedDead: z.number(),
  storedDead: z.number(),
}

const balanceRow = z.object({
  ...counts,
  topicId: z.string(),
  partition: z.number(),
  lines: z.number(),
  duplicates: z.number(),
  rowsAbove: z.number(),
  deadAbove: z.number(),
  differing: z.number(),
  sites: z.array(z.object({ ...counts, site: z.string() })),
})

const differs = 'bookedRows != storedRows OR bookedDead != storedDead'

const bySite = `
WITH logs AS (${logsTable})
SELECT topicId, partition, site, sum(lines) AS lines, sum(bookedRows) AS bookedRows, sum(storedRows) AS storedRows,
  sum(duplicates) AS duplicates, sum(bookedDead) AS bookedDead, sum(storedDead) AS storedDead,
  sum(rowsAbove) AS rowsAbove, sum(deadAbove) AS deadAbove
FROM (
  SELECT log_topic_id AS topicId, log_partition AS partition, toString(site_id) AS site,
    sum(ranges.lines) AS lines, sum(ranges.rows) AS bookedRows, 0 AS storedRows,
    sum(ranges.duplicates) AS duplicates, sum(ranges.dead) AS bookedDead, 0 AS storedDead,
    0 AS rowsAbove, 0 AS deadAbove
  FROM ranges INNER JOIN logs ON topic_id = log_id AND kafka_partition = log_partition
  WHERE last_offset < log_cut GROUP BY topicId, partition, site
  UNION ALL
  SELECT log_topic_id AS topicId, log_partition AS partition, toString(site_id) AS site,
    0, 0, countIf(kafka_offset < log_cut), 0, 0, 0, countIf(kafka_offset >= log_cut), 0
  FROM events INNER JOIN logs ON kafka_topic_id = log_id AND kafka_partition = log_partition
  GROUP BY topicId, partition, site
  UNION ALL
  SELECT log_topic_id AS topicId, log_partition AS partition, ${siteOfDeadLetter} AS site,
    0, 0, 0, 0, 0, countIf(kafka_offset < log_cut), 0, countIf(kafka_offset >= log_cut)
  FROM dead_letters INNER JOIN logs ON kafka_topic_id = log_id AND kafka_partition = log_partition
  GROUP BY topicId, partition, site
)
GROUP BY topicId, partition, site`

/** Compares every log, in one pass over the tables. */
export async function queryTableBalances(
  clickhouse: ClickHouse,
  logs: readonly AuditedLog[],
): Promise<TableBalance[]> {
  return queryRows(clickhouse, balanceRow, {
    query: `SELECT topicId, partition, sum(lines) AS lines, sum(duplicates) AS duplicates,
        sum(bookedRows) AS bookedRows, sum(storedRows) AS storedRows,
        sum(bookedDead) AS bookedDead, sum(storedDead) AS storedDead,
        sum(rowsAbove) AS rowsAbove, sum(deadAbove) AS deadAbove, sum(isDifferent) AS differing,
        groupArrayIf(${mostSites})(difference, isDifferent) AS sites
      FROM (
        SELECT *, ${differs} AS isDifferent,
          (site, bookedRows, storedRows, bookedDead, storedDead)::Tuple(site String, bookedRows UInt64,
            storedRows UInt64, bookedDead UInt64, storedDead UInt64) AS difference
        FROM (${bySite})
      )
      GROUP BY topicId, partition ORDER BY topicId, partition`,
    query_params: logParams(logs),
  })
}

const siteRow = z.object({ ...counts, site: z.string(), lines: z.number(), duplicates: z.number() })

/** All partitions and topics of one site. */
export type SiteBalance = z.infer<typeof siteRow>

/** Every site by name, one after another, however many there are. */
export async function* querySites(
  clickhouse: ClickHouse,
  logs: readonly AuditedLog[],
): AsyncGenerator<SiteBalance> {
  yield* streamRows(clickhouse, siteRow, {
    query: `SELECT site, sum(lines) AS lines, sum(duplicates) AS duplicates,
        sum(bookedRows) AS bookedRows, sum(storedRows) AS storedRows,
        sum(bookedDead) AS bookedDead, sum(storedDead) AS storedDead
      FROM (${bySite}) GROUP BY site ORDER BY site`,
    query_params: logParams(logs),
  })
}
