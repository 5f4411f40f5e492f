// One look at the log of a real Kafka, also where that log is an odd one.
import kafkajs from 'kafkajs'
import { describe, expect, it, onTestFinished } from 'vitest'
import { freshKafka, freshName, makeTopic, testLogger } from '../test/support/fresh.ts'
import { until } from '../test/support/pipeline.ts'
import { startProxiedKafka } from '../test/support/proxied-kafka.ts'
import { createKafka, withAdmin } from './client.ts'
import { createLogReader } from './log-reader.ts'

async function start() {
  const settings = freshKafka({ partitions: 2 })
  const { name: topic } = settings.topic
  const kafka = createKafka(settings, 'test', testLogger())
  const groupId = freshName('group')
  await makeTopic(settings)
  const reader = createLogReader(kafka, groupId, topic)
  onTestFinished(reader.close)
  const produce = async (count: number) => {
    const producer = kafka.producer({ createPartitioner: kafkajs.Partitioners.DefaultPartitioner })
    await producer.connect()
    const messages = Array.from({ length: count }, () => ({ value: 'x', partition: 1 }))
    await producer.send({ topic, messages })
    await producer.disconnect()
  }
  const commit = (offset: number) =>
    withAdmin(kafka, (admin) =>
      admin.setOffsets({ groupId, topic, partitions: [{ partition: 1, offset: String(offset) }] }),
    )
  return { settings, kafka, topic, groupId, reader, produce, commit }
}

/** While Kafka makes room for the first offsets of all, a look may fail. */
async function untilLook({ look }: ReturnType<typeof createLogReader>) {
  await until(() =>
    look().then(
      () => true,
      () => false,
    ),
  )
  return look()
}

describe('a look at the log', () => {
  it('finds what is committed, and both ends of every partition', async () => {
    const { kafka, topic, reader, produce, commit } = await start()
    const empty = { low: 0, high: 0, committed: null }
    expect((await untilLook(reader)).partitions).toEqual([
      { partition: 0, ...empty },
      { partition: 1, ...empty },
    ])
    await produce(5)
    await commit(3)
    await withAdmin(kafka, async (admin) => {
      await admin.fetchTopicOffsets(topic)
      await admin.deleteTopicRecords({ topic, partitions: [{ partition: 1, offset: '2' }] })
    })
    const before = Date.now()
    const { at, partitions } = await reader.look()
    expect(partitions[1]).toEqual({ partition: 1, low: 2, high: 5, committed: 3 })
    expect(at.wall).toBeGreaterThanOrEqual(before)
    expect(at.wall).toBeLessThanOrEqual(Date.now())
  })

  it('counts what stands behind an open transaction: it was acknowledged', async () => {
    const { kafka, topic, reader, produce } = await start()
    await produce(1)
    const writer = kafka.producer({
      createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
      transactionalId: freshName('writer'),
      maxInFlightRequests: 1,
      idempotent: true,
    })
    await writer.connect()
    onTestFinished(() => writer.disconnect())
    const transaction = await writer.transaction()
    await transaction.send({ topic, messages: [{ value: 'open', partition: 1 }] })
    await produce(4)
    expect((await untilLook(reader)).partitions[1]?.high).toBe(6)
    await transaction.abort()
  })

  it('sees a partition that was added since the last look', async () => {
    const { kafka, topic, reader } = await start()
    await untilLook(reader)
    await withAdmin(kafka, (admin) =>
      admin.createPartitions({ topicPartitions: [{ topic, count: 3 }] }).then(() => undefined),
    )
    // A new partition may be without a leader for a moment.
    await until(async () => (await untilLook(reader)).partitions.length === 3)
  })

  it('tells a topic that was made anew from the former one', async () => {
    const { settings, kafka, topic, reader, produce, commit } = await start()
    await produce(2)
    await commit(2)
    const first = await untilLook(reader)
    await withAdmin(kafka, (admin) => admin.deleteTopics({ topics: [topic] }))
    await expect(reader.look()).rejects.toThrow()
    await makeTopic(settings)
    await produce(1)
    const anew = await untilLook(reader)
    expect(anew.topicId).not.toBe(first.topicId)
    expect(anew.partitions[1]).toEqual({ partition: 1, low: 0, high: 1, committed: null })
  })

  it('takes its moment after what is committed was answered, and before the ends were asked for', async () => {
    const { proxy, proxied } = await startProxiedKafka()
    const kafka = createKafka(proxied, 'test', testLogger())
    const reader = createLogReader(kafka, freshName('group'), proxied.topic.name)
    onTestFinished(reader.close)
    await untilLook(reader)
    const oneWayMs = 200
    proxy.set({ kind: 'delay', ms: oneWayMs })
    const begun = performance.now()
    const { at } = await reader.look()
    expect(at.steady - begun).toBeGreaterThan(2 * oneWayMs - 5)
    expect(performance.now() - at.steady).toBeGreaterThan(4 * oneWayMs - 5)
  })
})
