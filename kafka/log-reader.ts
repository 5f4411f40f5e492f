// One look at the log: first what the group has committed, then where the log ends. Everything below a committed
// offset is stored, so that an answer counted after the look holds whatever the look says is stored.
import type { Kafka } from 'kafkajs'
import { momentNow, type Moment } from '../runtime/moment.ts'
import { isolation, openCluster, type Cluster, type Coordinator } from './cluster.ts'
import type { PartitionProgress } from './group-progress.ts'
import { topicIdOf } from './topic-id.ts'

/** One partition's log and what the group has of it. Offsets are those of the next record. */
export interface PartitionLook extends Pick<PartitionProgress, 'partition' | 'committed' | 'low'> {
  /** Where the log ends, records of open transactions included. */
  high: number
}

/** What one look found. */
export interface LogLook {
  /** Differs where the topic was deleted and made anew. */
  topicId: string
  /** Just before the ends were asked for: whatever Kafka acknowledged before this moment lies below them. */
  at: Moment
  /** Every partition, from 0. */
  partitions: PartitionLook[]
}

export interface LogReader {
  /**
   * Takes a look. One at a time.
   * @throws Error where Kafka does not answer or the topic is not there
   */
  look: () => Promise<LogLook>
  /** Ends its connections; a look under way fails. */
  close: () => Promise<void>
}

interface Open {
  cluster: Cluster
  coordinator: Coordinator
  topicId: string
}

/**
 * A reader with connections of its own, opened by the first look. After a failure they are given up and opened anew.
 */
export function createLogReader(kafka: Kafka, groupId: string, topic: string): LogReader {
  let open: Open | null = null
  let isClosed = false
  const giveUp = async () => {
    const cluster = open?.cluster
    open = null
    await cluster?.disconnect()
  }
  return {
    close: async () => {
      isClosed = true
      await giveUp()
    },
    look: async () => {
      try {
        open ??= await openAll(kafka, groupId, topic)
        while (!isClosed) {
          const look = await lookThrough(open, groupId, topic)
          if (look.topicId === open.topicId) return look
          // The committed offsets may be those of the former topic.
          open = { ...open, topicId: look.topicId }
        }
        throw new Error('the reader was closed')
      } catch (error) {
        giveUp().catch(() => undefined)
        throw error
      }
    },
  }
}

async function openAll(kafka: Kafka, groupId: string, topic: string): Promise<Open> {
  // An open transaction hides what others wrote behind it, and was told kept, from those who read what is committed.
  const cluster = openCluster(kafka, isolation.readUncommitted)
  try {
    await cluster.connect()
    await cluster.addTargetTopic(topic)
    const topicId = await topicIdOf(cluster, topic)
    return { cluster, topicId, coordinator: await cluster.findGroupCoordinator({ groupId }) }
  } catch (error) {
    cluster.disconnect().catch(() => undefined)
    throw error
  }
}

async function lookThrough({ cluster, coordinator }: Open, groupId: string, topic: string): Promise<LogLook> {
  const known = partitionsOf(cluster, topic)
  const { responses } = await coordinator.offsetFetch({ groupId, topics: [{ topic, partitions: known }] })
  const committed = toMap(responses, topic)
  const at = momentNow()
  // After the moment, so that no partition that had events by then is left out.
  const [topicId] = await Promise.all([topicIdOf(cluster, topic), cluster.refreshMetadata()])
  const partitions = partitionsOf(cluster, topic)
  const [low, high] = await Promise.all(
    [true, false].map(async (fromBeginning) =>
      toMap(await cluster.fetchTopicsOffset([{ topic, fromBeginning, partitions }]), topic),
    ),
  )
  return {
    topicId,
    at,
    partitions: partitions.map(({ partition }, index) => {
      const [first, end] = [low?.get(partition), high?.get(partition)]
      if (partition !== index || first === undefined || end === undefined) {
        throw new Error(`Kafka did not tell the ends of partition ${index} of ${topic}`)
      }
      const next = committed.get(partition) ?? -1
      return { partition, low: first, high: end, committed: next < 0 ? null : next }
    }),
  }
}

function partitionsOf(cluster: Cluster, topic: string): { partition: number }[] {
  return cluster
    .findTopicPartitionMetadata(topic)
    .map(({ partitionId }) => ({ partition: partitionId }))
    .sort((left, right) => left.partition - right.partition)
}

function toMap(
  topics: { topic: string; partitions: { partition: number; offset: string }[] }[],
  wanted: string,
): Map<number, number> {
  const found = topics.find(({ topic }) => topic === wanted)
  return new Map(found?.partitions.map(({ partition, offset }) => [partition, Number(offset)]))
}
