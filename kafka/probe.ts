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

export function probeTopic(kafka: Kafka, topic: string): Probe {
  let admin: Admin | null = null
  let asked = { at: -Infinity, answer: Promise.resolve() }

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
      if (performance.now() - asked.at > freshForMs) {
        const asking = { at: Infinity, answer: ask() }
        asked = asking
        asking.answer.then(
          () => (asking.at = performance.now()),
          () => (asking.at = -Infinity),
        )
      }
      return asked.answer
    },
    // kafkajs waits for what it asked, which may never be answered.
    stop: () =>
      within(disconnectWithinMs, '', admin?.disconnect() ?? Promise.resolve()).catch(() => undefined),
  }
}
