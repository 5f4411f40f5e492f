// Moves the group's offsets, under the membership that is there, or not at all.
import kafkajs, { type EachBatchPayload } from 'kafkajs'
import type { Logger } from '../runtime/logger.ts'
import { untilDone } from '../runtime/retry.ts'

/** The handler's own way to commit: unlike the consumer's, it still works while the consumer stops. */
export type CommitOffsets = EachBatchPayload['commitOffsetsIfNecessary']

export interface GroupCommit {
  /** The way to commit, as the newest batch brought it. */
  use: (commitOffsets: CommitOffsets) => void
  /**
   * Commits `offset`, the next to read, trying again while Kafka is away.
   * @throws the coordinator's answer when the membership has ended, the last error once `signal` is given
   */
  commit: (partition: number, offset: number, signal: AbortSignal) => Promise<void>
}

/** Answers of the coordinator that end a membership: kafkajs joins again by itself. */
const membershipEnds = new Set(['REBALANCE_IN_PROGRESS', 'ILLEGAL_GENERATION', 'UNKNOWN_MEMBER_ID'])

/** @param onMembershipEnd called when the coordinator answers that this consumer is no longer a member */
export function createGroupCommit(topic: string, onMembershipEnd: () => void, logger: Logger): GroupCommit {
  let commitOffsets: CommitOffsets | null = null
  return {
    use: (newest) => {
      commitOffsets = newest
    },
    commit: async (partition, offset, signal) => {
      const topics = [{ topic, partitions: [{ partition, offset: String(offset) }] }]
      const attempt = async () => {
        signal.throwIfAborted()
        await commitOffsets?.({ topics })
      }
      try {
        await untilDone(attempt, {
          signal,
          isHopeless: endsMembership,
          onFailure: (error, pauseMs) =>
            logger.warn({ err: error, partition, offset, pauseMs }, 'kafka did not commit'),
        })
      } catch (error) {
        if (endsMembership(error)) onMembershipEnd()
        throw error
      }
    },
  }
}

function endsMembership(error: unknown): boolean {
  return error instanceof kafkajs.KafkaJSProtocolError && membershipEnds.has(error.type)
}
