// What an audit compares: the logs that rows came from, one a partition of one topic, each up to a fixed offset.
import { z } from 'zod'
import type { ClickHouse } from '../client.ts'
import { queryRows } from '../query-rows.ts'

/** One partition of one topic. */
export interface AuditedLog {
  topicId: string
  partition: number
  /** The topic ids its rows carry: its own, and the unknown one where older rows are its own too. */
  ids: string[]
  /** The first offset that is not compared: everything below is stored wholly. */
  cut: number
}

/** What the books have of a partition. Offsets are of the first range and after the last. */
export interface BookedLog {
  topic: string
  topicId: string
  partition: number
  first: number
  next: number
}

const bookedRow = z.object({
  topic: z.string(),
  topicId: z.string(),
  partition: z.number(),
  first: z.number(),
  next: z.number(),
})

/** Every partition that the books know, of every topic. */
export async function queryBookedLogs(clickhouse: ClickHouse): Promise<BookedLog[]> {
  return queryRows(clickhouse, bookedRow, {
    query: `SELECT topic, topic_id AS topicId, kafka_partition AS partition,
        min(first_offset) AS first, max(last_offset) + 1 AS next
      FROM ranges GROUP BY topic, topicId, partition ORDER BY topic, topicId, partition`,
  })
}

const storedRow = z.object({ topicId: z.string(), partition: z.number() })

/** Every partition that rows or dead letters came from. */
export async function queryStoredLogs(
  clickhouse: ClickHouse,
): Promise<{ topicId: string; partition: number }[]> {
  return queryRows(clickhouse, storedRow, {
    query: `SELECT kafka_topic_id AS topicId, kafka_partition AS partition FROM events GROUP BY ALL
      UNION DISTINCT
      SELECT kafka_topic_id AS topicId, kafka_partition AS partition FROM dead_letters GROUP BY ALL`,
  })
}

/** What `logsTable` binds. */
export function logParams(logs: readonly AuditedLog[]) {
  const rows = logs.flatMap(({ topicId, partition, ids, cut }) =>
    ids.map((id) => ({ id, partition, topicId, cut })),
  )
  return {
    ids: rows.map(({ id }) => id),
    partitions: rows.map(({ partition }) => partition),
    topicIds: rows.map(({ topicId }) => topicId),
    cuts: rows.map(({ cut }) => cut),
  }
}

/** The logs as a table: `log_id` and `log_partition` as rows carry them, `log_topic_id` whose they are, `log_cut`. */
export const logsTable = `SELECT log.1 AS log_id, log.2 AS log_partition, log.3 AS log_topic_id, log.4 AS log_cut
  FROM (SELECT arrayJoin(arrayZip(
    {ids:Array(UUID)}, {partitions:Array(UInt32)}, {topicIds:Array(UUID)}, {cuts:Array(UInt64)})) AS log)`
