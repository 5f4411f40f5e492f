// Kafka records to rows, or the reasons why lines of them can never be any. Apart from the judge's word on events that come
// again, the same record always gives the same outcome: nothing here asks a clock or a random source.
import { isUtf8 } from 'node:buffer'
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
import {
  bytesOfValue,
  counts,
  endOfLine,
  hasTooManyLines,
  receivedAtOf,
  siteOfKey,
} from '../../event/record-lines.ts'
import { ScannedEvent, scanEvent } from '../../event/scan-event.ts'
import { isSame, passBlanks } from '../../event/scan-text.ts'
import { decodeLine } from './decode-line.ts'
import { addDead, addRow, addUncertain, booksOf, emptyRange, type Range, type SiteBooks } from './range.ts'
import type { Judge, LogPlace, SourceRecord } from './record.ts'

const lineFeed = 0x0a
const noKey = Buffer.alloc(0)

/** Decodes the records of one log. A class, since what is known of a record would cost as much as its lines if it were made anew. */
export class RecordDecoder {
  private readonly log: LogPlace
  private readonly judge: Judge
  // Of the record at hand.
  private range: Range = emptyRange()
  private books: SiteBooks = booksOf(this.range, '')
  private site = ''
  private value: Buffer = noKey
  /** Its key for all of its lines that are dead; null as long as none is. */
  private deadKey: Buffer | null = null
  private readonly place: RowPlace
  // Of the line at hand.
  private readonly scanned = new ScannedEvent()
  private readonly id: IdWords = new Int32Array(4)

  constructor(log: LogPlace, judge: Judge) {
    this.log = log
    this.judge = judge
    this.place = { key: noKey, receivedAt: 0, partition: log.partition, offset: 0, line: 0 }
  }

  /** Decodes every line of a record into the range: the short way where that finds an event, any other by the schema. */
  decode(record: SourceRecord, range: Range): void {
    const { place } = this
    this.range = range
    this.site = siteOfKey(record.key)
    this.books = booksOf(range, this.site)
    this.value = bytesOfValue(record.value)
    this.deadKey = null
    place.key = record.key ?? noKey
    place.receivedAt = receivedAtOf(record.timestamp)
    place.offset = record.offset
    place.line = 0
    if (hasTooManyLines(this.value)) return this.takeLine(0, this.value.length)
    this.takeLines()
  }

  private takeLines(): void {
    const { value, place, scanned } = this
    const mayBeFound = this.site !== '' && isUtf8(value)
    for (let at = 0; at <= value.length; place.line += 1) {
      const start = passBlanks(value, at)
      const isFound = mayBeFound && scanEvent(value, start, value.length, place.receivedAt, scanned)
      const lineEnd = isFound ? passBlanks(value, scanned.end) : 0
      if (isFound && isEnd(value, lineEnd) && this.hasSiteOfKey()) {
        this.takeFound(start)
        at = lineEnd + 1
      } else {
        const end = endOfLine(value, at)
        if (counts(value, at, end)) this.takeLine(at, end)
        at = end + 1
      }
    }
  }

  private hasSiteOfKey(): boolean {
    const { scanned, value, place } = this
    return isSame(value, scanned.siteAt, scanned.siteEnd, place.key)
  }

  /** Takes the event that was found from `at` on. */
  private takeFound(at: number): void {
    const { scanned, place, value, range, books, id, site } = this
    const timestamp = scanned.timestamp === -1 ? place.receivedAt : scanned.timestamp
    this.readId()
    books.lines += 1
    const verdict = this.judge(site, id, timestamp, place.receivedAt, place.offset, place.line)
    if (verdict === 'duplicate') {
      books.duplicates += 1
      return
    }
    const { rows } = range
    books.rows += 1
    rows.reserve(place.key.length + scanned.end - at + mostBytesAdded)
    const end = writeScannedRow(rows.piece, rows.at, place, value, scanned, timestamp, id)
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
    const { scanned, value, id, site, log, place } = this
    const { idAt, idEnd } = scanned
    if (readUuid(value, idAt, idEnd, id)) return
    const uuid =
      idAt === idEnd
        ? eventUuidOfPlace(log.topicId, log.partition, String(place.offset), place.line)
        : toEventUuid(site, value.toString('utf8', idAt, idEnd))
    id.set(idWordsOf(uuid))
  }

  /** Takes a line the long way. */
  private takeLine(at: number, end: number): void {
    const { log, place, site, range, books } = this
    const { offset, line, receivedAt } = place
    const raw = this.value.subarray(at, end)
    const outcome = decodeLine(raw, { ...log, offset, line, site, receivedAt })
    books.lines += 1
    if ('event' in outcome) return this.takeEvent(outcome.event)
    books.dead += 1
    // Copies: these bytes belong to a whole fetch, which would be kept with them.
    this.deadKey ??= Buffer.from(place.key)
    addDead(range, { ...outcome, raw: Buffer.from(raw), key: this.deadKey, offset, line, receivedAt })
  }

  private takeEvent(event: Event): void {
    const { site, place, range, books } = this
    const { event_id: eventId, timestamp } = event
    const id = idWordsOf(eventId)
    const verdict = this.judge(site, id, timestamp, place.receivedAt, place.offset, place.line)
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

function isEnd(value: Buffer, at: number): boolean {
  return at === value.length || value[at] === lineFeed
}
