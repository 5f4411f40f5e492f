// One membership in the consumer group: from one join to the next. Whatever was fetched or is held under an
// earlier one is no longer ours, since the partition may have gone to somebody else and come back.
import kafkajs, { type PartitionAssigner } from 'kafkajs'
import { createContinuity, type Follows } from './continuity.ts'
import type { Lane } from './lane.ts'
import type { Logger } from '../runtime/logger.ts'

export interface Membership {
  lanes: Map<number, Lane>
  follows: Follows
  /** The lane of a partition, made when first wanted. */
  laneOf: (partition: number) => Promise<Lane>
  /** Drops every lane. */
  end: () => void
}

export function createMembership(
  readStarts: () => Promise<Map<number, number>>,
  newLane: (partition: number, next: number) => Lane,
  logger: Logger,
): Membership {
  const lanes = new Map<number, Lane>()
  let starts: Promise<Map<number, number>> | null = null
  let hasEnded = false
  return {
    lanes,
    follows: createContinuity(logger),
    laneOf: async (partition) => {
      starts ??= readStarts().catch((error: unknown) => {
        starts = null
        throw error
      })
      const next = (await starts).get(partition) ?? 0
      const lane = lanes.get(partition) ?? newLane(partition, next)
      if (hasEnded) lane.drop()
      else lanes.set(partition, lane)
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
