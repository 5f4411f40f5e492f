// Gathers lines and sends them together: while one request is on its way to Kafka, everything that arrives waits
// for the next, so requests grow with the load and an idle publisher sends at once. Lines of one site in one
// request travel as one record. A waiter is settled only after every in-sync replica has all of its lines.
import type { Kafka } from 'kafkajs'
import type { Logger } from '../../runtime/logger.ts'
import { within } from '../../runtime/retry.ts'
import { createProducer, type Producer } from '../produce/producer.ts'
import type { Publish, Published, PublisherSettings, SiteLines } from './publishing.ts'
import { openSession, type Session } from './session.ts'

export interface Publisher {
  /** Connects to Kafka, again after the connection was lost. Rejects when no broker answers. */
  connect: () => Promise<void>
  /** False before the first connection, and from a failure until it is connected again. */
  isConnected: () => boolean
  publish: Publish
  /** Bytes that wait for Kafka. */
  pendingBytes: () => number
  /** Waits until everybody who waits has been told, then disconnects. */
  stop: () => Promise<void>
}

const connectWithinMs = 5000
const disconnectWithinMs = 1000

/** @param onLost told whenever the connection is lost; `connect` brings the next one */
export function createPublisher(
  kafka: Kafka,
  settings: PublisherSettings,
  logger: Logger,
  onLost: () => void = () => undefined,
): Publisher {
  let producer: Producer | null = null
  let session: Session | null = null

  const lose = (lost: Producer, stopped: Promise<unknown>) => {
    session = null
    // It may be trying once more: disconnected before, it would connect again and stay so.
    void stopped
      .catch(() => undefined)
      .then(() => lost.disconnect())
      .catch(() => undefined)
    onLost()
  }
  return {
    isConnected: () => session !== null,
    connect: async () => {
      if (session) return
      const next = createProducer(kafka, settings.topic)
      const connecting = next.connect()
      try {
        await within(connectWithinMs, 'Kafka did not answer in time', connecting)
      } catch (error) {
        void connecting
          .catch(() => undefined)
          .then(() => next.disconnect())
          .catch(() => undefined)
        throw error
      }
      producer = next
      session = openSession(next, settings, logger, (stopped) => lose(next, stopped))
    },
    publish: (sites) => session?.publish(sites) ?? Promise.resolve(unreachable(sites)),
    pendingBytes: () => session?.pendingBytes() ?? 0,
    stop: async () => {
      await session?.idle()
      session = null
      const disconnecting = producer?.disconnect() ?? Promise.resolve()
      await within(disconnectWithinMs, '', disconnecting).catch(() => undefined)
    },
  }
}

function unreachable(sites: readonly SiteLines[]): Published {
  return { position: new Map(), refused: [...sites], reason: 'Kafka cannot be reached' }
}
