// One request to Kafka and what became of it, partition by partition.
import type { Producer } from 'kafkajs'
import { within } from '../runtime/retry.ts'
import { settle, type Waiter } from './publishing.ts'
import type { Taken } from './waiting-lines.ts'

export interface Outcome {
  /** What Kafka did not acknowledge; all else is settled. */
  refused: Taken<Waiter>[]
  /** Why. */
  error: unknown
  /** Settles when kafkajs has stopped trying. */
  given: Promise<unknown>
}

const noAnswer = 'Kafka did not answer in time'

/**
 * Sends with acks = all and settles whatever is acknowledged within `timeoutMs` milliseconds. kafkajs fails a whole
 * request for one partition that is refused; so each partition is then sent once more by itself.
 */
export async function sendRecords(
  producer: Producer,
  topic: string,
  taken: Taken<Waiter>[],
  timeoutMs: number,
): Promise<Outcome> {
  const given: Promise<unknown>[] = []
  const sendOne = async (part: Taken<Waiter>[]) => {
    const sent = send(producer, topic, part)
    given.push(sent)
    settleAll(part, await within(timeoutMs, noAnswer, sent))
  }
  const outcome = (refused: Taken<Waiter>[], error: unknown) => ({
    refused,
    error,
    given: Promise.allSettled(given),
  })
  try {
    await sendOne(taken)
    return outcome([], null)
  } catch (error) {
    if (taken.length === 1 || !isAboutPartitions(error)) return outcome(taken, error)
    const results = await Promise.allSettled(taken.map((one) => sendOne([one])))
    return outcome(
      taken.filter((_, index) => results[index]?.status === 'rejected'),
      error,
    )
  }
}

/** Whether Kafka answered, and refused: what it was asked for another partition it may have taken. */
function isAboutPartitions(error: unknown): boolean {
  const { name, cause } = error as { name?: string; cause?: { name?: string } }
  return name === 'KafkaJSProtocolError' || cause?.name === 'KafkaJSProtocolError'
}

/** Returns the offset of the first record of each partition. */
async function send(producer: Producer, topic: string, taken: Taken<Waiter>[]): Promise<Map<number, number>> {
  const messages = taken.flatMap(({ partition, records }) =>
    records.map(({ siteId, value, receivedAt }) => ({
      key: siteId,
      value,
      partition,
      timestamp: String(receivedAt),
    })),
  )
  const answers = await producer.sendBatch({ acks: -1, topicMessages: [{ topic, messages }] })
  return new Map(answers.map(({ partition, baseOffset }) => [partition, Number(baseOffset)]))
}

function settleAll(taken: Taken<Waiter>[], offsets: Map<number, number>): void {
  for (const { partition, records } of taken) {
    const base = offsets.get(partition) ?? 0
    records.forEach(({ pieces }, index) => settle(pieces, partition, base + index))
  }
}
