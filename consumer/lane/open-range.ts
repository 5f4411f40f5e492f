// The range that is being taken: what was fetched and is not yet on its way.
import type { RangeLimits } from '../config.ts'
import { RecordDecoder } from './decode-record.ts'
import { bytesOfRange, emptyRange, type Range } from './range.ts'
import type { Judge, LogPlace, RecordBytes } from './record.ts'
import type { StoredLines } from './stored-lines.ts'

/** Records one after another: each is at hand until the next. */
export interface Records extends RecordBytes {
  /** Moves on to the next one. False where there is none. */
  next: () => boolean
  /** The offset that follows those gone through, also where no record stands. */
  passed: number
}

/** What a record counts for besides its value: one without a value is not for nothing. */
const recordBytes = 64

export interface OpenRange {
  /** Decodes records of about so many bytes. False where it has all of them. */
  take: (records: Records, bytes: number) => boolean
  /** Whether it is as long as all that is stored together may be. */
  isFull: () => boolean
  /** Lines that will be stored. */
  lines: () => number
  bytes: () => number
  /** When the first of it was decoded, by `performance.now()`; Infinity where there is nothing. */
  openedAt: () => number
  /** Gives it away; the next begins empty. */
  close: () => Range
}

/** @param stored lines that are stored and not in the books */
export function createOpenRange(
  place: LogPlace,
  limits: Pick<RangeLimits, 'maxRows' | 'maxBytes'>,
  judge: Judge,
  stored: StoredLines,
): OpenRange {
  const decoder = new RecordDecoder(place, judge, stored)
  let range = emptyRange()
  let openedAt = Infinity
  const lines = () => range.rowCount + range.uncertain.length + range.dead.length
  const bytes = () => bytesOfRange(range)
  return {
    take: (records, most) => {
      const from = records.passed
      let isMore = true
      for (let taken = 0; taken < most;) {
        isMore = records.next()
        if (!isMore) break
        if (range.firstTimestamp === 0) range.firstTimestamp = records.timestamp
        decoder.decode(records, range)
        taken += recordBytes + (records.valueAt === -1 ? 0 : records.valueEnd - records.valueAt)
      }
      if (openedAt === Infinity && records.passed > from) openedAt = performance.now()
      return isMore
    },
    isFull: () => lines() >= limits.maxRows || bytes() >= limits.maxBytes,
    lines,
    bytes,
    openedAt: () => openedAt,
    close: () => {
      const closed = range
      openedAt = Infinity
      range = emptyRange()
      return closed
    },
  }
}
