// The range that is being taken: what was fetched and is not yet pending, and when it is long enough.
import type { RangeLimits } from '../config.ts'
import type { RecentIds } from '../recent-ids/recent-ids.ts'
import { decodeRecord } from './decode-record.ts'
import type { LogPlace, SourceRecord } from './record.ts'
import { addFetch, emptyRange, type Range } from './range.ts'
import { createWaitingRecords } from './waiting-records.ts'

export interface OpenRange {
  /**
   * Adds the records of a fetch, which may be none: a log has gaps. They wait as they are while events of an earlier
   * range are not known yet.
   */
  add: (records: SourceRecord[]) => void
  /** Judges what waits, once it can be. */
  judgeWaiting: () => void
  /**
   * Whether it is long or old enough to be stored.
   * @param isQuiet whether nothing else was inserted a moment before
   */
  isDue: (isQuiet: boolean) => boolean
  isFull: () => boolean
  /** Whether so few come that more are not waited for while nothing else is inserted. */
  isSmall: () => boolean
  /** Gives it away; the next begins empty. */
  close: () => Range
  bytes: () => number
}

/** Where no more than these come while ClickHouse is free, others are not worth waiting for. */
const few = { lines: 8, linesPerMs: 0.1 }

/**
 * @param mayJudge whether all events of earlier ranges are known
 * @param onAge called when it may have become old enough
 */
export function createOpenRange(
  place: LogPlace,
  limits: RangeLimits,
  judge: RecentIds['judge'],
  mayJudge: () => boolean,
  onAge: () => void,
): OpenRange {
  const waiting = createWaitingRecords()
  let range = emptyRange()
  let timer: NodeJS.Timeout | undefined
  let openedAt = Infinity

  const lines = () => range.rowCount + range.uncertain.length + range.dead.length
  const isFull = () => lines() >= limits.maxRows || range.bytes + waiting.bytes() >= limits.maxBytes
  const ageMs = () => Math.max(0, performance.now() - openedAt)
  const isSmall = () => lines() <= few.lines + few.linesPerMs * ageMs()
  const wake = () => {
    const againInMs = isSmall() ? 2 * limits.quietAgeMs : limits.maxAgeMs - ageMs()
    timer = setTimeout(wake, Math.max(againInMs, 1))
    onAge()
  }

  const judgeWaiting = () => {
    if (!waiting.isThere() || !mayJudge()) return
    const records = waiting.takeAll()
    if (openedAt === Infinity) openedAt = performance.now()
    timer ??= setTimeout(wake, Math.min(limits.quietAgeMs, limits.maxAgeMs))
    if (range.firstTimestamp === 0) range.firstTimestamp = records[0]?.timestamp ?? 0
    addFetch(
      range,
      records.map((record) => decodeRecord(place, record, (event) => judge(event, record.timestamp))),
    )
  }

  return {
    add: (records) => {
      waiting.add(records)
      judgeWaiting()
    },
    judgeWaiting,
    isDue: (isQuiet) => {
      const { quietAgeMs, maxAgeMs } = limits
      return isFull() || ageMs() >= (isQuiet && isSmall() ? Math.min(quietAgeMs, maxAgeMs) : maxAgeMs)
    },
    isFull,
    isSmall,
    close: () => {
      const closed = range
      clearTimeout(timer)
      timer = undefined
      openedAt = Infinity
      range = emptyRange()
      return closed
    },
    bytes: () => range.bytes + waiting.bytes(),
  }
}
