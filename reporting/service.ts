// Builds reporting from its parts and stops it.
import { createServer } from 'node:http'
import { createClickHouse, pingClickHouse } from '../clickhouse/client.ts'
import { openShortRequests } from '../clickhouse/short-requests.ts'
import { queryStoredOffsets } from '../clickhouse/stored-offsets.ts'
import { createKafka } from '../kafka/client.ts'
import { createLogReader } from '../kafka/log-reader.ts'
import { createApp } from '../runtime/app.ts'
import { closeServer, listen } from '../runtime/http.ts'
import type { Running } from '../runtime/lifecycle.ts'
import type { Logger } from '../runtime/logger.ts'
import { reportingRoutes } from './app.ts'
import type { ReportingConfig } from './config.ts'
import { createCountStats } from './count-stats.ts'
import { lookWithBooks } from './freshness/books.ts'
import { createFreshness } from './freshness/freshness.ts'
import { createReportingMetrics } from './metrics.ts'
import { createQuestions } from './questions.ts'
import { createTurns } from './turns.ts'

/** Whoever waits for Kafka has given up by then. */
const kafkaTimeoutMs = 3000

/** Fewer than the connections there are: readiness and freshness need some, too. Each query uses all cores. */
const mostQueries = 6
const mostWaiting = 1000

/** A client that went away in the middle of a question may leave its connection open: a stop has to end in 10 s. */
const cutAfterMs = 6000

/** Starts answering at once; numbers come as soon as ClickHouse can be reached, and how fresh they are with Kafka. */
export async function startReporting(
  config: ReportingConfig,
  logger: Logger,
): Promise<Running & { url: string }> {
  const clickhouse = createClickHouse(config.clickhouse, config.queryTimeoutMs)
  const requests = openShortRequests(config.clickhouse, config.queryTimeoutMs)
  const kafka = createKafka(config.kafka, 'reporting', logger, kafkaTimeoutMs)
  const topic = config.kafka.topic.name
  const reader = createLogReader(kafka, config.groupId, topic)
  const look = lookWithBooks(reader.look, (topicId) => queryStoredOffsets(clickhouse, topic, topicId))
  const freshness = createFreshness(look, config.waits, logger)
  const metrics = createReportingMetrics(freshness.figures)
  const { viewTypes, queryTimeoutMs: timeoutMs } = config
  const turns = createTurns(mostQueries, mostWaiting)
  const questions = createQuestions({ turns, timeoutMs, metrics, logger })
  const routes = reportingRoutes({
    countStats: createCountStats(requests),
    freshness,
    viewTypes,
    questions,
  })
  const checks = { clickhouse: () => pingClickHouse(clickhouse) }
  const server = createServer(createApp({ checks, registry: metrics.registry, routes, logger }))
  const url = await listen(server, config.listen)
  logger.info({ url }, 'reporting listens')
  return {
    url,
    stop: async () => {
      freshness.stop()
      await closeServer(server, cutAfterMs)
      requests.close()
      await Promise.all([reader.close(), clickhouse.close()])
    },
  }
}
