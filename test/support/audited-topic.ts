// What tests of the audit begin with: good, bad and repeated lines on a topic, stored by a consumer, and ways to look at
// the books and to harm them.
import kafkajs, { type Message } from 'kafkajs'
import { createKafka } from '../../kafka/client.ts'
import { partitionOf } from '../../kafka/partition-of.ts'
import { freshDatabase, freshKafka, freshName, rowsOf, testLogger, makeTopic } from './fresh.ts'
import { startTestConsumer, until } from './pipeline.ts'
import { serviceEnv } from './process.ts'
import { audit } from '../../cli/audit/audit.ts'
import { verdict } from '../../cli/audit/report.ts'

/** A topic, a group and a database, with nothing in them. */
export async function start() {
  const kafka = freshKafka()
  const { settings, clickhouse } = await freshDatabase()
  const client = createKafka(kafka, 'test', testLogger())
  await makeTopic(kafka)
  const groupId = freshName('group')
  const topic = kafka.topic.name
  const produce = async (messages: Message[]) => {
    // Each record once, also where a request is tried again.
    const createPartitioner = kafkajs.Partitioners.DefaultPartitioner
    const producer = client.producer({ createPartitioner, idempotent: true, maxInFlightRequests: 1 })
    await producer.connect()
    for (const message of messages) await producer.send({ topic, messages: [message] })
    await producer.disconnect()
  }
  const options = { readsTopic: true, checksIds: true, allowExpired: false }
  const look = async (overrides: Partial<typeof options> = {}) => {
    const parts = { kafka: client, topic, groupId, clickhouse, progress: () => undefined }
    const found = await audit({ ...parts, options: { ...options, ...overrides } })
    const texts = found.findings.filter(({ fails }) => fails).map(({ text }) => text)
    return { ...found, texts, verdict: verdict(found) }
  }
  const linesBooked = async () =>
    (await rowsOf<{ n: number }>(clickhouse, 'SELECT sum(lines) AS n FROM ranges'))[0]?.n ?? 0
  const untilBooked = (lines: number) => until(async () => (await linesBooked()) >= lines)
  const command = (query: string) =>
    clickhouse.command({ query, clickhouse_settings: { mutations_sync: '2', lightweight_deletes_sync: '2' } })
  const env = serviceEnv(kafka, settings, groupId)
  return { kafka, client, settings, clickhouse, groupId, topic, produce, look, untilBooked, command, env }
}

/** The id of the event with this number. */
export const id = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`
/** An event as a line. */
export const event = (site_id: string, n: number) =>
  JSON.stringify({ site_id, event_type: 'view', path: `/${n}`, event_id: id(n) })

/** 9 lines of `a` (3 dead, 2 duplicates), 2 of `b` (1 dead), 1 without a key. */
const mixed: Message[] = [
  { key: 'a', value: [event('a', 1), event('a', 2), '', event('a', 3)].join('\n') },
  { key: 'a', value: ['nonsense', event('a', 2), event('a', 4), '{"site_id":"a"}'].join('\n') },
  { key: 'a', value: Buffer.from([0xff, 0xfe]) },
  { key: 'a', value: event('a', 1) },
  { key: 'b', value: event('a', 9) },
  { key: 'b', value: event('b', 10) },
  { key: null, value: event('b', 11), partition: partitionOf('b', 6) },
]

/** The mixed lines, stored: 5 rows, 2 duplicates, 5 dead letters. */
export async function startStored() {
  const started = await start()
  await started.produce(mixed)
  const consumer = await startTestConsumer(started.kafka, started.settings, started.groupId)
  await started.untilBooked(12)
  return { ...started, consumer }
}
