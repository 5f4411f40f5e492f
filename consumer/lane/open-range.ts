// The range that is being taken: what was fetched and is not yet pending.
import type { RangeLimits } from '../config.ts'
import type { RecentIds } from '../recent-ids/recent-ids.ts'
import { RecordDecoder } from './decode-record.ts'
import type { LogPlace, SourceRecord } from './record.ts'
import { bytesOfRange, emptyRange, type Range } from './range.ts'
import { createWaitingRecords } from './waiting-records.ts'

export interface OpenRange {
  /**
   * Adds records that were taken together, which may be none: a log has gaps. They wait as they are while events of an earlier
   * range are not known yet.
   */
  add: (records: SourceRecord[]) => void
  /** Judges what waits, once it can be. */
  judgeWaiting: () => void
  /** Whether it is as long as all that is stored together may be. */
  isFull: () => boolean
  /** Lines that are decoded and will be stored. */
  lines: () => number
  /** When the first of it was decoded, by `performance.now()`; Infinity where there is nothing. */
  openedAt: () => number
  /** Gives it away; the next begins empty. */
  close: () => Range
  bytes: () => number
}

/** @param mayJudge whether all events of earlier ranges are known */
export function createOpenRange(
  place: LogPlace,
  limits: RangeLimits,
  judge: RecentIds['judge'],
  mayJudge: () => boolean,
): OpenRange {
  const waiting = createWaitingRecords()
  const decoder = new RecordDecoder(place, judge)
  let range = emptyRange()
  let openedAt = Infinity

  const lines = () => range.rowCount + range.uncertain.length + range.dead.length
  const bytes = () => bytesOfRange(range) + waiting.bytes()

  const judgeWaiting = () => {
    if (!waiting.isThere() || !mayJudge()) return
    const records = waiting.takeAll()
    if (openedAt === Infinity) openedAt = performance.now()
    if (range.firstTimestamp === 0) range.firstTimestamp = records[0]?.timestamp ?? 0
    for (const record of records) decoder.decode(record, range)
  }

  return {
    add: (records) => {
      waiting.add(records)
      judgeWaiting()
    },
    judgeWaiting,
    isFull: () => lines() >= limits.maxRows || bytes() >= limits.maxBytes,
    lines,
    openedAt: () => openedAt,
    close: () => {
      const closed = range
      openedAt = Infinity
      range = emptyRange()
      return closed
    },
    bytes,
  }
}
