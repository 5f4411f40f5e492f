import { describe, expect, it, onTestFinished } from 'vitest'
import { freshKafka, testLogger } from '../test/support/fresh.ts'
import { readTopic } from '../test/support/read-topic.ts'
import { createKafka } from './client.ts'
import { partitionOf } from './partition-of.ts'
import { createPublisher } from './publisher.ts'
import { NotPublished, type PublisherSettings } from './publishing.ts'
import { ensureTopic } from './topics.ts'

async function startPublisher(overrides: Partial<PublisherSettings> = {}) {
  const settings = freshKafka()
  const kafka = createKafka(settings, 'test', testLogger())
  await ensureTopic(kafka, settings.topic)
  const publisher = createPublisher(
    kafka,
    {
      topic: settings.topic.name,
      partitions: 6,
      timeoutMs: 10_000,
      maxPendingBytes: 64_000_000,
      maxEventsPerRecord: 500,
      maxBytesPerRecord: 262_144,
      ...overrides,
    },
    testLogger(),
  )
  await publisher.connect()
  onTestFinished(publisher.stop)
  return { publisher, kafka, topic: settings.topic.name }
}

const at = Date.UTC(2025, 10, 14)

describe('the publisher', () => {
  it('keeps lines under their site, in order, and says where', async () => {
    const { publisher, kafka, topic } = await startPublisher()
    const position = await publisher.publish('demo', ['{"n":1}', '{"n":2}'], at)
    expect([...position]).toEqual([[partitionOf('demo', 6), 0]])
    expect(await readTopic(kafka, topic, 1)).toEqual([
      { partition: partitionOf('demo', 6), offset: 0, key: 'demo', value: '{"n":1}\n{"n":2}', timestamp: at },
    ])
  })

  it('packs what arrives together into one record a site', async () => {
    const { publisher, kafka, topic } = await startPublisher()
    await Promise.all(
      Array.from({ length: 100 }, (_, n) => publisher.publish(n % 2 ? 'a' : 'b', [`{"n":${n}}`], at)),
    )
    const records = await readTopic(kafka, topic, 2)
    expect(records.map(({ value }) => value.split('\n')).flat()).toHaveLength(100)
    expect(records).toHaveLength(2)
  })

  it('gives every event a record of its own where the setting says so', async () => {
    const { publisher, kafka, topic } = await startPublisher({ maxEventsPerRecord: 1 })
    const position = await publisher.publish('demo', ['1', '2', '3'], at)
    expect([...position.values()]).toEqual([2])
    expect((await readTopic(kafka, topic, 3)).map(({ value }) => value)).toEqual(['1', '2', '3'])
  })

  it('sends more than one request may hold in several', async () => {
    const { publisher, kafka, topic } = await startPublisher()
    const lines = Array.from({ length: 4000 }, (_, n) => `{"n":${n},"x":"${'y'.repeat(1000)}"}`)
    const position = await publisher.publish('demo', lines, at)
    const last = Math.max(...position.values())
    const records = await readTopic(kafka, topic, last + 1)
    expect(records.flatMap(({ value }) => value.split('\n'))).toEqual(lines)
  })

  it('refuses more than it may hold, at once, and keeps the rest', async () => {
    const { publisher } = await startPublisher({ maxPendingBytes: 200 })
    const kept = publisher.publish('demo', ['x'.repeat(80)], at)
    await expect(publisher.publish('demo', ['x'.repeat(80)], at)).rejects.toThrow(NotPublished)
    await expect(kept).resolves.toBeDefined()
    expect(publisher.pendingBytes()).toBe(0)
  })

  it('tells the waiter when Kafka does not acknowledge, and forgets what was not sent', async () => {
    const settings = { ...freshKafka(), brokers: ['127.0.0.1:1'] }
    const publisher = createPublisher(
      createKafka(settings, 'test', testLogger()),
      {
        topic: 'none',
        partitions: 6,
        timeoutMs: 500,
        maxPendingBytes: 1e6,
        maxEventsPerRecord: 1,
        maxBytesPerRecord: 1e5,
      },
      testLogger(),
    )
    await expect(publisher.publish('demo', ['{}'], at)).rejects.toThrow(NotPublished)
    await publisher.stop()
    expect(publisher.pendingBytes()).toBe(0)
  })
})
