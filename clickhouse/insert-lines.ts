// The only INSERT of events and their books: one block, one deduplication token, refused by ClickHouse itself once it is late.
import { randomUUID } from 'node:crypto'
import { isOfOtherTypes, type InsertTarget, type Statement } from './insert-targets.ts'
import { toSearch } from './parameters.ts'
import type { ShortRequests } from './short-requests.ts'

/** What one attempt to insert needs. Every attempt of one token must carry exactly the same lines. */
export interface Insert {
  target: InsertTarget
  /** Lines in the target's format, in pieces of whole lines. */
  lines: readonly Buffer[]
  lineCount: number
  /** The deduplication token: ClickHouse drops a block whose token it has stored already. */
  token: string
  /** Of the topic that the lines come from. */
  topicId: string
  /** What rows of events say of when they were stored, seconds since 1970. */
  storedAt: number
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

/** ClickHouse says that it wrote fewer lines than it was sent: what became of them has to be looked for. */
export class NotAllWritten extends Error {
  override name = 'NotAllWritten'
}

/** From so many lines on it pays to have texts made LowCardinality a column at a time, though such a query takes 4 ms to understand. */
const many = 4000

/**
 * Inserts in one block, visible at once or not at all (for each month of the rows). The tables' constraint `in_time` refuses
 * it once the deadline has passed, which it checks when the block has arrived as a whole. What the statement says for all of
 * its lines travels as `log_comment`, the one setting that takes any text. Any failure leaves the outcome unknown until it is
 * looked for.
 * @throws ClickHouseError when ClickHouse refuses, code 469 where the deadline had passed; NotAllWritten
 */
export async function insertLines(requests: ShortRequests, insert: Insert): Promise<void> {
  const { direct, converting } = insert.target
  if (insert.lineCount >= many) return send(requests, insert, converting, settings)
  try {
    await send(requests, insert, direct, settingsOfFew)
  } catch (error) {
    if (!isOfOtherTypes(error)) throw error
    await send(requests, insert, converting, settingsOfFew)
  }
}

async function send(
  requests: ShortRequests,
  insert: Insert,
  { query, head }: Statement,
  fixed: string,
): Promise<void> {
  const { topicId, storedAt, deadline } = insert
  const { table } = insert.target
  const { writtenRows } = await requests.send({
    query,
    settings: fixed,
    parameters: {
      insert_deduplication_token: insert.token,
      log_comment: JSON.stringify({ insert_until: deadline, topic_id: topicId, stored_at: storedAt }),
      query_id: `${insert.name}${deadline}/${table}/${randomUUID()}`,
    },
    body: [head, ...insert.lines],
  })
  const written = writtenRows ?? insert.lineCount
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
  // Lines of other types than the table's are refused.
  input_format_with_types_use_header: 1,
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

const settings = toSearch({ ...oneBlock, ...exactJson })

/** Where lines are few, what is done for each insert costs more than they do: it is left to the merges, and to one thread. */
const settingsOfFew = `${settings}&${toSearch({ materialize_skip_indexes_on_insert: 0, max_threads: 1 })}`
