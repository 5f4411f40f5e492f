// Writes a range: rows, dead letters, and last the books, whose presence says that all of it is stored. One attempt,
// refused by ClickHouse once its deadline has passed; whoever calls it looks before another.
import type { ClickHouse } from '../../clickhouse/client.ts'
import {
  deadLettersTarget,
  eventsTarget,
  insertLines,
  queryPrefixOf,
  rangesTarget,
  type Insert,
  type InsertTarget,
  type Source,
} from '../../clickhouse/insert-lines.ts'
import type { ConsumerMetrics } from '../metrics.ts'
import type { DeadLine } from './record.ts'
import type { Intent } from './protocol.ts'
import type { Range, SiteBooks } from './range.ts'

/** What is left to write of a range. */
export interface Unwritten {
  rows: Buffer[]
  rowCount: number
  dead: DeadLine[]
  /** Of the whole range, by site. */
  books: Map<string, SiteBooks>
  /** Time of its first record, epoch milliseconds. */
  firstTimestamp: number
}

/** @throws whatever keeps one of the inserts from a plain success */
export type StoreRange = (source: Source, intent: Intent, unwritten: Unwritten) => Promise<void>

/** @param clickhouse a client that keeps no connection alive */
export function createStoreRange(
  clickhouse: ClickHouse,
  database: string,
  metrics: ConsumerMetrics,
): StoreRange {
  return async (source, intent, unwritten) => {
    for (const insert of insertsOf(database, source, intent, unwritten)) {
      await metrics.timeInsert(() => insertLines(clickhouse, insert))
    }
  }
}

/** Everything of a range that is not stored at all. */
export function allOf({ rows, rowCount, dead, books, firstTimestamp }: Range): Unwritten {
  return { rows, rowCount, dead, books, firstTimestamp }
}

function insertsOf(database: string, source: Source, intent: Intent, unwritten: Unwritten): Insert[] {
  const { first, last, deadline } = intent
  const { rows, rowCount, dead, books, firstTimestamp } = unwritten
  const queryPrefix = queryPrefixOf(database, source, intent)
  const insertOf = (target: InsertTarget, lines: Buffer[], lineCount: number, what: string): Insert => ({
    target,
    lines,
    lineCount,
    deadline,
    queryPrefix,
    // Rows may have been left out of it since an earlier attempt, so their number belongs to the token.
    token: `${source.topicId}/${source.partition}/${first}-${last}/${firstTimestamp}/${what}/${lineCount}`,
    constants: { ...source, first, last },
  })
  const inserts: Insert[] = []
  if (rowCount > 0) inserts.push(insertOf(eventsTarget, rows, rowCount, 'rows'))
  if (dead.length > 0) inserts.push(insertOf(deadLettersTarget, inPieces(dead), dead.length, 'dead'))
  const bookLines = toBookLines(books)
  inserts.push(insertOf(rangesTarget, bookLines, bookLines.length, 'books'))
  return inserts
}

const linesOfPiece = 500

/** Many lines in one buffer: one for each would take more memory than what is in it. */
function inPieces(dead: DeadLine[]): Buffer[] {
  const count = Math.ceil(dead.length / linesOfPiece)
  return Array.from({ length: count }, (_, piece) => {
    const lines = dead.slice(piece * linesOfPiece, (piece + 1) * linesOfPiece)
    return Buffer.from(lines.map(toDeadLetter).join(''))
  })
}

function toDeadLetter(dead: DeadLine): string {
  const { raw, reason, field, message, key, offset, line, receivedAt } = dead
  return toLine({
    raw: raw.toString('base64'),
    reason,
    field,
    message,
    kafka_key: key?.toString('base64') ?? '',
    kafka_offset: offset,
    kafka_line: line,
    received_at: receivedAt,
  })
}

/** A range without any line leaves a row all the same: it says that these offsets are done with. */
function toBookLines(books: Map<string, SiteBooks>): Buffer[] {
  const nothing: [string, SiteBooks] = ['', { lines: 0, rows: 0, duplicates: 0, dead: 0 }]
  const all = books.size === 0 ? [nothing] : [...books]
  return all.map(([site_id, counts]) => Buffer.from(toLine({ site_id, ...counts })))
}

function toLine(value: object): string {
  return `${JSON.stringify(value)}\n`
}
