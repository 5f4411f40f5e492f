// One SELECT whose rows are checked against their schema.
import { z } from 'zod'
import type { ClickHouse } from './client.ts'

export interface Question {
  query: string
  query_params?: Record<string, unknown>
}

/**
 * The rows of a SELECT, 64-bit integers as numbers.
 * @throws ClickHouseError; ZodError where a row is not what the program expects
 */
export async function queryRows<Row>(
  clickhouse: ClickHouse,
  row: z.ZodType<Row>,
  question: Question,
): Promise<Row[]> {
  const result = await clickhouse.query({
    ...question,
    format: 'JSONEachRow',
    clickhouse_settings: { output_format_json_quote_64bit_integers: 0, max_query_size: '1048576' },
  })
  return z.array(row).parse(await result.json())
}
