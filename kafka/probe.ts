// Whether Kafka answers right now, for readiness: one question at a time, and a yes is good for a second.
import type { Admin, Kafka } from 'kafkajs'
import { within } from '../runtime/retry.ts'

const freshForMs = 1000
const disconnectWithinMs = 1000

export interface Probe {
  /** Resolves when the topic's metadata can be read, rejects with the reason when not. */
  check: () => Promise<void>
  stop: () => Promise<void>
}

interface Question {
  answer: Promise<void>
  /** When it was answered, by the steady clock; null while it is under way. */
  yesAt: number | null
}

function isFresh({ yesAt }: Question): boolean {
  return yesAt === null || performance.now() - yesAt <= freshForMs
}

export function probeTopic(kafka: Kafka, topic: string): Probe {
  let admin: Admin | null = null
  let last: Question | null = null

  const ask = async () => {
    const asking = admin ?? kafka.admin({ retry: { retries: 0 } })
    try {
      if (!admin) await asking.connect()
      admin = asking
      await asking.fetchTopicMetadata({ topics: [topic] })
    } catch (error) {
      // A connection whose other end is gone without a word stays silent for ever: the next question takes a new one.
      admin = null
      void asking.disconnect().catch(() => undefined)
      throw error
    }
  }
  return {
    check: () => {
      if (last && isFresh(last)) return last.answer
      const question: Question = { answer: ask(), yesAt: null }
      last = question
      question.answer.then(
        () => (question.yesAt = performance.now()),
        () => (last = null),
      )
      return question.answer
    },
    // kafkajs waits for what it asked, which may never be answered.
    stop: () =>
      within(disconnectWithinMs, '', admin?.disconnect() ?? Promise.resolve()).catch(() => undefined),
  }
}
