// The only INSERT of events and their books: one block, one deduplication token, refused by ClickHouse itself once it is late.
import { randomUUID } from 'node:crypto'
import { Readable } from 'node:stream'
import type { ClickHouse } from './client.ts'

/** What one attempt to insert needs. Every attempt of one token must carry exactly the same lines. */
export interface Insert {
  target: InsertTarget
  /** Lines in the target's format, in pieces of whole lines. */
  lines: readonly Buffer[]
  lineCount: number
  /** The deduplication token: ClickHouse drops a block whose token it has stored already. */
  token: string
  /** Values the target's SELECT binds, the same for all lines. */
  constants: Record<string, string | number>
  /** Seconds since 1970 by ClickHouse's clock: from then on the block is refused as a whole. */
  deadline: number
  /** Begins the query's id, so that a look finds the inserts of a partition that still run. */
  name: string
}

/** A topic that has this identity. */
export interface SourceTopic {
  topic: string
  topicId: string
}

/** Where lines come from: a partition of a topic. */
export interface Source extends SourceTopic {
  partition: number
}

/** Offsets `first` to `last` of a partition, both included. */
export interface PartitionSpan {
  partition: number
  first: number
  last: number
}

/** A table with the shape of the lines it is filled from. */
export interface InsertTarget {
  table: string
  columns: string
  select: string
  /** The columns of its lines, in the order they have in RowBinary. */
  input: string
  format: 'RowBinary' | 'JSONEachRow'
}

const milliseconds = (name: string) => `fromUnixTimestamp64Milli(${name}, 'UTC')`

/**
 * Rows of `events`, as `event-row.ts` writes them. `at` is when it was received, `part` the partition. The JSON type is the
 * table's to the letter: from any other the values would be written out and parsed once more, which costs more than all the
 * rest of the insert.
 */
export const eventsTarget: InsertTarget = {
  table: 'events',
  columns:
    'site_id, event_type, path, user_id, timestamp, event_id, received_at, referrer, properties, kafka_topic_id, kafka_partition, kafka_offset, kafka_line, stored_at',
  select: `site_id, event_type, path, user_id, ${milliseconds('timestamp')}, event_id, ${milliseconds('at')}, referrer, properties, {topicId:UUID}, part, offset, line, toDateTime({storedAt:UInt32}, 'UTC')`,
  input:
    'site_id String, at Int64, part UInt32, offset UInt64, line UInt32, event_type String, path String, user_id String, timestamp Int64, event_id UUID, referrer String, properties JSON(max_dynamic_paths = 16, max_dynamic_types = 4)',
  format: 'RowBinary',
}

/** Rows of `dead_letters`. Raw bytes and key travel as base64, since they may be no UTF-8. */
export const deadLettersTarget: InsertTarget = {
  table: 'dead_letters',
  columns:
    'raw, reason, field, message, kafka_key, kafka_topic_id, kafka_partition, kafka_offset, kafka_line, received_at',
  select: `base64Decode(raw), reason, field, message, base64Decode(kafka_key), {topicId:UUID}, kafka_partition, kafka_offset, kafka_line, ${milliseconds('received_at')}`,
  input:
    'raw String, reason String, field String, message String, kafka_key String, kafka_partition UInt32, kafka_offset UInt64, kafka_line UInt32, received_at Int64',
  format: 'JSONEachRow',
}

/** Rows of `ranges`: the books, one row a range and site. */
export const rangesTarget: InsertTarget = {
  table: 'ranges',
  columns:
    'topic, topic_id, kafka_partition, first_offset, last_offset, site_id, lines, rows, duplicates, dead',
  select: '{topic:String}, {topicId:UUID}, partition, first, last, site_id, lines, rows, duplicates, dead',
  input:
    'partition UInt32, first UInt64, last UInt64, site_id String, lines UInt64, rows UInt64, duplicates UInt64, dead UInt64',
  format: 'JSONEachRow',
}

/** Takes rows as `events` does and keeps none. */
export const trialTarget: InsertTarget = { ...eventsTarget, table: 'events_trial' }

/** ClickHouse did not say that it wrote every line: what became of them has to be looked for. */
export class NotAllWritten extends Error {
  override name = 'NotAllWritten'
}

/**
 * Inserts in one block, visible at once or not at all (for each month of the rows). The deadline is checked when the
 * block has arrived as a whole: `now()` would be fixed when the query starts, and a WHERE that is only false would
 * answer success for nothing. Any failure leaves the outcome unknown until it is looked for.
 * @param clickhouse a client that keeps no connection alive: a refused insert leaves its body unread
 * @throws ClickHouseError when ClickHouse refuses, code 395 where the deadline had passed; NotAllWritten
 */
export async function insertLines(clickhouse: ClickHouse, insert: Insert): Promise<void> {
  const { table, columns, select, input, format } = insert.target
  const { stream, summary } = await clickhouse.exec({
    query: `INSERT INTO ${table} (${columns}) SELECT ${select} FROM input('${input}')
      WHERE throwIf(nowInBlock() >= toDateTime({deadline:UInt32}), 'late') = 0 FORMAT ${format}`,
    values: Readable.from(insert.lines, { objectMode: false }),
    query_id: `${insert.name}${insert.deadline}/${table}/${randomUUID()}`,
    query_params: { ...insert.constants, deadline: insert.deadline },
    clickhouse_settings: { ...oneBlock, ...exactJson, insert_deduplication_token: insert.token },
  })
  await stream.resume().toArray()
  const written = summary ? Number(summary.written_rows) : insert.lineCount
  if (written < insert.lineCount) {
    throw new NotAllWritten(`ClickHouse wrote ${written} of ${insert.lineCount} lines into ${table}`)
  }
}

/** The name of an insert of these ranges of a topic, whichever consumer sends it. */
export function nameInsert(database: string, topic: SourceTopic, spans: readonly PartitionSpan[]): string {
  return `${startOfName(database, topic)}${spans.map(({ partition, first, last }) => `${partition}:${first}-${last}/`).join('')}`
}

/** What the names of all inserts of one partition begin with, and what they have in them. */
export function partsOfNames(database: string, source: Source): { start: string; partition: string } {
  return { start: startOfName(database, source), partition: `/${source.partition}:` }
}

function startOfName(database: string, { topic, topicId }: SourceTopic): string {
  return `tallyline/${database}/${topic}/${topicId}/`
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
  input_format_binary_read_json_as_string: 1,
} as const
