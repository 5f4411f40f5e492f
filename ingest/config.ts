// Every setting ingest has.
import { join } from 'node:path'
import { z } from 'zod'
import { kafkaVariables, saslWhole, toKafkaSettings, type KafkaSettings } from '../kafka/config.ts'
import type { PublisherSettings } from '../kafka/publish/publishing.ts'
import { dataDirVariables, serviceVariables, type ListenSettings } from '../runtime/config.ts'
import { wholeNumber } from '../runtime/env.ts'

export interface IngestConfig {
  logLevel: string
  listen: ListenSettings
  kafka: KafkaSettings
  publisher: PublisherSettings
  spool: SpoolConfig
  /** Bytes of all requests that are being handled together. */
  maxBodyBytesInFlight: number
  /** How long it keeps serving once it is told to stop, milliseconds. */
  stopServingMs: number
  /** Where reporting answers, for those who ask here. */
  reportingUrl: string
}

/** Where events are kept while Kafka is away. `maxBytes` 0: nowhere. */
export interface SpoolConfig {
  dir: string
  maxBytes: number
}

export const ingestVariables = {
  ...serviceVariables('INGEST_PORT', 3000, 'ingest'),
  ...dataDirVariables,
  ...kafkaVariables,
  PRODUCE_TIMEOUT_MS: wholeNumber(1500, 100, 1900).describe(
    'Milliseconds after which an event that Kafka did not acknowledge goes to the spool',
  ),
  INGEST_MAX_PENDING_BYTES: wholeNumber(67_108_864, 1_048_576, 8_589_934_592).describe(
    'Bytes of events that may wait for Kafka in memory; more go to the spool',
  ),
  INGEST_MAX_BODY_BYTES_IN_FLIGHT: wholeNumber(134_217_728, 33_554_432, 68_719_476_736).describe(
    'Bytes of requests, compressed and decompressed, that may be handled at a time; more are answered with 503',
  ),
  STOP_SERVING_MS: wholeNumber(1000, 0, 3000).describe(
    'Milliseconds that ingest keeps serving, unready, once it is told to stop',
  ),
  SPOOL_DIR: z
    .string()
    .optional()
    .describe('Folder for events that Kafka does not take at the moment; default: spool in DATA_DIR'),
  SPOOL_MAX_BYTES: wholeNumber(1_073_741_824, 0, 1_099_511_627_776).describe(
    'Bytes that may be spooled; more are answered with 503; 0 turns the spool off',
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
export const ingestConfig = saslWhole(z.object(ingestVariables)).transform((flat): IngestConfig => {
  const kafka = toKafkaSettings(flat)
  return {
    logLevel: flat.LOG_LEVEL,
    listen: { host: flat.HOST, port: flat.INGEST_PORT, portVariable: 'INGEST_PORT' },
    kafka,
    publisher: {
      topic: kafka.topic.name,
      partitions: kafka.topic.partitions,
      timeoutMs: flat.PRODUCE_TIMEOUT_MS,
      maxPendingBytes: flat.INGEST_MAX_PENDING_BYTES,
      maxEventsPerRecord: flat.RECORD_MAX_EVENTS,
      maxBytesPerRecord: flat.RECORD_MAX_BYTES,
    },
    spool: { dir: flat.SPOOL_DIR ?? join(flat.DATA_DIR, 'spool'), maxBytes: flat.SPOOL_MAX_BYTES },
    maxBodyBytesInFlight: flat.INGEST_MAX_BODY_BYTES_IN_FLIGHT,
    stopServingMs: flat.STOP_SERVING_MS,
    reportingUrl: flat.REPORTING_URL,
  }
})
