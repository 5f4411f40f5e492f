// Makes a range ready to be written: settles which of its events are stored already, and after a doubt leaves out
// what the tables have of it.
import type { ClickHouse } from '../../clickhouse/client.ts'
import type { Source } from '../../clickhouse/insert-lines.ts'
import { queryStoredIds } from '../../clickhouse/stored-events.ts'
import { idWordsOf } from '../../event/event-id.ts'
import type { RecentIds } from '../recent-ids/recent-ids.ts'
import { RecordDecoder } from './decode-record.ts'
import type { SourceRecord } from './record.ts'
import type { Span } from './protocol.ts'
import { booksOf, emptyRange, rowsOf, settleUncertain, type Range } from './range.ts'
import { setAsideRefused } from './refused-rows.ts'
import { allOf, type Unwritten } from './store-ranges.ts'
import { readStoredLines, type StoredLines } from './stored-lines.ts'

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

export interface PrepareRange {
  /** What is left to write of a range that is not stored wholly, and that no insert can still reach. */
  prepare: (source: Source, held: HeldRange) => Promise<Unwritten>
  /** Learns the events of a range that somebody else began and that is stored wholly. */
  learn: (source: Source, span: Span) => Promise<void>
}

/**
 * @param clickhouse for questions
 * @param inserter a client that keeps no connection alive, for trying rows
 */
export function createPrepareRange(
  clickhouse: ClickHouse,
  inserter: ClickHouse,
  recentIds: RecentIds,
): PrepareRange {
  return {
    learn: async (source, span) => remember(recentIds, await readStoredLines(clickhouse, source, span)),
    prepare: async (source, held) => {
      const stored = held.mayBeStored ? await readStoredLines(clickhouse, source, held.span) : null
      held.range ??= readAnew(source, held, stored, recentIds)
      held.records = []
      const { range, refusal } = held
      await settle(clickhouse, source, held.span, range)
      if (refusal !== null) {
        await setAsideRefused(inserter, source, range, recentIds, refusal)
        held.refusal = null
      }
      return stored ? withoutStored(range, stored) : allOf(range)
    },
  }
}

function remember(recentIds: RecentIds, { events }: StoredLines): void {
  for (const { site, eventId, timestamp, receivedAt } of events.values()) {
    recentIds.add(site, idWordsOf(eventId), timestamp, receivedAt)
  }
}

/**
 * Decodes a range that somebody else began: what is stored of it is a row, whatever would be said of it today. The
 * window has to know all of that before it is asked about any other line.
 */
function readAnew(
  source: Source,
  { records, span }: HeldRange,
  stored: StoredLines | null,
  recentIds: RecentIds,
): Range {
  if (stored) remember(recentIds, stored)
  const range = emptyRange()
  const decoder = new RecordDecoder(source, (site, id, timestamp, receivedAt, offset, line) =>
    stored?.events.has(`${offset}:${line}`) ? 'row' : recentIds.judge(site, id, timestamp, receivedAt),
  )
  for (const record of records) decoder.decode(record, range)
  range.firstTimestamp = records[0]?.timestamp ?? 0
  if (stored) countExpired(range, records[0]?.offset ?? span.last + 1, stored)
  return range
}

/** Lines that Kafka dropped after they were stored are in no record any more, but they are in the tables. */
function countExpired(range: Range, firstRead: number, { events, dead }: StoredLines): void {
  for (const [lines, what] of [
    [events, 'rows'],
    [dead, 'dead'],
  ] as const) {
    for (const { offset, site } of lines.values()) {
      if (offset >= firstRead) continue
      const books = booksOf(range, site)
      books.lines += 1
      books[what] += 1
    }
  }
}

async function settle(clickhouse: ClickHouse, source: Source, span: Span, range: Range): Promise<void> {
  if (range.uncertain.length === 0) return
  const ids = await queryStoredIds(clickhouse, range.uncertain, { ...source, first: span.first })
  settleUncertain(range, ({ site, eventId }) => ids.has(`${site}\0${eventId}`))
}

function withoutStored(range: Range, { events, dead }: StoredLines): Unwritten {
  if (events.size === 0 && dead.size === 0) return allOf(range)
  const rows = rowsOf(range).filter(({ offset, line }) => !events.has(`${offset}:${line}`))
  return {
    ...allOf(range),
    rows: rows.map(({ bytes }) => bytes),
    rowCount: rows.length,
    dead: range.dead.filter(({ offset, line }) => !dead.has(`${offset}:${line}`)),
  }
}
