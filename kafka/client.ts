// Opens kafkajs with our timeouts, retry limits and logger.
import kafkajs, { type Admin, type Kafka, type LogEntry, type SASLOptions } from 'kafkajs'
import type { Logger } from '../runtime/logger.ts'
import type { KafkaSettings } from './config.ts'

/** Long enough for a broker that is busy, short enough that nobody waits for one that is gone. */
const connectionTimeoutMs = 1000
const defaultRequestTimeoutMs = 10_000

/**
 * A kafkajs client for one process. Opens nothing.
 * @param name shows up in the broker's logs
 * @param requestTimeoutMs how long a broker may take to answer
 */
export function createKafka(
  settings: Omit<KafkaSettings, 'topic'>,
  name: string,
  logger: Logger,
  requestTimeoutMs = defaultRequestTimeoutMs,
): Kafka {
  return new kafkajs.Kafka({
    clientId: `tallyline-${name}`,
    brokers: settings.brokers,
    ssl: settings.tls ? { ...(settings.tls.ca ? { ca: [settings.tls.ca] } : {}) } : false,
    ...(settings.sasl ? { sasl: settings.sasl as SASLOptions } : {}),
    connectionTimeout: connectionTimeoutMs,
    requestTimeout: requestTimeoutMs,
    retry: { initialRetryTime: 100, maxRetryTime: 1000, retries: 3 },
    logLevel: kafkajs.logLevel.INFO,
    logCreator: () => (entry) => forward(logger, entry),
  })
}

/** Whatever matters reaches its caller as a thrown error or an event, so kafkajs's own words are for debugging. */
function forward(logger: Logger, { namespace, log }: LogEntry): void {
  const { message, timestamp: _timestamp, logger: _logger, stack: _stack, ...facts } = log
  logger.debug({ kafkajs: namespace, ...facts }, message)
}

/** Runs `work` with an admin client of its own, which is closed again. */
export async function withAdmin<T>(kafka: Kafka, work: (admin: Admin) => Promise<T>): Promise<T> {
  const admin = kafka.admin()
  await admin.connect()
  try {
    return await work(admin)
  } finally {
    await admin.disconnect()
  }
}
