// Reads the records of a partition from one offset to another, outside any consumer group: what is read here moves
// nobody's offset and needs no group. Like the consumer it sees committed records only.
import { setTimeout as sleep } from 'node:timers/promises'
import type { Kafka } from 'kafkajs'
import { askBroker, byLeader } from './ask-broker.ts'
import { isolation, openCluster, type Cluster } from './cluster.ts'
import { leaderError, offsetOutOfRange } from './error-codes.ts'
import { fetchExchange, type AskedPartition, type FetchedPartition } from './fetch/fetch-request.ts'
import { FetchedRecords } from './fetch/fetched-records.ts'

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

/** Kafka does not have what was asked for: it has dropped the records, or the log ends before them. */
export class LogStartMoved extends Error {
  override name = 'LogStartMoved'
}

export interface RecordReader {
  /** The first offset that Kafka still has of a partition. */
  start: (partition: number) => Promise<number>
  /**
   * Every record of `partition` from offset `from` up to `to`, which is not included, in order. Ends before `to` where an
   * open transaction begins.
   * @throws LogStartMoved when the log begins above `from` by now, or ends below it
   * @throws Error when Kafka does not answer
   */
  read: (partition: number, from: number, to: number) => AsyncGenerator<ReadRecords>
  close: () => Promise<void>
}

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
        const fetched = await fetch(cluster, topic, partition, next)
        const { records, passed } = toRecords(fetched, next, to)
        if (passed > next) {
          next = passed
          yield { records, next: Math.min(next, to) }
        } else if (next >= fetched.lastStableOffset) return
      }
    },
  }
}

function toRecords(
  fetched: FetchedPartition,
  from: number,
  to: number,
): { records: LogRecord[]; passed: number } {
  const records: LogRecord[] = []
  const found = new FetchedRecords(fetched, from)
  while (found.next()) {
    const { bytes, offset, timestamp, keyAt, keyEnd, valueAt, valueEnd } = found
    if (offset >= to) break
    const key = keyAt === -1 ? null : bytes.subarray(keyAt, keyEnd)
    const value = valueAt === -1 ? null : bytes.subarray(valueAt, valueEnd)
    records.push({ offset, timestamp, key, value })
  }
  return { records, passed: found.passed }
}

async function fetch(
  cluster: Cluster,
  topic: string,
  partition: number,
  offset: number,
): Promise<FetchedPartition> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await fetchOnce(cluster, topic, { partition, offset })
    } catch (error) {
      if (error instanceof LogStartMoved || attempt === attempts) throw error
      await sleep(pauseMs)
      // Its leader may have changed, or be away for the moment.
      await cluster.refreshMetadata().catch(() => undefined)
    }
  }
}

async function fetchOnce(cluster: Cluster, topic: string, asked: AskedPartition): Promise<FetchedPartition> {
  const { partition, offset } = asked
  const [[leader] = []] = byLeader(cluster, topic, [asked])
  if (leader === undefined) throw new Error(`topic ${topic} has no partition ${partition}`)
  const exchange = fetchExchange({
    ...{ topic, partitions: [asked], maxWaitMs: waitMs, minBytes: 1 },
    ...{ maxBytes, maxBytesOfPartition: maxBytes, isolationLevel: isolation.readCommitted },
  })
  const [answer] = await askBroker(cluster, leader, exchange)
  if (!answer) throw new Error(`Kafka did not answer for partition ${partition}`)
  if (answer.code === offsetOutOfRange)
    throw new LogStartMoved(`partition ${partition} has no offset ${offset} any more`)
  const wrong = leaderError(answer.code)
  if (wrong) throw new Error(`Kafka does not give records of partition ${partition}: ${wrong.name}`)
  return answer
}
