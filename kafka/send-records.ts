// One request to Kafka and what became of it, partition by partition.
import type { Message, Producer } from 'kafkajs'
import { sealHeader, type Seal } from '../event/seal.ts'
import { within } from '../runtime/retry.ts'
import { settle, type PublisherSettings, type Waiter } from './publishing.ts'
import type { Taken } from './waiting-lines.ts'

export interface Outcome {
  /** What Kafka did not acknowledge; all else is settled. */
  refused: Taken<Waiter>[]
  /** Why. */
  error: unknown
  /** Settles when kafkajs has stopped trying. */
  given: Promise<unknown>
}

export type SendSettings = Pick<PublisherSettings, 'topic' | 'timeoutMs' | 'seal'>

const noAnswer = 'Kafka did not answer in time'

const notAnswered = 'Kafka answered without this partition'

/**
 * Sends with acks = all and settles whatever is acknowledged within `timeoutMs` milliseconds. kafkajs fails a whole
 * request for one partition that is refused, and answers without a partition whose leader moved to a broker that had
 * answered for others already (it asks each broker once); so what is left is sent once more, each partition by itself.
 */
export async function sendRecords(
  producer: Producer,
  { topic, timeoutMs, seal }: SendSettings,
  taken: Taken<Waiter>[],
): Promise<Outcome> {
  const given: Promise<unknown>[] = []
  const sendTogether = async (part: Taken<Waiter>[]) => {
    const sent = send(
      producer,
      topic,
      part.flatMap((one) => toMessages(one, seal)),
    )
    given.push(sent)
    return settleAnswered(part, await within(timeoutMs, noAnswer, sent))
  }
  const sendAlone = async (one: Taken<Waiter>) => {
    const left = await sendTogether([one])
    if (left.length > 0) throw new Error(notAnswered)
  }
  const outcome = (refused: Taken<Waiter>[], error: unknown) => ({
    refused,
    error,
    given: Promise.allSettled(given),
  })
  const sendEachAlone = async (left: Taken<Waiter>[], error: unknown) => {
    const results = await Promise.allSettled(left.map(sendAlone))
    return outcome(
      left.filter((_, index) => results[index]?.status === 'rejected'),
      error,
    )
  }
  try {
    const left = await sendTogether(taken)
    return await sendEachAlone(left, left.length > 0 ? new Error(notAnswered) : null)
  } catch (error) {
    if (taken.length === 1 || !isAboutPartitions(error)) return outcome(taken, error)
    return sendEachAlone(taken, error)
  }
}

/** Whether Kafka answered, and refused: what it was asked for another partition it may have taken. */
function isAboutPartitions(error: unknown): boolean {
  const { name, cause } = error as { name?: string; cause?: { name?: string } }
  return name === 'KafkaJSProtocolError' || cause?.name === 'KafkaJSProtocolError'
}

/** Returns the offset of the first record of each partition. */
async function send(producer: Producer, topic: string, messages: Message[]): Promise<Map<number, number>> {
  const answers = await producer.sendBatch({ acks: -1, topicMessages: [{ topic, messages }] })
  return new Map(answers.map(({ partition, baseOffset }) => [partition, Number(baseOffset)]))
}

/** To seal a record and to open it takes as long as to check a few events. */
const fewestSealed = 4

function toMessages({ partition, records }: Taken<Waiter>, seal: Seal | null): Message[] {
  return records.map(({ siteId, value: text, receivedAt: timestamp, checked }) => {
    const [key, value] = [Buffer.from(siteId), Buffer.from(text)]
    const message = { key, value, partition, timestamp: String(timestamp) }
    if (!seal || !checked || checked.length < fewestSealed) return message
    return { ...message, headers: { [sealHeader]: seal.close({ key, value, timestamp }, checked) } }
  })
}

/** Returns the partitions that the answer says nothing about: whether they have their records is not known. */
function settleAnswered(taken: Taken<Waiter>[], offsets: Map<number, number>): Taken<Waiter>[] {
  return taken.filter(({ partition, records }) => {
    const base = offsets.get(partition)
    if (base === undefined) return true
    records.forEach(({ pieces }, index) => settle(pieces, partition, base + index))
    return false
  })
}
