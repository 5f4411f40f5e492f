// The range that is being taken: what was fetched and is not yet pending, and when it is long enough.
import type { RangeLimits } from '../config.ts'
import { decodeRecord, type Judge, type LogPlace, type SourceRecord } from './decode-record.ts'
import { addFetch, emptyRange, type Range } from './range.ts'

export interface OpenRange {
  /** Adds the records of a fetch, which may be none: a log has gaps. */
  add: (records: SourceRecord[]) => void
  /** Whether it is long or old enough to be stored. */
  isDue: () => boolean
  isFull: () => boolean
  /** Gives it away; the next begins empty. */
  close: () => Range
  bytes: () => number
}

/** What is said of an event when it is taken; `receivedAt` is epoch milliseconds. */
export type JudgeEvent = (event: Parameters<Judge>[0], receivedAt: number) => ReturnType<Judge>

/** @param onAge called when it has become old enough */
export function createOpenRange(
  place: LogPlace,
  limits: RangeLimits,
  judge: JudgeEvent,
  onAge: () => void,
): OpenRange {
  let range = emptyRange()
  let timer: NodeJS.Timeout | undefined
  let isOld = false

  const isFull = () => {
    const lines = range.rowCount + range.uncertain.length + range.dead.length
    return lines >= limits.maxRows || range.bytes >= limits.maxBytes
  }
  const ring = () => {
    isOld = true
    onAge()
  }

  return {
    add: (records) => {
      timer ??= setTimeout(ring, limits.maxAgeMs)
      if (range.firstTimestamp === 0) range.firstTimestamp = records[0]?.timestamp ?? 0
      addFetch(
        range,
        records.map((record) => decodeRecord(place, record, (event) => judge(event, record.timestamp))),
      )
    },
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
    bytes: () => range.bytes,
  }
}
