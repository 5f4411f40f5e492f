// One round of records on their way to Kafka, and what became of them, partition by partition.
import type { Producer } from '../produce/producer.ts'
import { within } from '../../runtime/retry.ts'
import { settle, type Waiter } from './publishing.ts'
import type { Taken } from './waiting-lines.ts'

export interface Outcome {
  /** What Kafka did not acknowledge; all else is settled. */
  refused: Taken<Waiter>[]
  /** Why. */
  error: unknown
  /** Settles when the producer has stopped trying. */
  given: Promise<unknown>
}

const noAnswer = 'Kafka did not answer in time'

/** Sends, and settles whatever is acknowledged within `timeoutMs` milliseconds as soon as it is. */
export async function sendRecords(
  producer: Pick<Producer, 'send'>,
  timeoutMs: number,
  taken: Taken<Waiter>[],
): Promise<Outcome> {
  const left = new Map(taken.map((one) => [one.partition, one]))
  const onKept = (partition: number, offset: number) => {
    left.get(partition)?.records.forEach(({ pieces }, index) => settle(pieces, partition, offset + index))
    left.delete(partition)
  }
  const given = producer.send(taken, onKept)
  const error: unknown = await within(timeoutMs, noAnswer, given).then(
    (refused) => refused.error,
    (late: unknown) => late,
  )
  return { refused: [...left.values()], error, given }
}
