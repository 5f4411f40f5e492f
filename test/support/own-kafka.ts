// A Kafka for one test alone, which can be stopped, started again, and frozen.
import { onTestFinished } from 'vitest'
import type { KafkaSettings } from '../../kafka/config.ts'
import { freshFolder, sharedCache } from '../../local/fixtures.ts'
import { startKafkaBroker } from '../../local/kafka-broker.ts'
import { freshName, testLogger } from './fresh.ts'

export interface OwnKafka {
  kafka: KafkaSettings
  /** Ends it in order; its data stays. */
  stop: () => Promise<void>
  /** Starts it again on the same port. */
  start: () => Promise<void>
  /** Stops its process as it is, without a word to anybody, and lets it go on. */
  freeze: () => void
  thaw: () => void
}

/** Starts it. It ends with the test. */
export async function startOwnKafka(): Promise<OwnKafka> {
  const dataDir = await freshFolder()
  const startOn = (port: number) =>
    startKafkaBroker({ dataDir, cacheDir: sharedCache, port, log: testLogger() })
  let broker = await startOn(0)
  const { address, port } = broker
  onTestFinished(() => broker.kill())
  const signal = (name: NodeJS.Signals) => process.kill(broker.pid() ?? 0, name)
  const topic = { name: freshName('events'), partitions: 6, replicationFactor: null, retentionHours: 168 }
  return {
    kafka: { brokers: [address], tls: null, sasl: null, topic },
    stop: async () => {
      await broker.stop()
    },
    start: async () => {
      broker = await startOn(port)
    },
    freeze: () => signal('SIGSTOP'),
    thaw: () => signal('SIGCONT'),
  }
}
