// Builds the consumer from its parts, in the order they need each other, and stops it in the order data flows.
import { createServer } from 'node:http'
import type { Admin, Kafka } from 'kafkajs'
import { createClickHouse, pingClickHouse, type ClickHouse } from '../clickhouse/client.ts'
import { checkWriterRights } from '../clickhouse/rights.ts'
import { openShortRequests } from '../clickhouse/short-requests.ts'
import { createKafka } from '../kafka/client.ts'
import { fetchAnswerMs } from '../kafka/fetch/fetch-request.ts'
import { groupRequestTimeoutMs } from '../kafka/group/group-member.ts'
import { probeTopic } from '../kafka/probe.ts'
import { ensureTopic } from '../kafka/topics.ts'
import { createApp } from '../runtime/app.ts'
import { closeServer, listen } from '../runtime/http.ts'
import type { Running } from '../runtime/lifecycle.ts'
import type { Logger } from '../runtime/logger.ts'
import { failureOf, untilDone } from '../runtime/retry.ts'
import { StartError } from '../runtime/start-error.ts'
import type { ConsumerConfig } from './config.ts'
import { createConsumption, type Consumption } from './group/consume.ts'
import { createOpenLanes, type OpenLanes, type OpenLanesParts } from './group/open-lanes.ts'
import { createReadStarts } from './group/starts.ts'
import { createBookSchedule } from './lane/book-schedule.ts'
import { createInsertSchedule } from './lane/insert-schedule.ts'
import { createRecover } from './lane/recover.ts'
import { createStoreClock } from './lane/store-clock.ts'
import { createStoreBooks, createStoreLines } from './lane/store-lines.ts'
import { createConsumerMetrics, type ConsumerMetrics } from './metrics.ts'
import { createRangeLog } from './range-log.ts'
import type { RecentIds } from './recent-ids/recent-ids.ts'

/** How long a question to ClickHouse may take: those asked on joining the group read millions of rows. */
const queryTimeoutMs = 60_000

/** An insert that came in time still has to be written and answered. Looks for it take no longer. */
const answerMs = 1000

/**
 * A lease is so much longer than an insert may take: it is renewed no more often than that, and whoever takes over a partition
 * of a consumer that died waits so much longer.
 */
const leaseSlackSeconds = 2

/** Starts answering health at once, and consuming as soon as Kafka can be reached. */
export async function startConsumer(
  config: ConsumerConfig,
  logger: Logger,
): Promise<Running & { url: string }> {
  const stopping = new AbortController()
  const topic = config.kafka.topic.name
  const kafka = createKafka(config.kafka, 'consumer', logger)
  const admin = kafka.admin()
  const clickhouse = createClickHouse(config.clickhouse, queryTimeoutMs)
  const looks = createClickHouse(config.clickhouse, config.insertTimeoutMs + answerMs)
  const inserts = openShortRequests(config.clickhouse, config.insertTimeoutMs + answerMs)
  const probe = probeTopic(kafka, topic)
  let recentIds: RecentIds | null = null
  const metrics = createConsumerMetrics({
    bytes: () => consumption.heldBytes(),
    recentIds: () => recentIds?.size() ?? 0,
  })
  const rangeLog = createRangeLog(logger)
  const schedule = createInsertSchedule(config.limits)
  const openLanes = lanesOf(config, kafka, admin, metrics, logger, {
    onStored: (source, stored) => {
      metrics.stored(stored)
      rangeLog.stored(source, stored)
    },
    onRoom: () => consumption.onRoom(),
    onWindow: (window) => {
      recentIds = window
    },
    ...{ clickhouse, looks, inserts, schedule },
  })
  const consumption: Consumption = createConsumption({
    groupKafka: createKafka(config.kafka, 'consumer', logger, groupRequestTimeoutMs),
    fetchKafka: createKafka(config.kafka, 'consumer', logger, fetchAnswerMs),
    ...{ groupId: config.groupId, topic, openLanes, logger },
    isQuiet: schedule.isQuiet,
    maxHeldBytes: config.limits.maxHeldBytes,
  })
  const checks = {
    ...{ kafka: probe.check, group: groupCheck(() => consumption) },
    clickhouse: () => pingClickHouse(clickhouse),
  }

  const server = createServer(createApp({ checks, registry: metrics.registry, logger }))
  // First: a port that is taken is found out before anything is joined that would have to be left again.
  const url = await listen(server, config.listen)
  const consuming = consume({ config, kafka, admin, clickhouse, consumption, logger }, stopping.signal)
  logger.info({ url }, 'consumer listens')
  return {
    url,
    failed: failureOf(consuming, stopping.signal),
    stop: async () => {
      stopping.abort()
      await consumption.stop()
      rangeLog.flush()
      inserts.close()
      const clients = [admin.disconnect(), probe.stop(), clickhouse.close(), looks.close()]
      await Promise.all([closeServer(server), ...clients])
    },
  }
}

interface ConsumingParts {
  config: ConsumerConfig
  kafka: Kafka
  admin: Admin
  clickhouse: ClickHouse
  consumption: Consumption
  logger: Logger
}

/** Rejects when consuming has ended for good. Whoever may not store what it reads takes no partition from others. */
async function consume(parts: ConsumingParts, signal: AbortSignal): Promise<void> {
  const { config, kafka, admin, clickhouse, consumption, logger } = parts
  const isHopeless = (error: unknown) => error instanceof StartError
  const warn = (message: string) => (error: unknown, pauseMs: number) =>
    logger.warn({ err: error, pauseMs }, message)
  const prepare = async () => {
    await ensureTopic(kafka, config.kafka.topic)
    await admin.connect()
  }
  await untilDone(() => checkWriterRights(clickhouse, config.clickhouse), {
    isHopeless,
    signal,
    longestPauseMs: 1000,
    onFailure: warn('clickhouse cannot be asked'),
  })
  await untilDone(prepare, { isHopeless, signal, onFailure: warn('kafka cannot be reached') })
  await consumption.run()
}

function groupCheck(consumption: () => Consumption): () => Promise<void> {
  return () => (consumption().isMember() ? Promise.resolve() : Promise.reject(new Error('has not joined')))
}

/** How lanes are made: everything of a membership that outlives it. */
function lanesOf(
  config: ConsumerConfig,
  kafka: Kafka,
  admin: Admin,
  metrics: ConsumerMetrics,
  logger: Logger,
  parts: Pick<OpenLanesParts, 'clickhouse' | 'inserts' | 'schedule' | 'onStored' | 'onRoom' | 'onWindow'> & {
    /** Whose answers are waited for no longer than those to inserts. */
    looks: ClickHouse
  },
): OpenLanes {
  const { groupId, limits, window } = config
  const topic = config.kafka.topic.name
  const { database } = config.clickhouse
  const { clickhouse, looks, inserts } = parts
  const clock = createStoreClock()
  return createOpenLanes({
    ...{ ...parts, topic, limits, window, logger },
    bookSchedule: createBookSchedule(),
    times: { fence: config.insertTimeoutMs / 1000, slack: leaseSlackSeconds },
    readStarts: createReadStarts({
      ...{ kafka, admin, groupId, topic, metrics, logger },
      recover: createRecover(clickhouse, database, clock),
    }),
    steps: {
      storeLines: createStoreLines(inserts, database, metrics),
      storeBooks: createStoreBooks(inserts, database),
      recover: createRecover(looks, database, clock),
      clock,
      onTrouble: (error, doing) => {
        metrics.retried()
        logger.warn({ err: error, doing }, 'a step of storing failed and will be tried again')
      },
    },
  })
}
