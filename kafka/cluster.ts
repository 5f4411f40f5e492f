// What kafkajs can and its admin client does not offer: its connections to a cluster, as it uses them itself.
import type { GroupMember, GroupMemberAssignment, Kafka } from 'kafkajs'

interface TopicPartitions {
  topic: string
  partitions: { partition: number }[]
}

/** The part of kafkajs's cluster that is used here. None of it is in its types; the integration tests here fail where it is missing. */
export interface Cluster {
  connect: () => Promise<void>
  disconnect: () => Promise<void>
  /** Reads the topic's metadata along with every refresh. Throws where the topic is not there. */
  addTargetTopic: (topic: string) => Promise<void>
  refreshMetadata: () => Promise<void>
  /** The same where what is known is old. */
  refreshMetadataIfNecessary: () => Promise<void>
  findTopicPartitionMetadata: (topic: string) => { partitionId: number; leader: number }[]
  findBroker: (broker: { nodeId: number }) => Promise<Broker>
  removeBroker: (broker: { host: string; port: number }) => void
  /** The first offset, or the one after the last, of each partition. */
  fetchTopicsOffset: (
    topics: (TopicPartitions & { fromBeginning: boolean })[],
  ) => Promise<{ topic: string; partitions: { partition: number; offset: string }[] }[]>
  findGroupCoordinator: (group: { groupId: string }) => Promise<Coordinator>
  brokerPool: {
    withBroker: <T>(work: (found: { broker: { connectionPool: Connection } }) => Promise<T>) => Promise<T>
  }
}

export interface Broker {
  connectionPool: Connection
  disconnect: () => Promise<void>
}

/** A broker that leads a consumer group. */
export interface Coordinator extends Broker {
  joinGroup: (request: {
    groupId: string
    memberId: string
    sessionTimeout: number
    rebalanceTimeout: number
    groupProtocols: { name: string; metadata: Buffer }[]
  }) => Promise<JoinedGroup>
  syncGroup: (request: {
    groupId: string
    generationId: number
    memberId: string
    groupAssignment: GroupMemberAssignment[]
  }) => Promise<{ memberAssignment: Buffer }>
  heartbeat: (request: { groupId: string; groupGenerationId: number; memberId: string }) => Promise<unknown>
  leaveGroup: (request: { groupId: string; memberId: string }) => Promise<unknown>
  /** The committed offsets; -1 where there is none. */
  offsetFetch: (asked: {
    groupId: string
    topics: TopicPartitions[]
  }) => Promise<{ responses: { topic: string; partitions: { partition: number; offset: string }[] }[] }>
  /** Commits for a group, as nobody in particular where `memberId` is empty: taken only while it has no member. */
  offsetCommit: (commit: {
    groupId: string
    groupGenerationId: number
    memberId: string
    topics: { topic: string; partitions: { partition: number; offset: string; metadata: string }[] }[]
  }) => Promise<unknown>
}

/** What a member learns when it has joined; `members` only if it leads the group. */
export interface JoinedGroup {
  generationId: number
  memberId: string
  leaderId: string
  groupProtocol: string
  members: GroupMember[]
}

/** A request with its answer, as kafkajs's connections take it. */
export interface Exchange<Answer> {
  request: object
  response: {
    decode: (answer: Buffer) => Promise<Answer>
    parse: (answer: Answer) => Promise<Answer>
  }
  /** Milliseconds to wait for the answer; never less than the client's. */
  requestTimeout?: number
}

export interface Connection {
  host: string
  port: number
  send: <Answer>(exchange: Exchange<Answer>) => Promise<unknown>
}

/** Whether the end of a log is the last stable offset, below every open transaction, or the end of all records. */
export const isolation = { readUncommitted: 0, readCommitted: 1 } as const

/** So long what is known of the cluster is good, where nothing says otherwise: as kafkajs's own producer has it. */
const metadataMaxAgeMs = 300_000

/**
 * Connections of their own to the cluster; none is opened yet. Makes no topic by asking for one.
 * @throws Error where kafkajs is not the version this was written for
 */
export function openCluster(
  kafka: Kafka,
  isolationLevel: (typeof isolation)[keyof typeof isolation] = isolation.readCommitted,
): Cluster {
  const key = Object.getOwnPropertySymbols(kafka).find(
    ({ description }) => description === 'private:Kafka:createCluster',
  )
  const create = key && (kafka as unknown as Record<symbol, (options: object) => Cluster>)[key]
  if (!create) throw new Error('this version of kafkajs does not open connections as 2.2.4 does')
  return create({ allowAutoTopicCreation: false, isolationLevel, metadataMaxAge: metadataMaxAgeMs })
}
