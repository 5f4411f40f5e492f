// One SELECT whose rows are checked against their schema: all at once, or one after another.
import { z } from 'zod'
import type { ClickHouse } from './client.ts'

export interface Question {
  query: string
  query_params?: Record<string, unknown>
}

/** Offsets and counts stay far below 2^53, so they may come as plain JSON numbers. */
const settings = { output_format_json_quote_64bit_integers: 0, max_query_size: '1048576' } as const

/**
 * The rows of a SELECT, 64-bit integers as numbers.
 * @throws ClickHouseError; ZodError where a row is not what the program expects
 */
export async function queryRows<Row>(
  clickhouse: ClickHouse,
  row: z.ZodType<Row>,
  question: Question,
): Promise<Row[]> {
  const result = await clickhouse.query({ ...question, format: 'JSONEachRow', clickhouse_settings: settings })
  return z.array(row).parse(await result.json())
}

/** The same for any number of rows: few of them are in memory at a time. */
export async function* streamRows<Row>(
  clickhouse: ClickHouse,
  row: z.ZodType<Row>,
  question: Question,
): AsyncGenerator<Row> {
  const result = await clickhouse.query({ ...question, format: 'JSONEachRow', clickhouse_settings: settings })
  for await (const found of result.stream()) for (const each of found) yield row.parse(each.json())
}
