// How far each partition of a topic is stored, by the books.
import { z } from 'zod'
import type { ClickHouse } from './client.ts'
import { queryRows } from './query-rows.ts'

const row = z.object({ partition: z.number(), offset: z.number() })

/**
 * The offset after the last stored range of each partition; nothing for a partition of which nothing is stored.
 * @param topicId ranges of a topic of that name that was deleted since do not count
 */
export async function queryStoredOffsets(
  clickhouse: ClickHouse,
  topic: string,
  topicId: string,
): Promise<Map<number, number>> {
  const rows = await queryRows(clickhouse, row, {
    query: `SELECT kafka_partition AS partition, max(last_offset) + 1 AS offset FROM ranges
      WHERE topic = {topic:String} AND topic_id = {topicId:UUID}
      GROUP BY partition`,
    query_params: { topic, topicId },
  })
  return new Map(rows.map(({ partition, offset }) => [partition, offset]))
}
