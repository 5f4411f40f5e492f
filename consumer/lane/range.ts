// A range of one partition's offsets on its way into the store: its rows, its dead letters and its books.
import { readEventRows, type EventRow } from '../../clickhouse/event-row.ts'
import type { DeadLine, UncertainRow } from './record.ts'
import { RowBuffer } from './row-buffer.ts'

/** What became of one site's lines in a range. */
export interface SiteBooks {
  lines: number
  rows: number
  duplicates: number
  dead: number
}

/** What was taken of a partition's log, in order. */
export interface Range {
  rows: RowBuffer
  rowCount: number
  /** Rows whose event may be stored already: the table has to be asked. */
  uncertain: UncertainRow[]
  dead: DeadLine[]
  books: Map<string, SiteBooks>
  /** Bytes held by lines that are kept by themselves. */
  ownBytes: number
  /** Time of the first record, epoch milliseconds: tells this range from one of the same offsets after a log was cut short. */
  firstTimestamp: number
}

/** What a line that is kept by itself takes in memory besides its text, about. */
const ownLineBytes = 800

export function emptyRange(): Range {
  return {
    rows: new RowBuffer(),
    rowCount: 0,
    uncertain: [],
    dead: [],
    books: new Map(),
    ownBytes: 0,
    firstTimestamp: 0,
  }
}

/** Bytes held by all lines. */
export function bytesOfRange({ rows, ownBytes }: Range): number {
  return rows.bytes() + ownBytes
}

/** Keeps a row apart, until the table has been asked. It is in the books as a row. */
export function addUncertain(range: Range, uncertain: UncertainRow): void {
  range.uncertain.push(uncertain)
  range.ownBytes += uncertain.row.length + ownLineBytes
}

/** Keeps a line that can never be a row. It is not in the books yet. */
export function addDead(range: Range, line: DeadLine): void {
  const { raw, key, field, message } = line
  range.dead.push(line)
  range.ownBytes += raw.length + key.length + field.length + message.length + ownLineBytes
}

/** Adds a whole row. It is in the books already. */
export function addRow({ rows }: Range, row: Buffer): void {
  rows.reserve(row.length)
  rows.at += row.copy(rows.piece, rows.at)
}

/** Settles every uncertain row: those whose event is stored already become duplicates, the others rows. */
export function settleUncertain(range: Range, isStored: (row: UncertainRow) => boolean): void {
  for (const uncertain of range.uncertain) {
    range.ownBytes -= uncertain.row.length + ownLineBytes
    if (isStored(uncertain)) {
      const books = booksOf(range, uncertain.site)
      books.rows -= 1
      books.duplicates += 1
    } else {
      addRow(range, uncertain.row)
      range.rowCount += 1
    }
  }
  range.uncertain = []
}

/** Puts other rows in the place of those that are there. */
export function replaceRows(range: Range, rows: readonly Buffer[]): void {
  range.rows = new RowBuffer()
  range.rowCount = rows.length
  for (const row of rows) addRow(range, row)
}

/** Every row, read back. */
export function rowsOf({ rows }: Range): EventRow[] {
  return rows.pieces().flatMap((piece) => [...readEventRows(piece)])
}

/** The books of a site, begun where there are none. */
export function booksOf(range: Range, site: string): SiteBooks {
  const known = range.books.get(site)
  if (known) return known
  const books = { lines: 0, rows: 0, duplicates: 0, dead: 0 }
  range.books.set(site, books)
  return books
}

/** Adds one site's books to others. */
export function addBooks(all: Map<string, SiteBooks>, site: string, more: SiteBooks): void {
  const books = all.get(site)
  if (!books) {
    all.set(site, { ...more })
    return
  }
  books.lines += more.lines
  books.rows += more.rows
  books.duplicates += more.duplicates
  books.dead += more.dead
}
