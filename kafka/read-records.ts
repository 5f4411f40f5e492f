// Reads the records of a partition from one offset to another, outside any consumer group: what is read here moves
// nobody's offset and needs no group. Like the consumer it sees committed records only.
import { createRequire } from 'node:module'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Kafka } from 'kafkajs'
import { isolation, openCluster, type Cluster, type FetchedPartition } from './cluster.ts'

export interface LogRecord {
  offset: number
  /** Epoch milliseconds. */
  timestamp: number
  key: Buffer | null
  value: Buffer | null
}

/** What one request brought. */
export interface ReadRecords {
  records: LogRecord[]
  /** The offset to go on at: everything below has been read, also where no record is. */
  next: number
}

/** Kafka has dropped records that were asked for. */
export class LogStartMoved extends Error {
  override name = 'LogStartMoved'
}

export interface RecordReader {
  /** The first offset that Kafka still has of a partition. */
  start: (partition: number) => Promise<number>
  /**
   * Every record of `partition` from offset `from` up to `to`, which is not included, in order. Ends before `to` where an
   * open transaction begins.
   * @throws LogStartMoved when the log begins above `from` by now
   * @throws Error when Kafka does not answer
   */
  read: (partition: number, from: number, to: number) => AsyncGenerator<ReadRecords>
  close: () => Promise<void>
}

/** What kafkajs makes of one partition's answer: without aborted and control records, and those before `from`. */
interface Batch {
  messages: { offset: string; timestamp: string; key: Buffer | null; value: Buffer | null }[]
  rawMessages: unknown[]
  lastOffset: () => string
}

const FetchedBatch = createRequire(import.meta.url)('kafkajs/src/consumer/batch') as new (
  topic: string,
  fetchedOffset: string,
  partition: object,
) => Batch

const waitMs = 500
const maxBytes = 4_194_304
const attempts = 8
const pauseMs = 250

/**
 * A reader with connections of its own.
 * @throws Error when no broker answers or the topic is not there
 */
export async function openRecordReader(kafka: Kafka, topic: string): Promise<RecordReader> {
  const cluster = openCluster(kafka)
  try {
    await cluster.connect()
    await cluster.addTargetTopic(topic)
  } catch (error) {
    await cluster.disconnect()
    throw error
  }
  return {
    close: () => cluster.disconnect(),
    start: async (partition) => {
      const asked = { topic, fromBeginning: true, partitions: [{ partition }] }
      const [found] = await cluster.fetchTopicsOffset([asked])
      return Number(found?.partitions[0]?.offset)
    },
    async *read(partition, from, to) {
      for (let next = from; next < to;) {
        const { batch, isLast } = await fetch(cluster, topic, partition, next)
        if (batch.rawMessages.length > 0) {
          next = Number(batch.lastOffset()) + 1
          yield { records: recordsBelow(batch, to), next: Math.min(next, to) }
        } else if (isLast) return
      }
    },
  }
}

function recordsBelow(batch: Batch, to: number): LogRecord[] {
  const records = batch.messages.map(({ offset, timestamp, key, value }) => ({
    offset: Number(offset),
    timestamp: Number(timestamp),
    key,
    value,
  }))
  return records.filter(({ offset }) => offset < to)
}

async function fetch(
  cluster: Cluster,
  topic: string,
  partition: number,
  from: number,
): Promise<{ batch: Batch; isLast: boolean }> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      const answer = await fetchOnce(cluster, topic, partition, from)
      const end = Number(answer.lastStableOffset ?? Infinity)
      return { batch: new FetchedBatch(topic, String(from), answer), isLast: end >= 0 && from >= end }
    } catch (error) {
      if ((error as { type?: string }).type === 'OFFSET_OUT_OF_RANGE') {
        throw new LogStartMoved(`partition ${partition} has no offset ${from} any more`, { cause: error })
      }
      if (attempt === attempts) throw error
      await sleep(pauseMs)
      // Its leader may have changed, or be away for the moment.
      await cluster.refreshMetadata().catch(() => undefined)
    }
  }
}

async function fetchOnce(
  cluster: Cluster,
  topic: string,
  partition: number,
  from: number,
): Promise<FetchedPartition> {
  const leader = cluster
    .findTopicPartitionMetadata(topic)
    .find(({ partitionId }) => partitionId === partition)?.leader
  if (leader === undefined) throw new Error(`topic ${topic} has no partition ${partition}`)
  const broker = await cluster.findBroker({ nodeId: leader })
  const { responses } = await broker.fetch({
    maxWaitTime: waitMs,
    minBytes: 1,
    maxBytes,
    isolationLevel: isolation.readCommitted,
    topics: [{ topic, partitions: [{ partition, fetchOffset: String(from), maxBytes }] }],
  })
  const answer = responses[0]?.partitions[0]
  if (!answer) throw new Error(`Kafka did not answer for partition ${partition}`)
  return answer
}
