// One partition's way into the store. The invariant: ranges follow each other without a gap, one is stored at a
// time, and the offset moves only after its range is stored.
import type { RangeLimits } from './config.ts'
import type { SourceRecord } from './decode-record.ts'
import { decodeRecord } from './decode-record.ts'
import { addFetch, openRange, type Range } from './range.ts'
import type { StoreRange } from './store-range.ts'

export interface Lane {
  /** The offset the next record must have been fetched from. */
  next: () => number
  /** Takes the records of one fetch; `last` is the last offset the fetch covered. */
  accept: (records: SourceRecord[], last: number) => void
  /** Bytes held. */
  bytes: () => number
  /** Whether it holds a whole range besides the one being stored. */
  isFull: () => boolean
  /** Stores what it holds; resolves when all is stored and committed. */
  drain: () => Promise<void>
  /** Lets go of everything at once: the partition is no longer ours. */
  drop: () => void
}

export interface LaneParts {
  topic: string
  partition: number
  /** The first offset that is not stored. */
  next: number
  limits: RangeLimits
  store: StoreRange
  /** Moves the group's offset. Rejects when this membership has ended or the commit failed for good. */
  commit: (partition: number, offset: number, signal: AbortSignal) => Promise<void>
  /** Told after each range that was stored and committed. */
  onStored: (range: Range) => void
  /** Told of what neither time nor another try can mend. */
  onFailure: (error: unknown) => void
}

export function createLane(parts: LaneParts): Lane {
  const { topic, partition, limits } = parts
  const dropped = new AbortController()
  let open = openRange(topic, partition, parts.next)
  let storing: Range | null = null
  let storingDone = Promise.resolve()
  let isDue = false
  let isDraining = false
  const age = createAlarm(limits.maxAgeMs, () => {
    isDue = true
    begin()
  })

  const isEmpty = () => open.last < open.first
  const isFull = () => open.rowCount + open.dead.length >= limits.maxRows || open.bytes >= limits.maxBytes

  const begin = () => {
    if (storing || dropped.signal.aborted || isEmpty() || !(isDue || isDraining || isFull())) return
    age.stop()
    isDue = false
    storing = open
    open = openRange(topic, partition, storing.last + 1)
    storingDone = finish(storing)
  }

  const finish = async (range: Range) => {
    try {
      await storeAndCommit(parts, range, dropped.signal).finally(() => (storing = null))
      parts.onStored(range)
      begin()
    } catch (error) {
      if (!dropped.signal.aborted) parts.onFailure(error)
    }
  }

  return {
    next: () => open.last + 1,
    accept: (records, last) => {
      if (isEmpty()) {
        open.firstTimestamp = records[0]?.timestamp ?? 0
        age.start()
      }
      addFetch(open, records.map(decodeRecord))
      open.last = last
      begin()
    },
    bytes: () => open.bytes + (storing?.bytes ?? 0),
    isFull,
    drain: async () => {
      isDraining = true
      begin()
      while (storing && !dropped.signal.aborted) await storingDone
    },
    drop: () => {
      age.stop()
      dropped.abort()
      open = openRange(topic, partition, open.first)
    },
  }
}

async function storeAndCommit(
  { store, commit }: LaneParts,
  range: Range,
  signal: AbortSignal,
): Promise<void> {
  await store(range, signal)
  await commit(range.partition, range.last + 1, signal)
}

function createAlarm(ms: number, ring: () => void): { start: () => void; stop: () => void } {
  let timer: NodeJS.Timeout | undefined
  return {
    start: () => {
      timer = setTimeout(ring, ms)
    },
    stop: () => clearTimeout(timer),
  }
}
