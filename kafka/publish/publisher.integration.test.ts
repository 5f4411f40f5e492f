import kafkajs, { type Admin } from 'kafkajs'
import { describe, expect, it, onTestFinished } from 'vitest'
import { freshKafka, testLogger, makeTopic } from '../../test/support/fresh.ts'
import { startProxiedKafka } from '../../test/support/proxied-kafka.ts'
import { readTopic } from '../../test/support/read-topic.ts'
import { createKafka, withAdmin } from '../client.ts'
import { partitionOf } from '../partition-of.ts'
import { createPublisher, type Publisher } from './publisher.ts'
import type { Position, PublisherSettings } from './publishing.ts'

const settings = {
  timeoutMs: 10_000,
  maxPendingBytes: 64_000_000,
  maxEventsPerRecord: 500,
  maxBytesPerRecord: 262_144,
}

async function startPublisher(overrides: Partial<PublisherSettings> = {}) {
  const fresh = freshKafka()
  const kafka = createKafka(fresh, 'test', testLogger())
  await makeTopic(fresh)
  const topic = fresh.topic.name
  const publisher = createPublisher(kafka, { ...settings, topic, partitions: 6, ...overrides }, testLogger())
  await publisher.connect()
  onTestFinished(publisher.stop)
  return { publisher, kafka, topic }
}

const at = Date.UTC(2025, 10, 14)

/** Where the lines stand; rejects with the reason where they were refused. */
async function publish(
  publisher: Publisher,
  siteId: string,
  lines: string[],
  receivedAt: number,
): Promise<Position> {
  const site = { siteId, lines: Buffer.from(lines.join('\n')), events: lines.length, receivedAt }
  const { position, refused, reason } = await publisher.publish([site])
  expect(refused).toEqual(reason === '' ? [] : [site])
  return reason === '' ? position : Promise.reject(new Error(reason))
}

describe('the publisher', () => {
  it('keeps lines under their site, in order, and says where', async () => {
    const { publisher, kafka, topic } = await startPublisher()
    const position = await publish(publisher, 'demo', ['{"n":1}', '{"n":2}'], at)
    expect([...position]).toEqual([[partitionOf('demo', 6), 0]])
    expect(await readTopic(kafka, topic, 1)).toEqual([
      { partition: partitionOf('demo', 6), offset: 0, key: 'demo', value: '{"n":1}\n{"n":2}', timestamp: at },
    ])
  })

  it('packs what arrives together into one record a site', async () => {
    const { publisher, kafka, topic } = await startPublisher()
    await Promise.all(
      Array.from({ length: 100 }, (_, n) => publish(publisher, n % 2 ? 'a' : 'b', [`{"n":${n}}`], at)),
    )
    const records = await readTopic(kafka, topic, 2)
    expect(records.map(({ value }) => value.split('\n')).flat()).toHaveLength(100)
    expect(records).toHaveLength(2)
  })

  it('keeps the lines of many sites together, and says where the last of each partition stands', async () => {
    const { publisher, kafka, topic } = await startPublisher()
    const sites = Array.from({ length: 20 }, (_, n) => ({
      siteId: `site-${n}`,
      lines: Buffer.from(`{"n":${n}}`),
      events: 1,
      receivedAt: at,
    }))
    const { position, refused } = await publisher.publish(sites)
    const records = await readTopic(kafka, topic, sites.length)
    expect(refused).toEqual([])
    expect(position).toEqual(new Map(records.map(({ partition, offset }) => [partition, offset])))
    expect(records.map(({ key, value }) => `${key} ${value}`).sort()).toEqual(
      sites.map(({ siteId, lines }) => `${siteId} ${lines.toString()}`).sort(),
    )
  })

  it('gives every event a record of its own where the setting says so', async () => {
    const { publisher, kafka, topic } = await startPublisher({ maxEventsPerRecord: 1 })
    const position = await publish(publisher, 'demo', ['1', '2', '3'], at)
    expect([...position.values()]).toEqual([2])
    expect((await readTopic(kafka, topic, 3)).map(({ value }) => value)).toEqual(['1', '2', '3'])
  })

  it('sends more than one request may hold in several', async () => {
    const { publisher, kafka, topic } = await startPublisher()
    const lines = Array.from({ length: 4000 }, (_, n) => `{"n":${n},"x":"${'y'.repeat(1000)}"}`)
    const position = await publish(publisher, 'demo', lines, at)
    const last = Math.max(...position.values())
    const records = await readTopic(kafka, topic, last + 1)
    expect(records.flatMap(({ value }) => value.split('\n'))).toEqual(lines)
  })

  it('refuses more than it may hold, at once, and keeps the rest', async () => {
    const { publisher } = await startPublisher({ maxPendingBytes: 200 })
    const kept = publish(publisher, 'demo', ['x'.repeat(80)], at)
    await expect(publish(publisher, 'demo', ['x'.repeat(80)], at)).rejects.toThrow('too many')
    await expect(kept).resolves.toBeDefined()
    await expect.poll(publisher.pendingBytes).toBe(0)
  })

  it('gives records the time at which their lines were received', async () => {
    const { publisher, kafka, topic } = await startPublisher()
    await Promise.all([0, 600, 5000].map((later) => publish(publisher, 'demo', [`${later}`], at + later)))
    expect(await readTopic(kafka, topic, 2)).toMatchObject([
      { value: '0\n600', timestamp: at + 600 },
      { value: '5000', timestamp: at + 5000 },
    ])
  })

  it('costs only the lines of a partition that Kafka refuses, and stays connected', async () => {
    const { publisher, kafka, topic } = await startPublisher()
    await withAdmin(kafka, (admin) => allowRecordsUpTo(2000, topic, admin))
    expect(partitionOf('a', 6)).not.toBe(partitionOf('b', 6))
    const small = { siteId: 'a', lines: Buffer.from('{}'), events: 1, receivedAt: at }
    const large = { siteId: 'b', lines: Buffer.from('x'.repeat(5000)), events: 1, receivedAt: at }
    // A broker follows a changed setting some time after the change was answered.
    await expect
      .poll(() => publisher.publish([large, small]), { timeout: 10_000 })
      .toEqual({
        position: new Map([[partitionOf('a', 6), expect.any(Number)]]),
        refused: [large],
        reason: 'Kafka did not acknowledge',
      })
    expect(publisher.isConnected()).toBe(true)
  })

  it('tells everybody at once when Kafka is gone, and works again once it is connected again', async () => {
    const { proxy, proxied } = await startProxiedKafka()
    let lost = 0
    const kafka = createKafka(proxied, 'test', testLogger())
    const publisher = createPublisher(
      kafka,
      { ...settings, topic: 'events', partitions: 2 },
      testLogger(),
      () => {
        lost += 1
      },
    )
    onTestFinished(publisher.stop)
    await publisher.connect()
    await publish(publisher, 'demo', ['1'], at)
    proxy.set({ kind: 'hang' })
    const underWay = publish(publisher, 'demo', ['2'], at)
    await new Promise((resolve) => setTimeout(resolve, 100))
    const queued = publish(publisher, 'demo', ['3'], at)
    proxy.set({ kind: 'cut' })
    for (const one of [underWay, queued]) await expect(one).rejects.toThrow(/acknowledge$/)
    expect([lost, publisher.isConnected(), publisher.pendingBytes()]).toEqual([1, false, 0])
    await expect(publish(publisher, 'demo', ['3'], at)).rejects.toThrow('cannot be reached')
    proxy.set({ kind: 'none' })
    await publisher.connect()
    await expect(publish(publisher, 'demo', ['4'], at)).resolves.toBeDefined()
  })

  it('tells the waiter when Kafka does not acknowledge in time, and gives the connection up', async () => {
    const { proxy, proxied } = await startProxiedKafka()
    const kafka = createKafka(proxied, 'test', testLogger())
    const publisher = createPublisher(
      kafka,
      { ...settings, topic: 'events', partitions: 2, timeoutMs: 500 },
      testLogger(),
    )
    await publisher.connect()
    proxy.set({ kind: 'swallow' })
    const first = publish(publisher, 'demo', ['{}'], at)
    await new Promise((resolve) => setTimeout(resolve, 100))
    const queued = publish(publisher, 'demo', ['{}'], at)
    await expect(first).rejects.toThrow(/acknowledge/)
    await expect(queued).rejects.toThrow(/acknowledge/)
    expect([publisher.isConnected(), publisher.pendingBytes()]).toEqual([false, 0])
    await publisher.stop()
  })
})

async function allowRecordsUpTo(bytes: number, topic: string, admin: Admin): Promise<void> {
  const configEntries = [{ name: 'max.message.bytes', value: String(bytes) }]
  const resources = [{ type: kafkajs.ConfigResourceTypes.TOPIC, name: topic, configEntries }]
  await admin.alterConfigs({ validateOnly: false, resources })
}
