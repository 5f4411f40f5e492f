// What the store has of a partition beyond its books.
import type { StoredEventLine, StoredLine } from '../../clickhouse/look.ts'
import { idWordsOf } from '../../event/event-id.ts'
import type { RecentIds } from '../recent-ids/recent-ids.ts'
import { addBooks, type SiteBooks } from './range.ts'

/** Lines that are stored and not in the books, by their place. */
export interface StoredLines {
  events: ReadonlyMap<string, StoredEventLine>
  dead: ReadonlyMap<string, StoredLine>
  /** The highest offset of any; -1 where there are none. */
  last: number
}

export const noStoredLines: StoredLines = { events: new Map(), dead: new Map(), last: -1 }

export function toStoredLines(events: readonly StoredEventLine[], dead: readonly StoredLine[]): StoredLines {
  return {
    events: byPlace(events),
    dead: byPlace(dead),
    last: [...events, ...dead].reduce((last, { offset }) => Math.max(last, offset), -1),
  }
}

/** The books of lines below an offset, by site. */
export function booksBelow({ events, dead }: StoredLines, offset: number): Map<string, SiteBooks> {
  const books = new Map<string, SiteBooks>()
  const one = { lines: 1, rows: 0, duplicates: 0, dead: 0 }
  for (const line of events.values())
    if (line.offset < offset) addBooks(books, line.site, { ...one, rows: 1 })
  for (const line of dead.values()) if (line.offset < offset) addBooks(books, line.site, { ...one, dead: 1 })
  return books
}

/** How a line's place is written. */
export function placeOf(offset: number, line: number): string {
  return `${offset}:${line}`
}

/** Lets the window know them before it is asked about any other line. */
export function remember(recentIds: RecentIds, { events }: StoredLines): void {
  for (const { site, eventId, timestamp, receivedAt } of events.values()) {
    recentIds.add(site, idWordsOf(eventId), timestamp, receivedAt)
  }
}

function byPlace<Line extends StoredLine>(lines: readonly Line[]): Map<string, Line> {
  return new Map(lines.map((line) => [placeOf(line.offset, line.line), line]))
}
