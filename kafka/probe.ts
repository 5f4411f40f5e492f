// Whether Kafka answers right now, for readiness: one question at a time, and a yes is good for a second.
import type { Kafka } from 'kafkajs'

const freshForMs = 1000

export interface Probe {
  /** Resolves when the topic's metadata can be read, rejects with the reason when not. */
  check: () => Promise<void>
  stop: () => Promise<void>
}

export function probeTopic(kafka: Kafka, topic: string): Probe {
  const admin = kafka.admin({ retry: { retries: 0 } })
  let connected = false
  let asked = { at: -Infinity, answer: Promise.resolve() }

  const ask = async () => {
    if (!connected) await admin.connect()
    connected = true
    await admin.fetchTopicMetadata({ topics: [topic] })
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
    stop: () => admin.disconnect(),
  }
}
