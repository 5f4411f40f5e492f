// Makes a range ready to be written: settles which of its events are stored already, and after a doubt leaves out
// what the table has of it.
import type { ClickHouse } from '../../clickhouse/client.ts'
import type { Source } from '../../clickhouse/insert-lines.ts'
import { queryStoredLines } from '../../clickhouse/look.ts'
import { queryStoredIds } from '../../clickhouse/stored-events.ts'
import type { RecentIds } from '../recent-ids/recent-ids.ts'
import { decodeRecord, readRow, type Judge, type SourceRecord } from './decode-record.ts'
import { setAsideRefused } from './refused-rows.ts'
import type { Span } from './protocol.ts'
import { addFetch, booksOf, emptyRange, rowTexts, settleUncertain, type Range } from './range.ts'
import { allOf, type Unwritten } from './store-range.ts'

/** A range that is pending, in whatever state its lines are held. */
export interface HeldRange {
  span: Span
  /** Null while its records are held as they are: what is stored of them decides how they are read. */
  range: Range | null
  records: SourceRecord[]
  /** Whether an insert of it may have been made, by whomever. */
  mayBeStored: boolean
  /** What ClickHouse said when it refused the rows for what they are. */
  refusal: string | null
}

export type PrepareRange = (source: Source, pending: HeldRange) => Promise<Unwritten>

/**
 * @param clickhouse for questions
 * @param inserter a client that keeps no connection alive, for trying rows
 */
export function createPrepareRange(
  clickhouse: ClickHouse,
  inserter: ClickHouse,
  recentIds: RecentIds,
): PrepareRange {
  return async (source, pending) => {
    const stored = pending.mayBeStored ? await readStored(clickhouse, source, pending.span) : null
    pending.range ??= readAnew(source, pending, stored, recentIds)
    pending.records = []
    const { range, refusal } = pending
    await settle(clickhouse, source, pending.span, range)
    if (refusal !== null) {
      await setAsideRefused(inserter, source, range, refusal)
      pending.refusal = null
    }
    return stored ? withoutStored(range, stored) : allOf(range)
  }
}

/** Places of lines that are stored, each with its site. */
interface StoredLines {
  events: Map<string, string>
  dead: Map<string, string>
}

async function readStored(clickhouse: ClickHouse, source: Source, span: Span): Promise<StoredLines> {
  const [events, dead] = await Promise.all([
    queryStoredLines(clickhouse, 'events', source, span),
    queryStoredLines(clickhouse, 'dead_letters', source, span),
  ])
  return { events, dead }
}

/** Decodes a range that somebody else began: what is stored of it is a row, whatever would be said of it today. */
function readAnew(
  source: Source,
  { records, span }: HeldRange,
  stored: StoredLines | null,
  recentIds: RecentIds,
): Range {
  const range = emptyRange()
  const isStored = (offset: string, line: number) => stored?.events.has(`${offset}:${line}`) ?? false
  const keep = (event: Parameters<Judge>[0], record: SourceRecord) =>
    recentIds.add(
      { site: event.site_id, eventId: event.event_id, timestamp: event.timestamp },
      record.timestamp,
    )
  // The window has to know all of them before it is asked about any other.
  for (const record of stored?.events.size ? records : []) {
    decodeRecord(source, record, (event, offset, line) => {
      if (isStored(offset, line)) keep(event, record)
      return 'duplicate'
    })
  }
  const decoded = records.map((record) =>
    decodeRecord(source, record, (event, offset, line) =>
      isStored(offset, line) ? 'row' : judgeWith(recentIds)(event, record.timestamp),
    ),
  )
  addFetch(range, decoded)
  range.firstTimestamp = records[0]?.timestamp ?? 0
  countExpired(range, records[0]?.offset, stored, span)
  return range
}

/** What the window says of an event. */
export function judgeWith(
  recentIds: RecentIds,
): (event: Parameters<Judge>[0], receivedAt: number) => ReturnType<Judge> {
  return ({ site_id: site, event_id: eventId, timestamp }, receivedAt) =>
    recentIds.judge({ site, eventId, timestamp }, receivedAt)
}

/** Lines that Kafka dropped after they were stored are in no record any more, but they are in the table. */
function countExpired(
  range: Range,
  firstRead: string | undefined,
  stored: StoredLines | null,
  span: Span,
): void {
  const low = Number(firstRead ?? span.last + 1)
  const offsetOf = (place: string) => Number(place.slice(0, place.indexOf(':')))
  for (const [place, site] of stored?.events ?? []) {
    if (offsetOf(place) >= low) continue
    const books = booksOf(range, site)
    books.lines += 1
    books.rows += 1
  }
  for (const [place, site] of stored?.dead ?? []) {
    if (offsetOf(place) >= low) continue
    const books = booksOf(range, site)
    books.lines += 1
    books.dead += 1
  }
}

async function settle(clickhouse: ClickHouse, source: Source, span: Span, range: Range): Promise<void> {
  if (range.uncertain.length === 0) return
  const ids = await queryStoredIds(clickhouse, range.uncertain, { ...source, first: span.first })
  settleUncertain(range, ({ site, eventId }) => ids.has(`${site}\0${eventId}`))
}

function withoutStored(range: Range, stored: StoredLines): Unwritten {
  if (stored.events.size === 0 && stored.dead.size === 0) return allOf(range)
  const missing = rowTexts(range).filter((text) => {
    const { offset, line } = readRow(text)
    return !stored.events.has(`${offset}:${line}`)
  })
  return {
    ...allOf(range),
    rows: missing.length === 0 ? [] : [Buffer.from(missing.join(''))],
    rowCount: missing.length,
    dead: range.dead.filter(({ offset, line }) => !stored.dead.has(`${offset}:${line}`)),
  }
}
