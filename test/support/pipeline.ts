// The three services in the test's own process, on free ports, over a topic, a group and a database of their own.
import { onTestFinished } from 'vitest'
import type { ClickHouse } from '../../clickhouse/client.ts'
import type { ClickHouseSettings } from '../../clickhouse/config.ts'
import type { RangeLimits } from '../../consumer/config.ts'
import { startConsumer } from '../../consumer/service.ts'
import { startIngest } from '../../ingest/service.ts'
import type { IngestConfig } from '../../ingest/config.ts'
import type { KafkaSettings } from '../../kafka/config.ts'
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
      reportingUrl: 'http://127.0.0.1:3001',
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
): Promise<{ url: string; stop: () => Promise<void>; failed?: Promise<never> }> {
  const consumer = await startConsumer(
    {
      logLevel: 'silent',
      listen: anyPort,
      kafka,
      groupId,
      clickhouse,
      limits: { maxRows: 50_000, maxBytes: 8_388_608, maxAgeMs: 50, maxHeldBytes: 50_331_648, ...limits },
      insertTimeoutMs: 10_000,
    },
    testLogger(),
  )
  return stopAtEnd(consumer)
}

/** Reporting alone, on a free port; stopped when the test ends. */
export async function startTestReporting(clickhouse: ClickHouseSettings): Promise<{ url: string }> {
  const config = {
    logLevel: 'silent',
    listen: anyPort,
    clickhouse,
    viewTypes: defaultViewTypes,
    queryTimeoutMs: 10_000,
  }
  return stopAtEnd(await startReporting(config, testLogger()))
}

/** All three. */
export async function startPipeline(): Promise<Pipeline> {
  const { settings, clickhouse } = await freshDatabase()
  const kafka = freshKafka()
  const ingest = await startTestIngest(kafka)
  const consumer = await startTestConsumer(kafka, settings, freshName('group'))
  const reporting = await startTestReporting(settings)
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

/** Waits until a service says that it is ready. The test's own timeout is the bound. */
export async function untilReady(url: string): Promise<void> {
  await until(async () => (await fetch(`${url}/readyz`)).status === 200)
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
