// Moves the group's offsets under one membership, or not at all.
import type { Source } from '../../clickhouse/insert-lines.ts'
import type { GroupMember, Membership, Move } from '../../kafka/group/group-member.ts'
import { gather } from '../../runtime/gather.ts'
import type { Logger } from '../../runtime/logger.ts'
import { untilDone } from '../../runtime/retry.ts'
import type { CommitOutcome, LaneSteps } from '../lane/lane-work.ts'
import { toMetadata } from '../lane/lease.ts'

/** The coordinator still reads its log. */
class NotYet extends Error {
  override name = 'NotYet'
}

/** Commits `offset`, the next to read. `unknown` where the answer is missing: the commit may still arrive. */
export function createGroupCommit(
  member: Pick<GroupMember, 'commit'>,
  membership: Membership,
  logger: Logger,
): LaneSteps['commit'] {
  /** One request for all partitions that move at the same moment. */
  const moveTogether = gather(async (moves: (Move & { signal: AbortSignal })[]): Promise<CommitOutcome> => {
    const wanted = moves.filter(({ signal }) => !signal.aborted)
    if (wanted.length === 0) return 'unknown'
    const { outcome, error } = await member.commit(
      membership,
      wanted.map(({ partition, offset, metadata }) => ({ partition, offset, metadata })),
    )
    if (outcome === 'not yet') throw new NotYet('the coordinator still reads its log', { cause: error })
    if (outcome !== 'done' && !wanted.every(({ signal }) => signal.aborted))
      logger.warn({ err: error, moves: wanted.length, outcome }, 'kafka did not commit')
    return outcome
  })
  return async ({ topicId, partition }: Source, offset, lease, signal) => {
    const metadata = toMetadata(topicId, lease)
    const attempt = () => {
      signal.throwIfAborted()
      return moveTogether({ partition, offset, metadata, signal })
    }
    const onFailure = (error: unknown, pauseMs: number) =>
      logger.warn({ err: error, partition, offset, pauseMs }, 'kafka did not commit')
    try {
      const outcome = await untilDone(attempt, { signal, isHopeless: () => false, onFailure })
      return signal.aborted ? 'unknown' : outcome
    } catch {
      // The membership ended meanwhile.
      return 'unknown'
    }
  }
}
