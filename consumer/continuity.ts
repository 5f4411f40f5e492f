// Whether a fetch begins where its lane ended. One that was made under an earlier membership may not: it can
// reach the handler after the partition has gone to somebody else and come back.
import type { Batch } from 'kafkajs'
import type { Logger } from '../runtime/logger.ts'
import type { Lane } from './lane.ts'

/** kafkajs has it on every batch, but not in its types. */
type FetchedBatch = Batch & { fetchedOffset: string }

export type Follows = (batch: Batch, lane: Lane) => boolean

/** The check of one membership. A lane whose batch does not follow must be fetched anew from `lane.next()`. */
export function createContinuity(logger: Logger): Follows {
  const gaps = new Map<number, number>()
  return (batch, lane) => {
    const fetched = Number((batch as FetchedBatch).fetchedOffset)
    const { topic, partition } = batch
    if (fetched === lane.next()) return true
    // A gap that is there again after fetching anew is in the log itself: records expired, compacted or aborted.
    if (fetched > lane.next() && gaps.get(partition) === fetched) {
      logger.warn({ topic, partition, from: lane.next(), to: fetched }, 'the log has a gap')
      return true
    }
    gaps.set(partition, fetched)
    return false
  }
}
