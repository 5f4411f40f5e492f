// One member of a consumer group: it joins, gives signs of life, commits and leaves, each time under a membership that it is
// told. kafkajs's own consumer commits under whatever membership it has at that moment, and fetches and joins by itself; only
// its connections, and its words with the group's coordinator, are used here.
import kafkajs, { type Cluster as KafkajsCluster, type Kafka, type KafkaJSProtocolError } from 'kafkajs'
import { within } from '../../runtime/retry.ts'
import { openCluster, type Coordinator } from '../cluster.ts'

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
export type CommitOutcome = 'done' | 'refused' | 'not yet' | 'unknown'

export interface GroupMember {
  /**
   * Joins the group, or joins it anew, and waits until it is complete.
   * @throws Error; `isHopeless` says whether to try again
   */
  join: () => Promise<Membership>
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
  ) => Promise<{ outcome: CommitOutcome; error?: unknown }>
  /** Leaves: from then on no commit that was sent before takes effect. Never rejects. */
  leave: () => Promise<void>
  /** Closes its connections. */
  close: () => Promise<void>
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

/** Answers of a coordinator that is none any more, or not yet. */
const movesOn = new Set(['NOT_COORDINATOR_FOR_GROUP', 'GROUP_COORDINATOR_NOT_AVAILABLE'])

/** Answers that end a membership. */
const endsMembership = new Set(['ILLEGAL_GENERATION', 'UNKNOWN_MEMBER_ID'])

/** That of a coordinator which still reads its log: it has done nothing, and the membership is as it was. */
const notYet = new Set(['GROUP_LOAD_IN_PROGRESS'])

/** @param kafka a client that waits `groupRequestTimeoutMs` for its answers */
export function createGroupMember(kafka: Kafka, groupId: string, topic: string): GroupMember {
  const cluster = openCluster(kafka)
  const assigner = kafkajs.PartitionAssigners.roundRobin({
    ...{ cluster: cluster as unknown as KafkajsCluster, groupId, logger: kafka.logger() },
  })
  let isConnected = false
  let coordinator: Coordinator | null = null
  let memberId = ''

  /** Asks the coordinator; where that fails, the next question goes out over another connection, perhaps to another broker. */
  const ask = async <T>(ms: number, question: (coordinator: Coordinator) => Promise<T>): Promise<T> => {
    coordinator ??= await findCoordinator()
    const asked = coordinator
    try {
      return await within(ms, 'the coordinator of the group does not answer', question(asked))
    } catch (error) {
      if (isAnswer(error) && !movesOn.has(typeOf(error))) throw error
      coordinator = null
      await asked.disconnect().catch(() => undefined)
      throw error
    }
  }
  const findCoordinator = async () => {
    if (!isConnected) await cluster.connect()
    isConnected = true
    await cluster.addTargetTopic(topic)
    return cluster.findGroupCoordinator({ groupId })
  }

  return {
    join: async () => {
      try {
        const joined = await ask(joinWithinMs, (asked) =>
          asked.joinGroup({
            ...{ groupId, memberId, sessionTimeout: sessionTimeoutMs, rebalanceTimeout: sessionTimeoutMs },
            groupProtocols: [assigner.protocol({ topics: [topic] })],
          }),
        )
        memberId = joined.memberId
        const leads = joined.leaderId === memberId
        if (leads) await cluster.refreshMetadata()
        const groupAssignment = leads
          ? await assigner.assign({ members: joined.members, topics: [topic] })
          : []
        const generation = joined.generationId
        const { memberAssignment } = await ask(joinWithinMs, (asked) =>
          asked.syncGroup({ groupId, generationId: generation, memberId, groupAssignment }),
        )
        return { generation, memberId, partitions: partitionsOf(memberAssignment, topic) }
      } catch (error) {
        if (typeOf(error) === 'UNKNOWN_MEMBER_ID') memberId = ''
        throw error
      }
    },
    heartbeat: async ({ generation, memberId: id }) => {
      try {
        await ask(answerWithinMs, (asked) =>
          asked.heartbeat({ groupId, groupGenerationId: generation, memberId: id }),
        )
        return 'member'
      } catch (error) {
        if (typeOf(error) === 'REBALANCE_IN_PROGRESS') return 'rebalancing'
        if (endsMembership.has(typeOf(error))) return 'gone'
        throw error
      }
    },
    commit: async ({ generation, memberId: id }, moves) => {
      const partitions = moves.map(({ partition, offset, metadata }) => ({
        partition,
        offset: String(offset),
        metadata,
      }))
      const request = {
        groupId,
        groupGenerationId: generation,
        memberId: id,
        topics: [{ topic, partitions }],
      }
      try {
        await ask(commitWithinMs, (asked) => asked.offsetCommit(request))
        return { outcome: 'done' }
      } catch (error) {
        return { outcome: outcomeOf(error), error }
      }
    },
    leave: async () => {
      const id = memberId
      memberId = ''
      if (id !== '')
        await ask(answerWithinMs, (asked) => asked.leaveGroup({ groupId, memberId: id })).catch(
          () => undefined,
        )
    },
    close: () => cluster.disconnect(),
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
function outcomeOf(error: unknown): CommitOutcome {
  const type = typeOf(error)
  if (type === 'REBALANCE_IN_PROGRESS' || endsMembership.has(type)) return 'refused'
  return notYet.has(type) ? 'not yet' : 'unknown'
}

function isAnswer(error: unknown): error is KafkaJSProtocolError {
  return error instanceof kafkajs.KafkaJSProtocolError
}

function typeOf(error: unknown): string {
  return isAnswer(error) ? error.type : ''
}

function partitionsOf(memberAssignment: Buffer, topic: string): number[] {
  const decoded = kafkajs.AssignerProtocol.MemberAssignment.decode(memberAssignment)
  return decoded?.assignment[topic] ?? []
}
