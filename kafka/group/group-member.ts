// One member of a consumer group: it joins, gives signs of life, commits and leaves, each time under a membership that it is
// told. kafkajs's own consumer commits under whatever membership it has at that moment, and fetches and joins by itself; only
// its connections, and its words with the group's coordinator, are used here.
import kafkajs, { type Cluster as KafkajsCluster, type Kafka, type Logger } from 'kafkajs'
import { unlessAborted, within } from '../../runtime/retry.ts'
import { openCluster, type Cluster, type Coordinator } from '../cluster.ts'
import { createAskCoordinator, isAnswer, movesOn, typeOf, type AskCoordinator } from './ask-coordinator.ts'

/** From joining the group to the next time it has to be joined. */
export interface Membership {
  generation: number
  memberId: string
  /** Of the topic: those that are this member's. */
  partitions: number[]
}

/** Where one partition is to go on. */
export interface Move {
  partition: number
  /** The next offset to read. */
  offset: number
  /** A text that Kafka keeps with it, up to 4,096 bytes. */
  metadata: string
}

/** What became of a commit. `unknown`: it may still take effect, until the group has another generation. */
export type SentCommit = 'done' | 'refused' | 'not yet' | 'unknown'

export interface GroupMember {
  /**
   * Joins the group, or joins it anew, and waits until it is complete.
   * @param signal it is no longer waited for
   * @throws Error; `isHopeless` says whether to try again
   */
  join: (signal: AbortSignal) => Promise<Membership>
  /**
   * Tells the group that it is alive. `rebalancing`: the group is to be joined anew, what is under way may be finished
   * before; `gone`: somebody else has the partitions by now.
   * @throws Error where the coordinator does not say so
   */
  heartbeat: (membership: Membership) => Promise<'member' | 'rebalancing' | 'gone'>
  /** Commits under this membership or not at all. Tries nothing again. `not yet`: nothing was done, and nothing has changed. */
  commit: (
    membership: Membership,
    moves: readonly Move[],
  ) => Promise<{ outcome: SentCommit; error?: unknown }>
  /**
   * Leaves, so that the others need not wait for a session to run out. Commits that were sent before take no effect once the
   * group has another generation. Never rejects: where the coordinator does not answer, that comes with the next join.
   */
  leave: () => Promise<void>
  /** Closes its connections. */
  close: () => void
}

/** How long the partitions of a member that died stay without one, milliseconds. */
export const sessionTimeoutMs = 15_000

/**
 * What a client that is given here has to wait for an answer: a join, and the sync behind it, are answered when the group is
 * complete, which takes up to a session where a member died.
 */
export const groupRequestTimeoutMs = 2 * sessionTimeoutMs

/** An answer that takes longer is none: its connection may hang for ever. */
const answerWithinMs = 5000
const commitWithinMs = 10_000
const joinWithinMs = groupRequestTimeoutMs + answerWithinMs
/** How long leaving waits for a join that is under way. */
const firstJoinMs = 10_000

/** Answers that end a membership. */
const endsMembership = new Set(['ILLEGAL_GENERATION', 'UNKNOWN_MEMBER_ID'])

/** That of a coordinator which still reads its log: it has done nothing, and the membership is as it was. */
const notYet = new Set(['GROUP_LOAD_IN_PROGRESS'])

/** @param kafka a client that waits `groupRequestTimeoutMs` for its answers */
export function createGroupMember(kafka: Kafka, groupId: string, topic: string): GroupMember {
  const { ask, reconnect, close } = createAskCoordinator(() => openCluster(kafka), groupId, topic)
  let memberId = ''
  let joining: Promise<unknown> = Promise.resolve()

  return {
    join: async (signal) => {
      const joined = join({ ask, groupId, topic, logger: kafka.logger() }, memberId, (given) => {
        memberId = given
      })
      joining = joined.catch(() => undefined)
      try {
        return await unlessAborted(signal, joined)
      } catch (error) {
        if (typeOf(error) === 'UNKNOWN_MEMBER_ID') memberId = ''
        // Kafka reads nothing more from a connection, not even that the member leaves, until it has answered the join.
        if (signal.aborted) reconnect()
        throw error
      }
    },
    heartbeat: ({ generation, memberId: id }) =>
      heartbeat(ask, { groupId, groupGenerationId: generation, memberId: id }),
    commit: ({ generation, memberId: id }, moves) => {
      const partitions = moves.map(({ offset, ...move }) => ({ ...move, offset: String(offset) }))
      const topics = [{ topic, partitions }]
      return commit(ask, { groupId, groupGenerationId: generation, memberId: id, topics })
    },
    leave: async () => {
      // Who joins for the first time learns by what id only when the group is complete.
      if (memberId === '') await within(firstJoinMs, '', joining).catch(() => undefined)
      const id = memberId
      memberId = ''
      if (id === '') return
      const left = ask(answerWithinMs, (asked) => asked.leaveGroup({ groupId, memberId: id }))
      await left.catch(() => undefined)
    },
    close,
  }
}

interface JoinParts {
  ask: AskCoordinator['ask']
  groupId: string
  topic: string
  logger: Logger
}

/** @param onMemberId told of the id that the coordinator gives, which the next join has to bring along */
async function join(
  { ask, groupId, topic, logger }: JoinParts,
  memberId: string,
  onMemberId: (id: string) => void,
): Promise<Membership> {
  const assignerOf = (cluster: Cluster) =>
    kafkajs.PartitionAssigners.roundRobin({
      ...{ cluster: cluster as unknown as KafkajsCluster, groupId, logger },
    })
  const joined = await ask(joinWithinMs, (asked, cluster) =>
    asked.joinGroup({
      ...{ groupId, memberId, sessionTimeout: sessionTimeoutMs, rebalanceTimeout: sessionTimeoutMs },
      groupProtocols: [assignerOf(cluster).protocol({ topics: [topic] })],
    }),
  )
  const { memberId: id, generationId: generation, members } = joined
  onMemberId(id)
  const share = async (_asked: Coordinator, cluster: Cluster) => {
    await cluster.refreshMetadata()
    return assignerOf(cluster).assign({ members, topics: [topic] })
  }
  const groupAssignment = joined.leaderId === id ? await ask(joinWithinMs, share) : []
  const { memberAssignment } = await ask(joinWithinMs, (asked) =>
    asked.syncGroup({ groupId, generationId: generation, memberId: id, groupAssignment }),
  )
  return { generation, memberId: id, partitions: partitionsOf(memberAssignment, topic) }
}

async function heartbeat(
  ask: AskCoordinator['ask'],
  request: Parameters<Coordinator['heartbeat']>[0],
): Promise<Awaited<ReturnType<GroupMember['heartbeat']>>> {
  try {
    await ask(answerWithinMs, (asked) => asked.heartbeat(request))
    return 'member'
  } catch (error) {
    if (typeOf(error) === 'REBALANCE_IN_PROGRESS') return 'rebalancing'
    if (endsMembership.has(typeOf(error))) return 'gone'
    throw error
  }
}

async function commit(
  ask: AskCoordinator['ask'],
  request: Parameters<Coordinator['offsetCommit']>[0],
): Promise<{ outcome: SentCommit; error?: unknown }> {
  try {
    await ask(commitWithinMs, (asked) => asked.offsetCommit(request))
    return { outcome: 'done' }
  } catch (error) {
    return { outcome: outcomeOf(error), error }
  }
}

/** Whether an error of `join` will be the same the next time: the group refuses this member for what it is. */
export function isHopeless(error: unknown): boolean {
  const type = typeOf(error)
  const mayPass = type === 'REBALANCE_IN_PROGRESS' || endsMembership.has(type) || movesOn.has(type)
  return isAnswer(error) && !error.retriable && !mayPass
}

/**
 * GROUP_COORDINATOR_NOT_AVAILABLE counts as unknown: Kafka also gives it for a commit that it could not finish in time. So
 * does NOT_COORDINATOR_FOR_GROUP, which it gives for one that it began to write when it lost the group.
 */
function outcomeOf(error: unknown): SentCommit {
  const type = typeOf(error)
  if (type === 'REBALANCE_IN_PROGRESS' || endsMembership.has(type)) return 'refused'
  return notYet.has(type) ? 'not yet' : 'unknown'
}

function partitionsOf(memberAssignment: Buffer, topic: string): number[] {
  const decoded = kafkajs.AssignerProtocol.MemberAssignment.decode(memberAssignment)
  return decoded?.assignment[topic] ?? []
}
