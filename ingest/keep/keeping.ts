// Everything that keeps events, put together: the connection to Kafka, the spool beside it, and the way from one to the
// other.
import { createKafka } from '../../kafka/client.ts'
import { probeTopic, type Probe } from '../../kafka/probe.ts'
import { createPublisher, type Publisher } from '../../kafka/publish/publisher.ts'
import { ensureTopic } from '../../kafka/topics.ts'
import type { Logger } from '../../runtime/logger.ts'
import { failureOf, within } from '../../runtime/retry.ts'
import type { SpoolState } from '../../spool/spool.ts'
import type { IngestConfig } from '../config.ts'
import { createConnection } from './connection.ts'
import { startDrainer } from './drainer.ts'
import { createHandover } from './handover.ts'
import { createKeeper, type Keep } from './keeper.ts'
import { openLeftSpool, openOwnSpool } from './open-spool.ts'
import { noSpool } from './spool-facts.ts'

export interface Keeping {
  keep: Keep
  /** Why Kafka does not take events at present; null where it does. */
  whyAway: () => Promise<string | null>
  isKafkaAway: () => boolean
  /** Whether it is still to be seen if Kafka can be reached. */
  isConnecting: () => boolean
  pendingBytes: () => number
  spoolState: () => SpoolState
  /** Rejects where it cannot go on: the topic does not fit, or another process took the spool's folder over. */
  failed: Promise<never>
  /** Settles what waits; what is spooled stays so. To be called when nobody calls `keep` any more. */
  stop: () => Promise<void>
}

export interface KeepingListeners {
  onSpooled: (events: number) => void
  onDrained: (events: number) => void
}

type KeepingConfig = Pick<IngestConfig, 'kafka' | 'publisher' | 'spool'>

/** While the spool is emptied nobody waits for an answer: Kafka may be as slow as it likes. */
const drainTimeoutMs = 30_000
const hourMs = 3_600_000

/**
 * Begins at once, whether Kafka can be reached or not.
 * @throws SpoolFolderError where the spool cannot be used
 */
export async function startKeeping(
  config: KeepingConfig,
  { onSpooled, onDrained }: KeepingListeners,
  logger: Logger,
): Promise<Keeping> {
  const stopping = new AbortController()
  const kafka = createKafka(config.kafka, 'ingest', logger)
  const { name: topic, partitions, retentionHours } = config.kafka.topic
  const place = { ...config.spool, topic, partitions, logger }
  const spool = config.spool.maxBytes > 0 ? await openOwnSpool(place) : null

  const connection = createConnection(stopping.signal, logger)
  const publisher = createPublisher(kafka, config.publisher, logger, connection.lost)
  const connecting = connection.keep(publisher, () => ensureTopic(kafka, config.kafka.topic))
  const handover = createHandover()
  const drainSettings = { ...config.publisher, timeoutMs: drainTimeoutMs, maxPendingBytes: Infinity }
  const drainer = startDrainer({
    spool,
    handover,
    logger,
    onDrained,
    retentionMs: retentionHours * hourMs,
    createPublisher: () => createPublisher(kafka, drainSettings, logger),
    isKafkaThere: publisher.isConnected,
    takeLeft: () => openLeftSpool(place),
  })
  const probe = probeTopic(kafka, topic)
  return {
    keep: createKeeper({ publisher, spool, handover, partitions, onSpooled }),
    whyAway: () => whyAway(publisher, probe),
    isKafkaAway: () => !publisher.isConnected(),
    isConnecting: connection.isNew,
    pendingBytes: publisher.pendingBytes,
    spoolState: () => spool?.state() ?? noSpool,
    failed: failureOf(Promise.race([connecting, ...(spool ? [spool.lost] : [])]), stopping.signal),
    stop: async () => {
      stopping.abort(new Error('is stopping'))
      await drainer.stop()
      await publisher.stop()
      await spool?.close()
      await probe.stop()
    },
  }
}

/** Shorter than what a readiness check may take as a whole. */
const probeWithinMs = 1000

async function whyAway(publisher: Publisher, probe: Probe): Promise<string | null> {
  if (!publisher.isConnected()) return 'cannot be reached'
  return within(probeWithinMs, 'does not answer', probe.check()).then(
    () => null,
    (error: unknown) => (error as Error).message || 'does not answer',
  )
}
