// The three services in the test's own process, on free ports, over a topic, a group and a database of their own.
import { onTestFinished } from 'vitest'
import type { ClickHouse } from '../../clickhouse/client.ts'
import type { ClickHouseSettings } from '../../clickhouse/config.ts'
import type { ConsumerConfig, RangeLimits } from '../../consumer/config.ts'
import { startConsumer } from '../../consumer/service.ts'
import { startIngest } from '../../ingest/service.ts'
import type { IngestConfig } from '../../ingest/config.ts'
import type { KafkaSettings } from '../../kafka/config.ts'
import { freshFolder } from '../../local/fixtures.ts'
import type { ReportingConfig } from '../../reporting/config.ts'
import { startReporting } from '../../reporting/service.ts'
import { defaultViewTypes, freshDatabase, freshKafka, freshName, testLogger } from './fresh.ts'

const anyPort = { host: '127.0.0.1', port: 0 }

export interface Pipeline {
  ingestUrl: string
  consumerUrl: string
  reportingUrl: string
  kafka: KafkaSettings
  clickhouse: ClickHouse
  settings: ClickHouseSettings
}

/** Ingest alone, on a free port; stopped when the test ends. */
export async function startTestIngest(
  kafka: KafkaSettings,
  overrides: Partial<IngestConfig['publisher']> = {},
  others: Partial<IngestConfig> = {},
): Promise<{ url: string; stop: () => Promise<void> }> {
  const ingest = await startIngest(
    {
      logLevel: 'silent',
      listen: anyPort,
      kafka,
      publisher: {
        topic: kafka.topic.name,
        partitions: kafka.topic.partitions,
        timeoutMs: 1500,
        maxPendingBytes: 64_000_000,
        maxEventsPerRecord: 500,
        maxBytesPerRecord: 262_144,
        ...overrides,
      },
      spool: { dir: await freshFolder(), maxBytes: 1e9 },
      maxBodyBytesInFlight: 134_217_728,
      stopServingMs: 0,
      reportingUrl: 'http://127.0.0.1:3001',
      ...others,
    },
    testLogger(),
  )
  return stopAtEnd(ingest)
}

/** A consumer alone; stopped when the test ends, or before by its `stop`. */
export async function startTestConsumer(
  kafka: KafkaSettings,
  clickhouse: ClickHouseSettings,
  groupId: string,
  limits: Partial<RangeLimits> = {},
  window: ConsumerConfig['window'] = { maxIds: 100_000, maxAgeMs: 86_400_000 },
): Promise<{ url: string; stop: () => Promise<void>; failed?: Promise<never> }> {
  const consumer = await startConsumer(
    {
      logLevel: 'silent',
      listen: anyPort,
      kafka,
      groupId,
      clickhouse,
      limits: {
        maxRows: 50_000,
        maxBytes: 8_388_608,
        maxAgeMs: 50,
        quietAgeMs: 50,
        maxHeldBytes: 50_331_648,
        ...limits,
      },
      insertTimeoutMs: 5000,
      window,
    },
    testLogger(),
  )
  return stopAtEnd(consumer)
}

/** Reporting alone, on a free port, over a topic that need not be there; stopped when the test ends. */
export async function startTestReporting(
  clickhouse: ClickHouseSettings,
  overrides: Partial<ReportingConfig> = {},
): Promise<{ url: string; stop: () => Promise<void> }> {
  const config: ReportingConfig = {
    logLevel: 'silent',
    listen: anyPort,
    kafka: overrides.kafka ?? freshKafka(),
    groupId: freshName('group'),
    clickhouse,
    viewTypes: defaultViewTypes,
    queryTimeoutMs: 10_000,
    waits: { waitMs: 10_000, mostWaiting: 1000 },
    ...overrides,
  }
  return stopAtEnd(await startReporting(config, testLogger()))
}

/** All three. */
export async function startPipeline(): Promise<Pipeline> {
  const { settings, clickhouse } = await freshDatabase()
  const kafka = freshKafka()
  const ingest = await startTestIngest(kafka)
  const groupId = freshName('group')
  const consumer = await startTestConsumer(kafka, settings, groupId)
  const reporting = await startTestReporting(settings, { kafka, groupId })
  await untilReady(ingest.url)
  await untilReady(consumer.url)
  return {
    ingestUrl: ingest.url,
    consumerUrl: consumer.url,
    reportingUrl: reporting.url,
    kafka,
    clickhouse,
    settings,
  }
}

/** Waits until a service says that it is ready, and reaches Kafka. The test's own timeout is the bound. */
export async function untilReady(url: string): Promise<void> {
  await until(async () => {
    const answer = await fetch(`${url}/readyz`)
    const { kafka_away: isAway } = (await answer.json()) as { kafka_away?: boolean }
    return answer.status === 200 && isAway !== true
  })
}

/** Asks again and again until the answer is true. The test's own timeout is the bound. */
export async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 20))
}

function stopAtEnd<Service extends { stop: () => Promise<void> }>(service: Service): Service {
  let stopped: Promise<void> | null = null
  const stop = () => (stopped ??= service.stop())
  onTestFinished(stop)
  return { ...service, stop }
}
