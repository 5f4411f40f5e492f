// The only INSERT: lines of JSON, one block, one deduplication token.
import { Readable } from 'node:stream'
import type { ClickHouse } from './client.ts'

/** What one attempt to insert needs. Every attempt of one token must carry exactly the same lines. */
export interface Insert {
  target: InsertTarget
  /** NDJSON, in pieces that each end with a line break. */
  lines: readonly Buffer[]
  /** The deduplication token: ClickHouse drops a block whose token it has stored already. */
  token: string
  /** Values the target's SELECT binds, the same for all lines. */
  constants: Record<string, string | number>
}

/** A table with the shape of the lines it is filled from. */
export interface InsertTarget {
  table: string
  columns: string
  select: string
  input: string
}

const milliseconds = (name: string) => `fromUnixTimestamp64Milli(${name}, 'UTC')`

/** Rows of `events`: the canonical line of an event, with `received_at`, `kafka_offset`, `kafka_line` before it. */
export const eventsTarget: InsertTarget = {
  table: 'events',
  columns:
    'site_id, event_type, path, user_id, timestamp, event_id, received_at, referrer, properties, kafka_partition, kafka_offset, kafka_line',
  select: `site_id, event_type, path, user_id, ${milliseconds('timestamp')}, event_id, ${milliseconds('received_at')}, referrer, properties, {partition:UInt32}, kafka_offset, kafka_line`,
  input:
    'received_at Int64, kafka_offset UInt64, kafka_line UInt32, site_id String, event_type String, path String, user_id String, timestamp Int64, event_id UUID, referrer String, properties JSON',
}

/** Rows of `dead_letters`. Raw bytes and key travel as base64, since they may be no UTF-8. */
export const deadLettersTarget: InsertTarget = {
  table: 'dead_letters',
  columns: 'raw, reason, field, message, kafka_key, kafka_partition, kafka_offset, kafka_line, received_at',
  select: `base64Decode(raw), reason, field, message, base64Decode(kafka_key), {partition:UInt32}, kafka_offset, kafka_line, ${milliseconds('received_at')}`,
  input:
    'raw String, reason String, field String, message String, kafka_key String, kafka_offset UInt64, kafka_line UInt32, received_at Int64',
}

/** Rows of `ranges`: the books of one range, one row a site. */
export const rangesTarget: InsertTarget = {
  table: 'ranges',
  columns: 'topic, kafka_partition, first_offset, last_offset, site_id, lines, rows, duplicates, dead',
  select:
    '{topic:String}, {partition:UInt32}, {first:UInt64}, {last:UInt64}, site_id, lines, rows, duplicates, dead',
  input: 'site_id String, lines UInt64, rows UInt64, duplicates UInt64, dead UInt64',
}

/**
 * Inserts in one block, visible at once or not at all (for each month of the rows). A failure to connect, a
 * time-out or a reset leaves the outcome unknown.
 * @throws ClickHouseError when ClickHouse refuses
 */
export async function insertLines(clickhouse: ClickHouse, insert: Insert): Promise<void> {
  const { table, columns, select, input } = insert.target
  const { stream } = await clickhouse.exec({
    query: `INSERT INTO ${table} (${columns}) SELECT ${select} FROM input('${input}') FORMAT JSONEachRow`,
    values: Readable.from(insert.lines, { objectMode: false }),
    query_params: insert.constants,
    clickhouse_settings: { ...oneBlock, ...exactJson, insert_deduplication_token: insert.token },
  })
  await stream.resume().toArray()
}

const oneBlock = {
  async_insert: 0,
  input_format_parallel_parsing: 0,
  max_insert_threads: '1',
  max_insert_block_size: '1048576',
  min_insert_block_size_rows: '1048576',
  min_insert_block_size_bytes: '1073741824',
  max_partitions_per_insert_block: '0',
  max_query_size: '1048576',
} as const

/** Values of `properties` come back as they were sent: no guessed dates, no numbers made of booleans. */
const exactJson = {
  input_format_try_infer_dates: 0,
  input_format_try_infer_datetimes: 0,
  json_type_escape_dots_in_keys: 1,
  input_format_json_read_bools_as_numbers: 0,
  input_format_json_read_bools_as_strings: 0,
} as const
