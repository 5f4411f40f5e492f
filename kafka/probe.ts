// Whether Kafka answers right now, for readiness: asked at most once a second, however often it is wanted.
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
      if (performance.now() - asked.at > freshForMs) asked = { at: performance.now(), answer: ask() }
      return asked.answer
    },
    stop: () => admin.disconnect(),
  }
}
