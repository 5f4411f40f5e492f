// How far each partition of a topic is stored, by the books.
import { z } from 'zod'
import type { ClickHouse } from './client.ts'

const row = z.object({ partition: z.number(), next: z.number() })

/** The offset after the last stored range of each partition; nothing for a partition of which nothing is stored. */
export async function queryStoredOffsets(
  clickhouse: ClickHouse,
  topic: string,
): Promise<Map<number, number>> {
  const result = await clickhouse.query({
    query: `SELECT kafka_partition AS partition, max(last_offset) + 1 AS next
      FROM ranges WHERE topic = {topic:String} GROUP BY partition`,
    query_params: { topic },
    format: 'JSONEachRow',
    clickhouse_settings: { output_format_json_quote_64bit_integers: 0 },
  })
  const rows = z.array(row).parse(await result.json())
  return new Map(rows.map(({ partition, next }) => [partition, next]))
}
