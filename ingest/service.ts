// Builds ingest from its parts, in the order they need each other, and stops it in the order data flows.
import { createKafka } from '../kafka/client.ts'
import { createPublisher } from '../kafka/publisher.ts'
import { probeTopic } from '../kafka/probe.ts'
import { ensureTopic, TopicMisfit } from '../kafka/topics.ts'
import { closeServer, listen } from '../runtime/http.ts'
import type { Running } from '../runtime/lifecycle.ts'
import type { Logger } from '../runtime/logger.ts'
import { failureOf, untilDone } from '../runtime/retry.ts'
import { createIngestServer } from './app.ts'
import type { IngestConfig } from './config.ts'
import { createIngestMetrics } from './metrics.ts'

/** Starts taking requests at once; events are taken as soon as Kafka can be reached. */
export async function startIngest(config: IngestConfig, logger: Logger): Promise<Running & { url: string }> {
  const stopping = new AbortController()
  const kafka = createKafka(config.kafka, 'ingest', logger)
  const publisher = createPublisher(kafka, config.publisher, logger)
  const probe = probeTopic(kafka, config.kafka.topic.name)
  const metrics = createIngestMetrics(publisher.pendingBytes)
  let isConnected = false
  const checks = {
    service: () => (stopping.signal.aborted ? Promise.reject(new Error('is stopping')) : Promise.resolve()),
    kafka: () => (isConnected ? probe.check() : Promise.reject(new Error('cannot be reached'))),
  }
  const server = createIngestServer({ publisher, metrics, checks, reportingUrl: config.reportingUrl, logger })

  const connect = async () => {
    await ensureTopic(kafka, config.kafka.topic)
    await publisher.connect()
    isConnected = true
  }
  const connecting = untilDone(connect, {
    isHopeless: (error) => error instanceof TopicMisfit,
    onFailure: (error, pauseMs) => logger.warn({ err: error, pauseMs }, 'kafka cannot be reached'),
    signal: stopping.signal,
  })

  const url = await listen(server, config.listen)
  logger.info({ url }, 'ingest listens')
  return {
    url,
    failed: failureOf(connecting, stopping.signal),
    stop: async () => {
      stopping.abort(new Error('is stopping'))
      await closeServer(server)
      await publisher.stop()
      await probe.stop()
    },
  }
}
