// Moves the group's offsets under one membership, or not at all.
import kafkajs, { type EachBatchPayload } from 'kafkajs'
import type { Source } from '../../clickhouse/insert-lines.ts'
import type { Logger } from '../../runtime/logger.ts'
import { gather } from '../../runtime/gather.ts'
import { untilDone } from '../../runtime/retry.ts'
import { toMetadata } from '../lane/intent.ts'
import type { CommitOutcome } from '../lane/pending-range.ts'
import type { Intent } from '../lane/protocol.ts'

/**
 * The handler's own way to commit. Unlike the consumer's it still works while the consumer stops, and tries nothing
 * again by itself: a commit goes out under the generation at the moment of the call, or fails.
 */
export type CommitOffsets = EachBatchPayload['commitOffsetsIfNecessary']

export interface GroupCommit {
  /** The way to commit, as the newest batch of this membership brought it. */
  use: (commitOffsets: CommitOffsets) => void
  /** Whether one has come: nothing can be committed before. */
  isUsable: () => boolean
  /**
   * Commits `offset`, the next to read. `unknown` where the answer is missing: the commit may still arrive.
   * @param signal given when the membership is over: nothing is committed then
   */
  commit: (
    source: Source,
    offset: number,
    intent: Intent | null,
    signal: AbortSignal,
  ) => Promise<CommitOutcome>
}

/**
 * The answer of a coordinator that still reads its log: it has done nothing, and the membership is as it was. Not so
 * GROUP_COORDINATOR_NOT_AVAILABLE, which Kafka also gives for a commit that it could not finish in time.
 */
const notYet = new Set(['GROUP_LOAD_IN_PROGRESS'])

/** Answers that end a membership: kafkajs joins again by itself. */
const membershipEnds = new Set(['REBALANCE_IN_PROGRESS', 'ILLEGAL_GENERATION', 'UNKNOWN_MEMBER_ID'])

/** Where one partition is to go on. */
interface Move {
  topic: string
  partition: number
  offset: string
  metadata: string
  signal: AbortSignal
}

export function createGroupCommit(logger: Logger): GroupCommit {
  let commitOffsets: CommitOffsets | null = null
  /** One request for all partitions that move at the same moment. */
  const moveTogether = gather(async (moves: Move[]) => {
    const wanted = moves.filter(({ signal }) => !signal.aborted)
    const [first] = wanted
    if (!first) return
    if (!commitOffsets) throw new Error('no batch of this membership has come yet')
    const partitions = wanted.map(({ partition, offset, metadata }) => ({ partition, offset, metadata }))
    await commitOffsets({ topics: [{ topic: first.topic, partitions }] })
  })
  return {
    use: (newest) => {
      commitOffsets = newest
    },
    isUsable: () => commitOffsets !== null,
    commit: async ({ topic, topicId, partition }, offset, intent, signal) => {
      const metadata = toMetadata(topicId, intent)
      const attempt = () => {
        signal.throwIfAborted()
        return moveTogether({ topic, partition, offset: String(offset), metadata, signal })
      }
      const isHopeless = (error: unknown) => commitOffsets !== null && !isOneOf(notYet, error)
      const onFailure = (error: unknown, pauseMs: number) =>
        logger.warn({ err: error, partition, offset, pauseMs }, 'kafka did not commit')
      try {
        await untilDone(attempt, { signal, isHopeless, onFailure })
        return signal.aborted ? 'unknown' : 'done'
      } catch (error) {
        const outcome = isOneOf(membershipEnds, error) ? 'refused' : 'unknown'
        if (!signal.aborted) logger.warn({ err: error, partition, offset, outcome }, 'kafka did not commit')
        return outcome
      }
    },
  }
}

function isOneOf(types: Set<string>, error: unknown): boolean {
  return error instanceof kafkajs.KafkaJSProtocolError && types.has(error.type)
}
