// Sends whole records, as they are given, and says where each of them stands. For commands: no waiting, no packing.
import kafkajs, { type Kafka, type Producer } from 'kafkajs'
import { partitionOf } from './partition-of.ts'

export interface WholeRecord {
  key: Buffer | null
  value: Buffer
}

export interface RecordPlace {
  partition: number
  offset: number
}

export interface RecordSender {
  /**
   * Sends records with acks = all; a record without a key goes to partition 0. Their time is now.
   * Gives where each stands; null for those of a partition of which Kafka says that they are too large for it.
   * @throws Error when Kafka did not acknowledge: what of it is on the topic is not known
   */
  send: (records: readonly WholeRecord[]) => Promise<(RecordPlace | null)[]>
  close: () => Promise<void>
}

/** More bytes than this are sent only as a single record: far below the smallest limit of a topic that fits. */
export const mostBytesOfRequest = 700_000

/**
 * Connects to Kafka.
 * @throws Error when no broker answers or the topic is not there
 */
export async function openRecordSender(kafka: Kafka, topic: string): Promise<RecordSender> {
  const admin = kafka.admin()
  await admin.connect()
  const partitions = await admin
    .fetchTopicMetadata({ topics: [topic] })
    .then(({ topics }) => topics[0]?.partitions.length ?? 0)
    .finally(() => admin.disconnect())
  const producer = kafka.producer({
    allowAutoTopicCreation: false,
    createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
  })
  await producer.connect()

  return {
    close: () => producer.disconnect(),
    send: async (records) => {
      const messages = records.map(({ key, value }) => {
        return { key, value, partition: key ? partitionOf(key, partitions) : 0 }
      })
      return sendByPartition(producer, topic, messages)
    },
  }
}

interface Message extends WholeRecord {
  partition: number
}

/** A request a partition: kafkajs sends a whole request again where a part of it was refused. */
async function sendByPartition(
  producer: Producer,
  topic: string,
  messages: readonly Message[],
): Promise<(RecordPlace | null)[]> {
  const next = new Map<number, number | null>()
  for (const partition of new Set(messages.map((message) => message.partition))) {
    const own = messages.filter((message) => message.partition === partition)
    next.set(partition, await sendOwn(producer, topic, own))
  }
  return messages.map(({ partition }) => {
    const offset = next.get(partition) ?? null
    if (offset === null) return null
    next.set(partition, offset + 1)
    return { partition, offset }
  })
}

/** Sends records of one partition. Returns the offset of the first; null where they are too large. */
async function sendOwn(producer: Producer, topic: string, messages: Message[]): Promise<number | null> {
  try {
    const [answer] = await producer.send({ acks: -1, topic, messages })
    const offset = Number(answer?.baseOffset)
    if (!Number.isSafeInteger(offset))
      throw new Error('Kafka answered without saying where the records stand')
    return offset
  } catch (error) {
    if (isTooLarge(error)) return null
    throw error
  }
}

function isTooLarge(error: unknown): boolean {
  const { type, cause } = error as { type?: string; cause?: { type?: string } }
  return type === 'MESSAGE_TOO_LARGE' || cause?.type === 'MESSAGE_TOO_LARGE'
}
