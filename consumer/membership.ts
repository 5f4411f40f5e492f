// One membership in the consumer group: from joining it to the next time it has to be joined. Whatever was fetched
// or is held under an earlier one is no longer ours, since the partition may have gone to somebody else and come back.
import { setTimeout as sleep } from 'node:timers/promises'
import kafkajs, { type PartitionAssigner } from 'kafkajs'
import type { Logger } from '../runtime/logger.ts'
import { createContinuity, type Follows } from './continuity.ts'
import type { Lane } from './lane.ts'
import type { ReadStarts } from './starts.ts'

export interface Membership {
  lanes: Map<number, Lane>
  follows: Follows
  /**
   * The lane of a partition, made when first wanted; null for a partition that this member does not have, and while
   * it cannot be known where it goes on.
   */
  laneOf: (partition: number) => Promise<Lane | null>
  /** Drops every lane. */
  end: () => void
}

const askAgainAfterMs = 500

/** A member of the group that has `partitions`. */
export function createMembership(
  partitions: readonly number[],
  readStarts: ReadStarts,
  newLane: (partition: number, next: number) => Lane,
  logger: Logger,
): Membership {
  const lanes = new Map<number, Lane>()
  let starts: ReturnType<ReadStarts> | null = null
  let hasEnded = false
  return {
    lanes,
    follows: createContinuity(logger),
    laneOf: async (partition) => {
      if (!partitions.includes(partition)) return null
      starts ??= readStarts(partitions).catch(async (error: unknown) => {
        logger.warn({ err: error }, 'it is not known where to go on')
        await sleep(askAgainAfterMs)
        starts = null
        return new Map<number, number>()
      })
      const next = (await starts).get(partition)
      if (hasEnded || next === undefined) return null
      const lane = lanes.get(partition) ?? newLane(partition, next)
      lanes.set(partition, lane)
      return lane
    },
    end: () => {
      hasEnded = true
      for (const lane of lanes.values()) lane.drop()
      lanes.clear()
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
