// What kafkajs can and its admin client does not offer: its connections to a cluster, as it uses them itself.
import type { Kafka } from 'kafkajs'

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
  fetch: (request: object) => Promise<{ responses: { partitions: FetchedPartition[] }[] }>
}

/** One partition's part of an answer to a fetch. */
export interface FetchedPartition {
  /** Below every open transaction. */
  lastStableOffset?: string
}

export interface Coordinator {
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

export interface Connection {
  send: (exchange: { request: object; response: object }) => Promise<unknown>
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
