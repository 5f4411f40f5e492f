// What a test needs for itself alone: a topic, a group and a database with names nobody else has, gone at its end.
import { randomUUID } from 'node:crypto'
import { inject, onTestFinished } from 'vitest'
import { createClickHouse, type ClickHouse } from '../../clickhouse/client.ts'
import type { ClickHouseSettings } from '../../clickhouse/config.ts'
import { openShortRequests, type ShortRequests } from '../../clickhouse/short-requests.ts'
import { migrate } from '../../clickhouse/migrate.ts'
import { createKafka, withAdmin } from '../../kafka/client.ts'
import type { KafkaSettings } from '../../kafka/config.ts'
import { ensureTopic, TopicMisfit } from '../../kafka/topics.ts'
import { createLogger, type Logger } from '../../runtime/logger.ts'
import { untilDone } from '../../runtime/retry.ts'

export const defaultViewTypes = ['view', 'page_view', 'pageview']

const timeoutMs = 30_000

/** A name that no other test has. */
export function freshName(kind: string): string {
  return `${kind}_${randomUUID().replaceAll('-', '').slice(0, 12)}`
}

/** Logs of what is under test: silent, unless TEST_LOG_LEVEL says otherwise. */
export function testLogger(): Logger {
  return createLogger('test', process.env['TEST_LOG_LEVEL'] ?? 'silent')
}

/** Settings of a topic nobody else has; it is not made yet, and removed when the test ends. */
export function freshKafka(overrides: Partial<KafkaSettings['topic']> = {}): KafkaSettings {
  const topic = {
    name: freshName('events'),
    partitions: 6,
    replicationFactor: null,
    retentionHours: 168,
    ...overrides,
  }
  const settings: KafkaSettings = { brokers: inject('brokers'), tls: null, sasl: null, topic }
  onTestFinished(async () => {
    const kafka = createKafka(settings, 'test', testLogger())
    await withAdmin(kafka, (admin) => admin.deleteTopics({ topics: [topic.name] })).catch(() => undefined)
  })
  return settings
}

/** Makes the topic as the services do, and waits until every partition has a leader that knows of it. */
export async function makeTopic(settings: KafkaSettings): Promise<void> {
  const kafka = createKafka(settings, 'test', testLogger())
  const make = async () => {
    await ensureTopic(kafka, settings.topic)
    await withAdmin(kafka, (admin) => admin.fetchTopicOffsets(settings.topic.name))
  }
  await untilDone(make, {
    isHopeless: (error) => error instanceof TopicMisfit,
    onFailure: () => undefined,
    signal: AbortSignal.timeout(timeoutMs),
  })
}

/** A migrated database nobody else has, removed when the test ends. */
export async function freshDatabase(): Promise<{ settings: ClickHouseSettings; clickhouse: ClickHouse }> {
  const { settings, clickhouse, server } = freshEmptyDatabase()
  await migrate(server, clickhouse, settings.database, defaultViewTypes)
  return { settings, clickhouse }
}

/** Settings of a database that is not made yet, removed when the test ends. */
export function freshEmptyDatabase(): {
  settings: ClickHouseSettings
  clickhouse: ClickHouse
  server: ClickHouse
} {
  const settings: ClickHouseSettings = { ...inject('clickhouse'), database: freshName('test'), ca: null }
  const clickhouse = createClickHouse(settings, timeoutMs)
  const server = createClickHouse({ ...settings, database: 'default' }, timeoutMs)
  onTestFinished(async () => {
    await server.command({ query: `DROP DATABASE IF EXISTS ${settings.database} SYNC` })
    await Promise.all([server.close(), clickhouse.close()])
  })
  return { settings, clickhouse, server }
}

/** Short requests of a test. Closed when it ends. */
export function openRequests(settings: ClickHouseSettings): ShortRequests {
  const requests = openShortRequests(settings, timeoutMs)
  onTestFinished(requests.close)
  return requests
}

/** The rows of a SELECT. */
export async function rowsOf<Row>(clickhouse: ClickHouse, query: string): Promise<Row[]> {
  const result = await clickhouse.query({
    query,
    format: 'JSONEachRow',
    clickhouse_settings: { output_format_json_quote_64bit_integers: 0, json_type_escape_dots_in_keys: 1 },
  })
  return result.json<Row>()
}
