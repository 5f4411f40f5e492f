// What is at hand of the books while a partition's records are walked: a range, or the gap before the next one.
import type { BookedRange } from '../../clickhouse/audit/booked-ranges.ts'
import type { LogRecord } from '../../kafka/read-records.ts'

/** Where lines are counted by site without end, so many sites are kept apart; those of further ones only count. */
export const mostSites = 100_000

export interface BooksAtHandParts {
  /** The first offset of the walk. */
  from: number
  /** The ranges from there on, by their first offsets. */
  ranges: AsyncIterable<BookedRange>
  /** Called when a range begins: what it gives is shown the range's records. */
  watch: (range: BookedRange) => Promise<RangeWatch | null>
  /** All records of a range have been seen; `sites` has the lines of each. */
  onRange: (range: BookedRange, sites: Map<string, number>) => void
  /** Offsets that no range covers, and the lines that they hold. */
  onUnbooked: (first: number, last: number, lines: number, sites: Map<string, number>) => void
}

export interface RangeWatch {
  see: (record: LogRecord, site: string) => void
  end: () => Promise<void>
}

export interface BooksAtHand {
  /** The last offset of what is at hand: for a record above it, `open` comes first. */
  through: () => number
  /** Ends what is at hand and goes on to the range of `offset`, or to the gap that it lies in. */
  open: (offset: number) => Promise<void>
  add: (record: LogRecord, site: string, lines: number) => void
  /** Ends with what lies below `end`; a range that reaches beyond was not read wholly and is left alone. */
  close: (end: number) => Promise<void>
}

export function createBooksAtHand(parts: BooksAtHandParts): BooksAtHand {
  const upcoming = createUpcoming(parts.ranges)
  let range: BookedRange | null = null
  let watch: RangeWatch | null = null
  let found = { lines: 0, sites: new Map<string, number>() }
  /** The first offset that is neither in a finished range nor in a gap that was told. */
  let next = parts.from

  const takeFound = () => {
    const taken = found
    found = { lines: 0, sites: new Map() }
    return taken
  }
  const finishRange = async () => {
    if (!range) return
    parts.onRange(range, takeFound().sites)
    await watch?.end()
    next = Math.max(next, range.last + 1)
    range = watch = null
  }
  const finishGap = (end: number) => {
    if (end <= next) return
    const { lines, sites } = takeFound()
    parts.onUnbooked(next, end - 1, lines, sites)
    next = end
  }
  const open = async (offset: number) => {
    await finishRange()
    for (let ahead = await upcoming.peek(); ahead && ahead.first <= offset; ahead = await upcoming.peek()) {
      upcoming.take()
      finishGap(ahead.first)
      range = ahead
      watch = await parts.watch(ahead)
      if (offset <= ahead.last) return
      await finishRange()
    }
  }
  return {
    through: () => (range ? range.last : upcoming.through()),
    open,
    add: (record, site, lines) => {
      found.lines += lines
      addTo(found.sites, site, lines, range ? Infinity : mostSites)
      watch?.see(record, site)
    },
    close: async (end) => {
      const reachesBeyond = () => range !== null && range.last >= end
      if (reachesBeyond()) return
      if (end > next) await open(end - 1)
      if (reachesBeyond()) return
      await finishRange()
      finishGap(end)
    },
  }
}

/** The range after what is at hand, asked for only when it is needed. */
function createUpcoming(ranges: AsyncIterable<BookedRange>) {
  const iterator = ranges[Symbol.asyncIterator]()
  /** Undefined while it has not been asked for, null where there is none. */
  let range: BookedRange | null | undefined
  return {
    peek: async () => {
      if (range === undefined) {
        const step = await iterator.next()
        range = step.done ? null : step.value
      }
      return range
    },
    take: () => {
      range = undefined
    },
    /** The last offset before it; -1 while that is not known. */
    through: () => {
      if (range === undefined) return -1
      return range ? range.first - 1 : Infinity
    },
  }
}

/** Adds to a site's count, unless that makes more than `most` sites. */
export function addTo(sites: Map<string, number>, site: string, lines: number, most: number): void {
  const before = sites.get(site)
  if (before !== undefined || sites.size < most) sites.set(site, (before ?? 0) + lines)
}
