// Writes the lines of spans, rows and then dead letters, and apart from that their books. One attempt, refused by ClickHouse once
// its deadline has passed; whoever calls it looks before another.
import { toDeadLetterRow } from '../../clickhouse/dead-letter-row.ts'
import type { Source } from '../../clickhouse/insert-lines.ts'
import { deadLettersTarget, eventsTarget, rangesTarget } from '../../clickhouse/insert-targets.ts'
import type { ShortRequests } from '../../clickhouse/short-requests.ts'
import type { ConsumerMetrics } from '../metrics.ts'
import type { Range, SiteBooks } from './range.ts'
import type { DeadLine } from './record.ts'
import { shareInserts, type Share } from './shared-insert.ts'

export interface LinesToStore extends Share {
  range: Range
}

export interface BooksToStore extends Share {
  /** By site. */
  books: ReadonlyMap<string, SiteBooks>
}

/** @throws whatever keeps one of the inserts from a plain success */
export type Store<Own extends Share> = (share: Own) => Promise<void>

export function createStoreLines(
  inserts: ShortRequests,
  database: string,
  metrics: Pick<ConsumerMetrics, 'timeInsert'>,
): Store<LinesToStore> {
  const rows = {
    target: eventsTarget,
    countOf: ({ range }: LinesToStore) => range.rowCount,
    linesOf: ({ range }: LinesToStore) => range.rows.pieces(),
  }
  const dead = {
    target: deadLettersTarget,
    countOf: ({ range }: LinesToStore) => range.dead.length,
    linesOf: ({ source, range }: LinesToStore) => inPieces(source, range.dead),
  }
  return shareInserts(inserts, database, [rows, dead], metrics.timeInsert)
}

export function createStoreBooks(inserts: ShortRequests, database: string): Store<BooksToStore> {
  // A span without any line leaves a row all the same: it says that these offsets are done with.
  const countOf = ({ books }: BooksToStore) => Math.max(1, books.size)
  return shareInserts(inserts, database, [{ target: rangesTarget, countOf, linesOf: toBookLines }])
}

const linesOfPiece = 500

/** Many lines in one buffer: one for each would take more memory than what is in it. */
function inPieces({ partition }: Source, dead: readonly DeadLine[]): Buffer[] {
  const count = Math.ceil(dead.length / linesOfPiece)
  return Array.from({ length: count }, (_, piece) => {
    const lines = dead.slice(piece * linesOfPiece, (piece + 1) * linesOfPiece)
    return Buffer.concat(lines.map((line) => toDeadLetterRow({ ...line, partition })))
  })
}

function toBookLines({ source: { topic, partition }, span, books }: BooksToStore): Buffer[] {
  const nothing: [string, SiteBooks] = ['', { lines: 0, rows: 0, duplicates: 0, dead: 0 }]
  const all = books.size === 0 ? [nothing] : [...books]
  const place = { topic, kafka_partition: partition, first_offset: span.first, last_offset: span.last }
  const lines = all.map(([site_id, counts]) => `${JSON.stringify({ ...place, site_id, ...counts })}\n`)
  return [Buffer.from(lines.join(''))]
}
