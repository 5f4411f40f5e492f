// Every setting ingest has.
import { z } from 'zod'
import { kafkaVariables, toKafkaSettings, type KafkaSettings } from '../kafka/config.ts'
import type { PublisherSettings } from '../kafka/publisher.ts'
import { serviceVariables, type ListenSettings } from '../runtime/config.ts'
import { wholeNumber } from '../runtime/env.ts'

export interface IngestConfig {
  logLevel: string
  listen: ListenSettings
  kafka: KafkaSettings
  publisher: PublisherSettings
  /** Where reporting answers, for those who ask here. */
  reportingUrl: string
}

export const ingestVariables = {
  ...serviceVariables('INGEST_PORT', 3000, 'ingest'),
  ...kafkaVariables,
  PRODUCE_TIMEOUT_MS: wholeNumber(1500, 100, 1900).describe(
    'Milliseconds after which an event that Kafka did not acknowledge is answered with 503',
  ),
  INGEST_MAX_PENDING_BYTES: wholeNumber(67_108_864, 1_048_576, 8_589_934_592).describe(
    'Bytes of events that may wait for Kafka in memory; more are answered with 503',
  ),
  RECORD_MAX_EVENTS: wholeNumber(500, 1, 10_000).describe(
    'Most events of one site in one Kafka record; 1 gives every event a record of its own',
  ),
  RECORD_MAX_BYTES: wholeNumber(262_144, 1024, 524_288).describe(
    'Most bytes in a Kafka record of several events',
  ),
  REPORTING_URL: z
    .url('must be an address, such as http://127.0.0.1:3001')
    .default('http://127.0.0.1:3001')
    .describe('Address of reporting, which ingest names to those who ask it for numbers'),
}

/** The nested settings of the flat variables. */
export const ingestConfig = z.object(ingestVariables).transform((flat): IngestConfig => {
  const kafka = toKafkaSettings(flat)
  return {
    logLevel: flat.LOG_LEVEL,
    listen: { host: flat.HOST, port: flat.INGEST_PORT },
    kafka,
    publisher: {
      topic: kafka.topic.name,
      partitions: kafka.topic.partitions,
      timeoutMs: flat.PRODUCE_TIMEOUT_MS,
      maxPendingBytes: flat.INGEST_MAX_PENDING_BYTES,
      maxEventsPerRecord: flat.RECORD_MAX_EVENTS,
      maxBytesPerRecord: flat.RECORD_MAX_BYTES,
    },
    reportingUrl: flat.REPORTING_URL,
  }
})
