// Kafka records to rows, or the reasons why lines of them can never be any. Apart from the judge's word on events that come
// again, the same record always gives the same outcome: nothing here asks a clock or a random source.
import { isAscii, isUtf8 } from 'node:buffer'
import { mostBytesAdded, toEventRow, writeScannedRow, type RowPlace } from '../../clickhouse/event-row.ts'
import {
  eventUuidOfPlace,
  idWordsOf,
  readUuid,
  toEventUuid,
  uuidOfWords,
  type IdWords,
} from '../../event/event-id.ts'
import type { Event } from '../../event/event.ts'
import { counts, endOfLine, hasTooManyLines, receivedAtOf } from '../../event/record-lines.ts'
import { ScannedEvent, scanEvent } from '../../event/scan-event.ts'
import { passBlanks, plainAscii, plainUtf8 } from '../../event/scan-text.ts'
import { decodeLine } from './decode-line.ts'
import { addDead, addRow, addUncertain, booksOf, emptyRange, type Range, type SiteBooks } from './range.ts'
import type { Judge, LogPlace, RecordBytes } from './record.ts'
import { SiteNames } from './site-names.ts'
import { placeOf, type StoredLines } from './stored-lines.ts'

/** Of a key in a dead letter. No site_id is as long, and each of a record's lines has it. */
export const mostKeyBytes = 1024

const lineFeed = 0x0a
const nothing = Buffer.alloc(0)

/** Decodes the records of one log. A class, since what is known of a record would cost as much as its lines if it were made anew. */
export class RecordDecoder {
  private readonly log: LogPlace
  private readonly judge: Judge
  /** Lines that are stored already: they are rows, or dead, whatever would be said of them today. */
  private readonly stored: StoredLines
  private readonly names = new SiteNames()
  // Of the record at hand: its value lies in `bytes`, from `at` to before `end`.
  private range: Range = emptyRange()
  private books: SiteBooks = booksOf(this.range, '')
  private site = ''
  private bytes: Buffer = nothing
  private at = 0
  private end = 0
  private readonly place: RowPlace
  /** Its key for all of its lines that are dead; null as long as none is. */
  private deadKey: Buffer | null = null
  /** Whether its value has characters beyond ASCII, and is UTF-8; null as long as nobody asked. */
  private isMoreThanAscii: boolean | null = null
  // Of the line at hand.
  private readonly scanned = new ScannedEvent()
  private readonly id: IdWords = new Int32Array(4)

  constructor(log: LogPlace, judge: Judge, stored: StoredLines) {
    this.log = log
    this.judge = judge
    this.stored = stored
    this.place = {
      source: nothing,
      keyAt: 0,
      keyEnd: 0,
      receivedAt: 0,
      partition: log.partition,
      offset: 0,
      line: 0,
    }
  }

  /** Decodes every line of a record into the range: the short way where that finds an event, any other by the schema. */
  decode(record: RecordBytes, range: Range): void {
    const { place } = this
    this.range = range
    this.bytes = record.bytes
    // A record without a value has one line, which is empty.
    this.at = Math.max(0, record.valueAt)
    this.end = record.valueAt === -1 ? this.at : record.valueEnd
    place.source = record.bytes
    place.keyAt = Math.max(0, record.keyAt)
    place.keyEnd = record.keyAt === -1 ? place.keyAt : record.keyEnd
    place.receivedAt = receivedAtOf(record.timestamp)
    place.offset = record.offset
    place.line = 0
    this.site = this.names.of(record.bytes, place.keyAt, place.keyEnd)
    this.books = booksOf(range, this.site)
    this.deadKey = null
    this.isMoreThanAscii = null
    const mayBeStored = record.offset <= this.stored.last
    if (hasTooManyLines(this.bytes, this.at, this.end)) {
      if (!mayBeStored || this.passStored(this.at) === -1) this.takeLine(this.at, this.end)
      return
    }
    for (let at = this.at; at <= this.end; place.line += 1) {
      const storedEnd = mayBeStored ? this.passStored(at) : -1
      at = (storedEnd === -1 ? this.takeNext(at) : storedEnd) + 1
    }
  }

  /** Passes the line that begins at `at`, if it is stored. Returns where it ends; -1 where it is not. */
  private passStored(at: number): number {
    const { place, books, stored } = this
    const key = placeOf(place.offset, place.line)
    const isRow = stored.events.has(key)
    if (!isRow && !stored.dead.has(key)) return -1
    books.lines += 1
    if (isRow) books.rows += 1
    else books.dead += 1
    return endOfLine(this.bytes, at, this.end)
  }

  /** Takes the line that begins at `at`. Returns where it ends. */
  private takeNext(at: number): number {
    const { bytes, end, scanned } = this
    const start = passBlanks(bytes, at)
    if (this.site !== '' && this.find(start)) {
      const foundEnd = Math.min(passBlanks(bytes, scanned.end), end)
      if (foundEnd === end || bytes[foundEnd] === lineFeed) {
        this.takeFound(start)
        return foundEnd
      }
    }
    const lineEnd = endOfLine(bytes, at, end)
    if (counts(bytes, at, lineEnd, this.at, end)) this.takeLine(at, lineEnd)
    return lineEnd
  }

  /** Whether an event of the key's site begins at `at`. */
  private find(at: number): boolean {
    const { bytes, end, scanned, place } = this
    const isFound =
      scanEvent(bytes, at, end, plainAscii, place.receivedAt, scanned) ||
      (this.hasMoreThanAscii() && scanEvent(bytes, at, end, plainUtf8, place.receivedAt, scanned))
    return isFound && isSameText(bytes, scanned.siteAt, scanned.siteEnd, place)
  }

  private hasMoreThanAscii(): boolean {
    if (this.isMoreThanAscii !== null) return this.isMoreThanAscii
    const value = this.bytes.subarray(this.at, this.end)
    this.isMoreThanAscii = !isAscii(value) && isUtf8(value)
    return this.isMoreThanAscii
  }

  /** Takes the event that was found from `at` on. */
  private takeFound(at: number): void {
    const { scanned, place, range, books, id, site } = this
    const timestamp = scanned.timestamp === -1 ? place.receivedAt : scanned.timestamp
    this.readId()
    books.lines += 1
    const verdict = this.judge(site, id, timestamp, place.receivedAt)
    if (verdict === 'duplicate') {
      books.duplicates += 1
      return
    }
    const { rows } = range
    books.rows += 1
    rows.reserve(place.keyEnd - place.keyAt + scanned.end - at + mostBytesAdded)
    const end = writeScannedRow(rows.piece, rows.at, place, scanned, timestamp, id)
    if (verdict === 'row') {
      rows.at = end
      range.rowCount += 1
    } else {
      const row = Buffer.from(rows.piece.subarray(rows.at, end))
      addUncertain(range, { site, eventId: uuidOfWords(id), timestamp, row })
    }
  }

  /** The id of the event that was found: the UUID that was sent, or one that stands for another text, or for its place. */
  private readId(): void {
    const { scanned, bytes, id, site, log, place } = this
    const { idAt, idEnd } = scanned
    if (readUuid(bytes, idAt, idEnd, id)) return
    const uuid =
      idAt === idEnd
        ? eventUuidOfPlace(log.topicId, log.partition, String(place.offset), place.line)
        : toEventUuid(site, bytes.toString('utf8', idAt, idEnd))
    id.set(idWordsOf(uuid))
  }

  /** Takes a line the long way. */
  private takeLine(at: number, end: number): void {
    const { log, place, site, range, books } = this
    const { offset, line, receivedAt } = place
    const raw = this.bytes.subarray(at, end)
    const outcome = decodeLine(raw, { ...log, offset, line, site, receivedAt })
    books.lines += 1
    if ('event' in outcome) return this.takeEvent(outcome.event)
    books.dead += 1
    // Copies: these bytes belong to a whole fetch, which would be kept with them.
    const keyEnd = Math.min(place.keyEnd, place.keyAt + mostKeyBytes)
    this.deadKey ??= Buffer.from(place.source.subarray(place.keyAt, keyEnd))
    addDead(range, { ...outcome, raw: Buffer.from(raw), key: this.deadKey, offset, line, receivedAt })
  }

  private takeEvent(event: Event): void {
    const { site, place, range, books } = this
    const { event_id: eventId, timestamp } = event
    const id = idWordsOf(eventId)
    const verdict = this.judge(site, id, timestamp, place.receivedAt)
    if (verdict === 'duplicate') {
      books.duplicates += 1
      return
    }
    const row = toEventRow(place, event, id)
    books.rows += 1
    if (verdict === 'row') {
      addRow(range, row)
      range.rowCount += 1
    } else {
      addUncertain(range, { site, eventId, timestamp, row })
    }
  }
}

function isSameText(bytes: Buffer, at: number, end: number, { source, keyAt, keyEnd }: RowPlace): boolean {
  if (end - at !== keyEnd - keyAt) return false
  for (let n = 0; n < end - at; n += 1) if (bytes[at + n] !== source[keyAt + n]) return false
  return true
}
