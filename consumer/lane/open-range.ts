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
  /** Whether it is long or old enough to be stored. */
  isDue: () => boolean
  isFull: () => boolean
  /** Gives it away; the next begins empty. */
  close: () => Range
  bytes: () => number
}

/**
 * @param mayJudge whether all events of earlier ranges are known
 * @param onAge called when it has become old enough
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
  let isOld = false

  const isFull = () => {
    const lines = range.rowCount + range.uncertain.length + range.dead.length
    return lines >= limits.maxRows || range.bytes + waiting.bytes() >= limits.maxBytes
  }
  const ring = () => {
    isOld = true
    onAge()
  }

  const judgeWaiting = () => {
    if (!waiting.isThere() || !mayJudge()) return
    const records = waiting.takeAll()
    timer ??= setTimeout(ring, limits.maxAgeMs)
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
    isDue: () => isOld || isFull(),
    isFull,
    close: () => {
      const closed = range
      clearTimeout(timer)
      timer = undefined
      isOld = false
      range = emptyRange()
      return closed
    },
    bytes: () => range.bytes + waiting.bytes(),
  }
}
