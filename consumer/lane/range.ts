// A range of one partition's offsets on its way into the store: its rows, its dead letters and its books.
import type { DeadLine, DecodedRecord, UncertainRow } from './record.ts'

/** What became of one site's lines in a range. */
export interface SiteBooks {
  lines: number
  rows: number
  duplicates: number
  dead: number
}

/** What was taken of a partition's log, in order. */
export interface Range {
  /** NDJSON, in pieces. */
  rows: Buffer[]
  /** NDJSON of the records at hand, not yet in `rows` nor counted in `bytes`: as text, and as bytes of one character each. */
  open: Record<DecodedRecord['encoding'], string>
  rowCount: number
  /** Rows whose event may be stored already: the table has to be asked. */
  uncertain: UncertainRow[]
  dead: DeadLine[]
  books: Map<string, SiteBooks>
  /** Bytes held by all lines. */
  bytes: number
  /** Time of the first record, epoch milliseconds: tells this range from one of the same offsets after a log was cut short. */
  firstTimestamp: number
}

/** What a line that is kept by itself takes in memory besides its text, about. */
const ownLineBytes = 800

export function emptyRange(): Range {
  return {
    rows: [],
    open: { utf8: '', latin1: '' },
    rowCount: 0,
    uncertain: [],
    dead: [],
    books: new Map(),
    bytes: 0,
    firstTimestamp: 0,
  }
}

/** Adds what was decoded of records that were taken together. */
export function addRecords(range: Range, decoded: Iterable<DecodedRecord>): void {
  for (const record of decoded) addRecord(range, record)
  closeRows(range)
}

function addRecord(range: Range, decoded: DecodedRecord): void {
  const books = booksOf(range, decoded.site)
  const { rowCount, uncertain, duplicates, dead } = decoded
  books.lines += rowCount + uncertain.length + duplicates + dead.length
  books.rows += rowCount + uncertain.length
  books.duplicates += duplicates
  books.dead += dead.length
  range.open[decoded.encoding] += decoded.rows
  range.rowCount += rowCount
  for (const row of uncertain) {
    range.uncertain.push(row)
    range.bytes += row.text.length + ownLineBytes
  }
  // A copy: the key's buffer belongs to a whole fetch, which would be kept with it. One for all lines of the record.
  const key = dead[0]?.key ? Buffer.from(dead[0].key) : null
  for (const line of dead) {
    range.dead.push({ ...line, key })
    range.bytes += line.raw.length + line.field.length + line.message.length + ownLineBytes
  }
}

/** Settles every uncertain row: those whose event is stored already become duplicates, the others rows. */
export function settleUncertain(range: Range, isStored: (row: UncertainRow) => boolean): void {
  for (const row of range.uncertain) {
    range.bytes -= row.text.length + ownLineBytes
    if (isStored(row)) {
      const books = booksOf(range, row.site)
      books.rows -= 1
      books.duplicates += 1
    } else {
      range.open.utf8 += row.text
      range.rowCount += 1
    }
  }
  range.uncertain = []
  closeRows(range)
}

/** Puts other rows in the place of those that are there. */
export function replaceRows(range: Range, texts: string[]): void {
  range.bytes -= range.rows.reduce((sum, piece) => sum + piece.length, 0)
  range.rows = []
  range.rowCount = texts.length
  range.open.utf8 = texts.join('')
  closeRows(range)
}

/** Every row as a text with its line break. */
export function rowTexts(range: Range): string[] {
  return Buffer.concat(range.rows)
    .toString('utf8')
    .split('\n')
    .flatMap((text) => (text === '' ? [] : [`${text}\n`]))
}

/** The books of a site, begun where there are none. */
export function booksOf(range: Range, site: string): SiteBooks {
  const books = range.books.get(site) ?? { lines: 0, rows: 0, duplicates: 0, dead: 0 }
  range.books.set(site, books)
  return books
}

/** Makes one piece of all rows that were decoded together: many small ones would cost more to send than to decode. */
function closeRows(range: Range): void {
  for (const encoding of ['utf8', 'latin1'] as const) {
    if (range.open[encoding] === '') continue
    const piece = Buffer.from(range.open[encoding], encoding)
    range.rows.push(piece)
    range.bytes += piece.length
    range.open[encoding] = ''
  }
}
