// What a lane holds: the range that is open, the one on its way into the store, and the books it owes.
import type { RangeLimits } from '../config.ts'
import type { RecentIds } from '../recent-ids/recent-ids.ts'
import { idWordsOf } from '../../event/event-id.ts'
import type { Span } from './lane-state.ts'
import { createOpenRange, type OpenRange } from './open-range.ts'
import { addBooks, bytesOfRange, rowsOf, type Range, type SiteBooks } from './range.ts'
import type { DeadReason, LogPlace } from './record.ts'
import { booksBelow, remember, type StoredLines } from './stored-lines.ts'

/** What became of the lines of a span that is stored. */
export interface StoredSpan {
  span: Span
  /** By site. */
  books: ReadonlyMap<string, SiteBooks>
  /** Why lines were set aside, one for each. */
  dead: readonly DeadReason[]
  /** Of the first record, epoch milliseconds. */
  firstTimestamp: number
}

/** Books of spans that follow each other, as one. */
export type Books = Pick<StoredSpan, 'books' | 'firstTimestamp'>

export interface LaneLines {
  open: () => OpenRange
  /** What is open is on its way from now on. */
  begin: () => Range
  onItsWay: () => Range
  /** What is on its way is stored: its books are owed, and it is let go of. */
  stored: (span: Span) => void
  /** The books owed up to this offset. */
  booksUntil: (last: number) => Books
  /** They are no longer owed. Returns what they are about. */
  booked: (last: number) => StoredSpan[]
  /** Drops all that is held. The window forgets its events, which are judged anew when they come again. */
  drop: () => void
  /** Begins again behind what is in the books, with these lines that are stored beyond. */
  restart: (stored: StoredLines) => void
  bytes: () => number
}

export interface LaneLinesParts {
  place: LogPlace
  limits: RangeLimits
  recentIds: RecentIds
  /** Lines that are stored and not in the books. The window knows them. */
  stored: StoredLines
  /** Offsets of which Kafka has nothing any more: the books of their stored lines are owed. */
  expired: Span | null
}

export function createLaneLines({ place, limits, recentIds, stored, expired }: LaneLinesParts): LaneLines {
  let open = createOpenRange(place, limits, recentIds.judge, stored)
  let onItsWay: Range | null = null
  let owed: StoredSpan[] = expired ? [spanOfExpired(expired, stored)] : []
  const held = () => {
    if (!onItsWay) throw new Error('no range is on its way')
    return onItsWay
  }
  return {
    open: () => open,
    begin: () => (onItsWay = open.close()),
    onItsWay: held,
    stored: (span) => {
      const { books, dead, firstTimestamp } = held()
      owed.push({ span, books, dead: dead.map(({ reason }) => reason), firstTimestamp })
      onItsWay = null
    },
    booksUntil: (last) => merged(owed.filter(({ span }) => span.last <= last)),
    booked: (last) => {
      const told = owed.filter(({ span }) => span.last <= last)
      owed = owed.slice(told.length)
      return told
    },
    drop: () => {
      for (const range of [onItsWay, open.close()]) if (range) forget(recentIds, range)
      onItsWay = null
      owed = []
    },
    restart: (stored) => {
      remember(recentIds, stored)
      open = createOpenRange(place, limits, recentIds.judge, stored)
    },
    bytes: () => open.bytes() + (onItsWay ? bytesOfRange(onItsWay) : 0),
  }
}

function spanOfExpired(span: Span, stored: StoredLines): StoredSpan {
  return { span, books: booksBelow(stored, span.last + 1), dead: [], firstTimestamp: 0 }
}

function merged(spans: readonly StoredSpan[]): Books {
  const [first] = spans
  if (first && spans.length === 1) return first
  const books = new Map<string, SiteBooks>()
  for (const span of spans) for (const [site, more] of span.books) addBooks(books, site, more)
  return { books, firstTimestamp: first?.firstTimestamp ?? 0 }
}

function forget(recentIds: RecentIds, range: Range): void {
  for (const { event } of rowsOf(range)) recentIds.remove(event.site_id, idWordsOf(event.event_id))
  for (const { site, eventId } of range.uncertain) recentIds.remove(site, idWordsOf(eventId))
}
