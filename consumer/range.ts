// A range of one partition's offsets on its way into the store: what one INSERT will write, and its books.
import type { DeadLine, DecodedRecord } from './decode-record.ts'

/** What became of one site's lines in a range. */
export interface SiteBooks {
  lines: number
  rows: number
  duplicates: number
  dead: number
}

/** Offsets `first` to `last`, both included, of one partition. */
export interface Range {
  topic: string
  partition: number
  first: number
  last: number
  /** Time of the first record, epoch milliseconds: tells a recreated topic's range from the old one's. */
  firstTimestamp: number
  /** NDJSON, in pieces. */
  rows: Buffer[]
  /** NDJSON of the fetch at hand, not yet in `rows` nor counted in `bytes`. */
  unsealed: string
  rowCount: number
  /** Bytes held by rows and dead lines. */
  bytes: number
  dead: DeadLine[]
  books: Map<string, SiteBooks>
}

/** What a dead line takes in memory besides its text, about. */
const deadLineBytes = 600

/** A range that begins at `first` and has nothing in it yet. */
export function openRange(topic: string, partition: number, first: number): Range {
  return {
    topic,
    partition,
    first,
    last: first - 1,
    firstTimestamp: 0,
    rows: [],
    unsealed: '',
    rowCount: 0,
    bytes: 0,
    dead: [],
    books: new Map(),
  }
}

/** Adds what was decoded of the records of one fetch. */
export function addFetch(range: Range, decoded: Iterable<DecodedRecord>): void {
  for (const record of decoded) addRecord(range, record)
  sealRows(range)
}

function addRecord(range: Range, decoded: DecodedRecord): void {
  const books = range.books.get(decoded.site) ?? { lines: 0, rows: 0, duplicates: 0, dead: 0 }
  range.books.set(decoded.site, books)
  books.lines += decoded.rowCount + decoded.dead.length
  books.rows += decoded.rowCount
  books.dead += decoded.dead.length
  range.unsealed += decoded.rows
  range.rowCount += decoded.rowCount
  for (const dead of decoded.dead) {
    // A copy: the key's buffer belongs to a whole fetch, which would be kept with it.
    range.dead.push({ ...dead, key: dead.key && Buffer.from(dead.key) })
    range.bytes += dead.raw.length + dead.message.length + deadLineBytes
  }
}

/** Makes one piece of all rows of a fetch: many small ones would cost more to send than to decode. */
function sealRows(range: Range): void {
  if (range.unsealed === '') return
  const rows = Buffer.from(range.unsealed)
  range.rows.push(rows)
  range.bytes += rows.length
  range.unsealed = ''
}

/** The deduplication token: the same for every attempt at this range, never the same for another. */
export function tokenOf(range: Range): string {
  return `${range.topic}/${range.partition}/${range.first}-${range.last}/${range.firstTimestamp}`
}
