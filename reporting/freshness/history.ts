// What looks at the log tell: up to which instant everything is counted, and how much waits. Pure.
//
// The invariant: an instant is told only if every event that Kafka acknowledged before it lies below an offset that
// was committed when the newest look was taken. No timestamp of a producer is believed: when something reached the
// log is known from where the log ended at each look.
import type { LogLook, PartitionLook } from '../../kafka/log-reader.ts'
import { unknownTopicId } from '../../kafka/topic-id.ts'
import { instantOf, type Moment } from '../../runtime/moment.ts'

/** Where each partition ended, and a moment before that was asked for. */
interface Ends {
  at: Moment
  ends: number[]
}

/** One partition as the newest look found it. */
interface Known extends PartitionLook {
  /** Everything below it is stored. */
  stored: number
  /** A committed offset that belongs to another log: one above the end, or left over from a topic that is gone. */
  foreign: number | null
}

/** What is remembered of all looks. */
export interface History {
  topicId: string
  /** When the newest look was taken. */
  at: Moment
  partitions: Known[]
  /** Oldest first. The first is where everything was stored, if that was ever seen. */
  ends: Ends[]
}

/** What can be said now. Instants are milliseconds since 1970. */
export interface Freshness {
  /** Everything that reached the log before it is stored; null where that is not known for any instant. */
  completeUntil: number | null
  /** Records in the log that are not known to be stored. */
  records: number
  /** The longest that one of them can have waited, in seconds; null where that is not known. */
  seconds: number | null
}

/** Bounds what is remembered while nothing is stored; the steps between what remains grow with its age. */
const mostEnds = 256

/** Adds a look, which was taken after all others. At most `most` former ones are remembered, and no fewer than two. */
export function addLook(history: History | null, look: LogLook, most = mostEnds): History {
  const before = history && isSameLog(history, look) ? history : null
  const partitions = look.partitions.map((progress, index) => {
    const leftOver = history && !before ? history.partitions[index]?.committed : undefined
    return know(progress, leftOver ?? before?.partitions[index]?.foreign ?? null)
  })
  const hasShrunk = before?.partitions.some(({ high }, index) => high > (partitions[index]?.high ?? 0))
  const known = before && !hasShrunk ? before.ends : []
  const newest = { at: look.at, ends: look.partitions.map(({ high }) => high) }
  const last = known.at(-1)
  const ends = last && isBelow(newest.ends, last.ends) ? [...known.slice(0, -1), newest] : [...known, newest]
  const stored = partitions.map((partition) => partition.stored)
  const passed = ends.findLastIndex((one) => isBelow(one.ends, stored))
  return { topicId: look.topicId, at: look.at, partitions, ends: thin(ends.slice(Math.max(0, passed)), most) }
}

/** What `history` tells at the moment `now`. */
export function tellFreshness({ partitions, ends }: History, now: Moment): Freshness {
  const lastBelow = (offsets: number[]) => {
    const found = ends.findLast((one) => isBelow(one.ends, offsets))
    return found ? instantOf(found.at, now) : null
  }
  const records = lagOf(partitions).reduce((sum, lag) => sum + lag, 0)
  const since = lastBelow(partitions.map(firstWaiting))
  return {
    completeUntil: lastBelow(partitions.map(({ stored }) => stored)),
    records,
    seconds: records === 0 ? 0 : since === null ? null : Math.max(0, now.wall - since) / 1000,
  }
}

/** Records of each partition that are in the log and not known to be stored. */
export function lagOf(partitions: Known[]): number[] {
  return partitions.map((partition) => partition.high - firstWaiting(partition))
}

/** What lies below the log's start is gone: it does not wait. */
function firstWaiting({ stored, low }: Known): number {
  return Math.max(stored, low)
}

function know(progress: PartitionLook, foreign: number | null): Known {
  const { committed, high } = progress
  const isForeign = committed !== null && (committed > high || committed === foreign)
  return isForeign
    ? { ...progress, stored: 0, foreign: committed }
    : { ...progress, stored: committed ?? 0, foreign: null }
}

function isSameLog(history: History, look: LogLook): boolean {
  if (history.topicId !== look.topicId) return false
  return (
    look.topicId !== unknownTopicId ||
    history.partitions.every(({ high }, index) => high <= (look.partitions[index]?.high ?? 0))
  )
}

/** Whether the offsets are nowhere above the others. A partition that was not there yet had no records. */
function isBelow(offsets: number[], others: number[]): boolean {
  return offsets.every((offset, index) => offset <= (others[index] ?? 0))
}

function thin(ends: Ends[], most: number): Ends[] {
  return ends.length <= most ? ends : ends.filter((_, index) => index % 2 === 0 || index > most / 2)
}
