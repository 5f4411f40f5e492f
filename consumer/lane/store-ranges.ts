// Writes ranges: their rows, their dead letters, and last their books, whose presence says that all of a range is stored.
// Ranges of several partitions that are ready at the same moment share their inserts. One attempt, refused by ClickHouse once
// the first of their deadlines has passed; whoever calls it looks before another.
import { createHash } from 'node:crypto'
import type { ClickHouse } from '../../clickhouse/client.ts'
import {
  deadLettersTarget,
  eventsTarget,
  insertLines,
  nameInsert,
  rangesTarget,
  type Insert,
  type InsertTarget,
  type Source,
} from '../../clickhouse/insert-lines.ts'
import { gather } from '../../runtime/gather.ts'
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

/** What may share an insert: as many names as fit into a URL, and as many rows as are one block of ClickHouse's. */
const mostTogether = { ranges: 64, rows: 1_000_000 }

/** @param clickhouse a client that keeps no connection alive */
export function createStoreRange(
  clickhouse: ClickHouse,
  database: string,
  metrics: ConsumerMetrics,
): StoreRange {
  const storeTogether = async (ranges: RangeToStore[]) => {
    for (const insert of insertsOf(database, ranges)) {
      await metrics.timeInsert(() => insertLines(clickhouse, insert))
    }
  }
  const store = gather(async (ranges: RangeToStore[]) => {
    await Promise.all(inGroups(ranges).map(storeTogether))
  })
  return (source, intent, unwritten) => store({ source, intent, unwritten })
}

interface RangeToStore {
  source: Source
  intent: Intent
  unwritten: Unwritten
}

/** Ranges of one topic each, since one made anew has another id, and not too many. */
function inGroups(ranges: readonly RangeToStore[]): RangeToStore[][] {
  const groups: RangeToStore[][] = []
  let rows = 0
  for (const range of ranges) {
    const group = groups.at(-1)
    const isOfTopic = group?.[0]?.source.topicId === range.source.topicId
    const isFull =
      group?.length === mostTogether.ranges || rows + range.unwritten.rowCount > mostTogether.rows
    if (group && isOfTopic && !isFull) group.push(range)
    else groups.push([range])
    rows = range.unwritten.rowCount + (groups.at(-1) === group ? rows : 0)
  }
  return groups
}

/** Everything of a range that is not stored at all. */
export function allOf({ rows, rowCount, dead, books, firstTimestamp }: Range): Unwritten {
  return { rows: rows.pieces(), rowCount, dead, books, firstTimestamp }
}

/** The rows of all of them, then their dead letters, then their books; what holds for one range holds for all. */
function insertsOf(database: string, ranges: readonly RangeToStore[]): Insert[] {
  const [{ source }] = ranges as [RangeToStore]
  const spans = ranges.map(({ source: { partition }, intent: { first, last } }) => ({
    partition,
    first,
    last,
  }))
  const common = {
    deadline: Math.min(...ranges.map(({ intent }) => intent.deadline)),
    name: nameInsert(database, source, spans),
    constants: { topic: source.topic, topicId: source.topicId },
  }
  const insertOf = (target: InsertTarget, what: string, linesOf: (range: RangeToStore) => Lines): Insert => {
    const parts = ranges.map(linesOf)
    const lineCount = parts.reduce((sum, { count }) => sum + count, 0)
    const tokens = parts.map(({ count }, index) => tokenOf(ranges[index] as RangeToStore, what, count))
    return {
      ...common,
      target,
      lineCount,
      lines: parts.flatMap(({ lines }) => lines),
      token: createHash('sha256').update(tokens.join(' ')).digest('hex'),
    }
  }
  return [
    insertOf(eventsTarget, 'rows', ({ unwritten: { rows, rowCount } }) => ({ lines: rows, count: rowCount })),
    insertOf(deadLettersTarget, 'dead', ({ source, unwritten: { dead } }) => ({
      lines: inPieces(source, dead),
      count: dead.length,
    })),
    insertOf(rangesTarget, 'books', toBookLines),
  ].filter(({ lineCount }) => lineCount > 0)
}

/** NDJSON in pieces, and how many lines there are in all. */
interface Lines {
  lines: Buffer[]
  count: number
}

/** Rows may have been left out of it since an earlier attempt, so their number belongs to the token. */
function tokenOf({ source, intent, unwritten }: RangeToStore, what: string, count: number): string {
  const { first, last } = intent
  return `${source.topicId}/${source.partition}/${first}-${last}/${unwritten.firstTimestamp}/${what}/${count}`
}

const linesOfPiece = 500

/** Many lines in one buffer: one for each would take more memory than what is in it. */
function inPieces({ partition }: Source, dead: readonly DeadLine[]): Buffer[] {
  const count = Math.ceil(dead.length / linesOfPiece)
  return Array.from({ length: count }, (_, piece) => {
    const lines = dead.slice(piece * linesOfPiece, (piece + 1) * linesOfPiece)
    return Buffer.from(lines.map((line) => toDeadLetter(partition, line)).join(''))
  })
}

function toDeadLetter(partition: number, dead: DeadLine): string {
  const { raw, reason, field, message, key, offset, line, receivedAt } = dead
  return toLine({
    raw: raw.toString('base64'),
    reason,
    field,
    message,
    kafka_key: key?.toString('base64') ?? '',
    kafka_partition: partition,
    kafka_offset: offset,
    kafka_line: line,
    received_at: receivedAt,
  })
}

/** A range without any line leaves a row all the same: it says that these offsets are done with. */
function toBookLines({
  source: { partition },
  intent: { first, last },
  unwritten: { books },
}: RangeToStore): Lines {
  const nothing: [string, SiteBooks] = ['', { lines: 0, rows: 0, duplicates: 0, dead: 0 }]
  const all = books.size === 0 ? [nothing] : [...books]
  const lines = all.map(([site_id, counts]) => toLine({ partition, first, last, site_id, ...counts }))
  return { lines: [Buffer.from(lines.join(''))], count: lines.length }
}

function toLine(value: object): string {
  return `${JSON.stringify(value)}\n`
}
