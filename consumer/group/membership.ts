// One membership in the consumer group: from joining it to the next time it has to be joined. Whatever was fetched
// or is held under an earlier one is no longer ours, since the partition may have gone to somebody else and come back.
import kafkajs, { type PartitionAssigner } from 'kafkajs'
import type { Lane } from '../lane/lane.ts'

export interface Membership {
  /** Empty until it is known where every partition goes on. */
  lanes: () => ReadonlyMap<number, Lane>
  /** Resolves when that is known, or the membership has ended before; never rejects. */
  opened: Promise<void>
  isOpen: () => boolean
  hasEnded: () => boolean
  /** Lets go of every lane. */
  end: () => void
}

/**
 * @param openLanes finds out where to go on, for as long as it takes; what it rejects with before the signal is given is
 * a fault of the program
 * @param onFault told of such a fault
 */
export function createMembership(
  openLanes: (signal: AbortSignal) => Promise<ReadonlyMap<number, Lane>>,
  onFault: (error: unknown) => void,
): Membership {
  const ended = new AbortController()
  let lanes: ReadonlyMap<number, Lane> | null = null
  const open = async () => {
    const found = await openLanes(ended.signal)
    if (ended.signal.aborted) for (const lane of found.values()) lane.end()
    else lanes = found
  }
  const failed = (error: unknown) => {
    if (ended.signal.aborted) return
    ended.abort()
    onFault(error)
  }
  return {
    lanes: () => lanes ?? new Map<number, Lane>(),
    opened: open().catch(failed),
    isOpen: () => lanes !== null,
    hasEnded: () => ended.signal.aborted,
    end: () => {
      ended.abort()
      for (const lane of lanes?.values() ?? []) lane.end()
    },
  }
}

/**
 * An assigner that calls `onJoin` before every JoinGroup request: the one moment that kafkajs passes through
 * whenever a membership ends, also where it emits no event.
 */
export function assignerThatTells(onJoin: () => void): PartitionAssigner {
  return (config) => {
    const assigner = kafkajs.PartitionAssigners.roundRobin(config)
    return {
      ...assigner,
      protocol: (subscription) => {
        onJoin()
        return assigner.protocol(subscription)
      },
    }
  }
}
