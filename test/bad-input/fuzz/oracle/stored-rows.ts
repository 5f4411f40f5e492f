// What is stored, row by row, as the oracle compares it.
import { createClickHouse, type ClickHouse } from '../../../../clickhouse/client.ts'
import type { ClickHouseSettings } from '../../../../clickhouse/config.ts'
import type { Fields } from './expected-event.ts'

export interface StoredEvent extends Fields {
  event_id: string
  /** Epoch milliseconds. */
  timestamp: number
  kafka_partition: number
  kafka_offset: number
  kafka_line: number
}

export interface StoredDeadLetter {
  /** Base64. */
  raw: string
  reason: string
  kafka_partition: number
  kafka_offset: number
  kafka_line: number
}

/** What became of one site's lines in one partition, over all stored ranges. */
export interface StoredBooks {
  kafka_partition: number
  site_id: string
  lines: number
  rows: number
  duplicates: number
  dead: number
}

const place = 'kafka_partition, kafka_offset, kafka_line'

export interface Store {
  events: () => AsyncIterable<StoredEvent>
  deadLetters: () => AsyncIterable<StoredDeadLetter>
  books: () => AsyncIterable<StoredBooks>
  /** In how many partitions a record of `site` is stored wholly, and how many ranges there are at all. */
  progress: (site: string) => Promise<{ partitions: number; ranges: number }>
  close: () => Promise<void>
}

export function openStore(settings: ClickHouseSettings): Store {
  const clickhouse = createClickHouse(settings, 120_000)
  return {
    events: () =>
      rowsOf<StoredEvent>(
        clickhouse,
        `SELECT site_id, event_type, path, user_id, referrer, properties, event_id,
           toUnixTimestamp64Milli(timestamp) AS timestamp, ${place}
         FROM events`,
      ),
    deadLetters: () =>
      rowsOf<StoredDeadLetter>(
        clickhouse,
        `SELECT base64Encode(raw) AS raw, reason, ${place} FROM dead_letters`,
      ),
    books: () =>
      rowsOf<StoredBooks>(
        clickhouse,
        `SELECT kafka_partition, site_id, sum(lines) AS lines, sum(rows) AS rows,
           sum(duplicates) AS duplicates, sum(dead) AS dead
         FROM ranges GROUP BY kafka_partition, site_id`,
      ),
    progress: async (site) => {
      const query = `SELECT uniqExactIf(kafka_partition, site_id = {site:String}) AS partitions, count() AS ranges
        FROM ranges`
      for await (const row of rowsOf<{ partitions: number; ranges: number }>(clickhouse, query, { site })) {
        return row
      }
      return { partitions: 0, ranges: 0 }
    },
    close: () => clickhouse.close(),
  }
}

async function* rowsOf<Row>(
  clickhouse: ClickHouse,
  query: string,
  query_params: Record<string, unknown> = {},
): AsyncIterable<Row> {
  const result = await clickhouse.query({
    query,
    query_params,
    format: 'JSONEachRow',
    clickhouse_settings: { output_format_json_quote_64bit_integers: 0, json_type_escape_dots_in_keys: 1 },
  })
  for await (const rows of result.stream()) for (const row of rows) yield row.json<Row>()
}
