// One round of records on their way to Kafka, and what became of them, partition by partition.
import type { Producer } from '../produce/producer.ts'
import { within } from '../../runtime/retry.ts'
import { settle } from './publishing.ts'
import type { Taken } from './waiting-lines.ts'

export interface Outcome {
  /** What Kafka did not acknowledge; all else is settled. */
  refused: Taken[]
  /** Why. */
  error: unknown
  /** Whether a request stayed without an answer: its connection may hang for ever. */
  isLate: boolean
  /** Settles when the producer has stopped trying. */
  stopped: Promise<unknown>
}

const noAnswer = 'Kafka did not answer in time'

/** Sends, and settles whatever is acknowledged within `timeoutMs` milliseconds as soon as it is. */
export async function sendRecords(
  producer: Pick<Producer, 'send'>,
  timeoutMs: number,
  taken: Taken[],
): Promise<Outcome> {
  const left = new Map(taken.map((one) => [one.partition, one]))
  const onKept = (partition: number, offset: number) => {
    left.get(partition)?.records.forEach(({ pieces }, index) => settle(pieces, partition, offset + index))
    left.delete(partition)
  }
  const stopped = producer.send(taken, onKept)
  const ended = await within(timeoutMs, noAnswer, stopped).then(
    (error) => ({ error, isLate: false }),
    (error: unknown) => ({ error, isLate: true }),
  )
  return { ...ended, refused: [...left.values()], stopped }
}
