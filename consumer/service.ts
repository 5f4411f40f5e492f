// Builds the consumer from its parts, in the order they need each other, and stops it in the order data flows.
import { createServer } from 'node:http'
import { createClickHouse, pingClickHouse } from '../clickhouse/client.ts'
import { createKafka } from '../kafka/client.ts'
import { probeTopic } from '../kafka/probe.ts'
import { ensureTopic, TopicMisfit } from '../kafka/topics.ts'
import { createApp } from '../runtime/app.ts'
import { closeServer, listen } from '../runtime/http.ts'
import type { Running } from '../runtime/lifecycle.ts'
import type { Logger } from '../runtime/logger.ts'
import { failureOf, untilDone } from '../runtime/retry.ts'
import type { ConsumerConfig } from './config.ts'
import { createConsumption, groupRequestTimeoutMs } from './consume.ts'
import { createConsumerMetrics } from './metrics.ts'
import { createRangeLog } from './range-log.ts'
import { createReadStarts } from './starts.ts'
import { createStoreRange } from './store-range.ts'

/** Starts answering health at once, and consuming as soon as Kafka can be reached. */
export async function startConsumer(
  config: ConsumerConfig,
  logger: Logger,
): Promise<Running & { url: string }> {
  const stopping = new AbortController()
  const topic = config.kafka.topic.name
  const kafka = createKafka(config.kafka, 'consumer', logger, groupRequestTimeoutMs)
  const admin = kafka.admin()
  const clickhouse = createClickHouse(config.clickhouse, config.insertTimeoutMs)
  const probe = probeTopic(kafka, topic)
  const metrics = createConsumerMetrics(() => consumption.heldBytes())
  const rangeLog = createRangeLog(logger)
  const consumption = createConsumption({
    kafka,
    groupId: config.groupId,
    topic,
    limits: config.limits,
    store: createStoreRange(clickhouse, metrics, logger),
    readStarts: createReadStarts({ admin, clickhouse, groupId: config.groupId, topic, metrics, logger }),
    onStored: rangeLog.stored,
    logger,
  })
  const checks = {
    kafka: probe.check,
    group: () => (consumption.isMember() ? Promise.resolve() : Promise.reject(new Error('has not joined'))),
    clickhouse: () => pingClickHouse(clickhouse),
  }

  const consume = async () => {
    await ensureTopic(kafka, config.kafka.topic)
    await admin.connect()
    await consumption.start()
  }
  const consuming = untilDone(consume, {
    isHopeless: (error) => error instanceof TopicMisfit,
    onFailure: (error, pauseMs) => logger.warn({ err: error, pauseMs }, 'kafka cannot be reached'),
    signal: stopping.signal,
  }).then(() => consumption.failed)

  const server = createServer(createApp({ checks, registry: metrics.registry, logger }))
  const url = await listen(server, config.listen)
  logger.info({ url }, 'consumer listens')
  return {
    url,
    failed: failureOf(consuming, stopping.signal),
    stop: async () => {
      stopping.abort()
      await consumption.stop()
      rangeLog.flush()
      await Promise.all([closeServer(server), admin.disconnect(), probe.stop(), clickhouse.close()])
    },
  }
}
