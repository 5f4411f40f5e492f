// Logs and groups that are not as they were: offsets forgotten, records gone, topics made anew, open transactions.
import kafkajs from 'kafkajs'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createKafka, withAdmin } from '../../kafka/client.ts'
import { freshDatabase, freshKafka, freshName, makeTopic, testLogger } from '../../test/support/fresh.ts'
import { startTestConsumer, startTestReporting, until } from '../../test/support/pipeline.ts'
import { statsOf, statsWithLag } from '../../test/support/stats.ts'

async function start() {
  const { settings } = await freshDatabase()
  const kafka = freshKafka({ partitions: 1 })
  const topic = kafka.topic.name
  const groupId = freshName('group')
  const client = createKafka(kafka, 'test', testLogger())
  await makeTopic(kafka)
  const messages = (count: number) =>
    Array.from({ length: count }, () => ({ key: 'a', value: '{"site_id":"a","event_type":"view"}' }))
  const produce = async (count: number) => {
    const producer = client.producer({ createPartitioner: kafkajs.Partitioners.DefaultPartitioner })
    await producer.connect()
    await producer.send({ topic, messages: messages(count) })
    await producer.disconnect()
  }
  const report = async () => {
    const { url } = await startTestReporting(settings, { kafka, groupId })
    const untilLag = (records: number) => statsWithLag(url, 'a', records)
    return { untilLag, untilUnknown: () => until(async () => (await statsOf(url, 'a')).lag === null) }
  }
  const consume = () => startTestConsumer(kafka, settings, groupId)
  return { kafka, topic, groupId, client, messages, produce, report, consume }
}

describe('freshness over an odd log', () => {
  it('knows from the books what is stored where Kafka forgot the offsets', async () => {
    const { groupId, client, produce, report, consume } = await start()
    await produce(4)
    const consumer = await consume()
    await (await report()).untilLag(0)
    await consumer.stop()
    await withAdmin(client, (admin) => admin.deleteGroups([groupId]))
    await produce(2)
    expect(await (await report()).untilLag(2)).toMatchObject({ total_events: 4 })
  })

  it('does not count as waiting what Kafka dropped, and says where it stopped until the group has passed it', async () => {
    const { topic, client, produce, report, consume } = await start()
    await produce(1)
    const consumer = await consume()
    const { untilLag } = await report()
    await untilLag(0)
    await consumer.stop()
    await produce(9)
    const before = await untilLag(9)
    await withAdmin(client, async (admin) => {
      await admin.fetchTopicOffsets(topic)
      await admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: '7' }] })
    })
    expect(before.complete_until).not.toBeNull()
    expect(await untilLag(3)).toMatchObject({ complete_until: before.complete_until })
    await consume()
    expect(await untilLag(0)).toMatchObject({ total_events: 4, lag: { seconds: 0 } })
  })

  it('begins anew with a topic that was made anew, while reporting runs', async () => {
    const { kafka, topic, client, produce, report, consume } = await start()
    await produce(3)
    const consumer = await consume()
    const { untilLag, untilUnknown } = await report()
    await untilLag(0)
    await consumer.stop()
    await withAdmin(client, (admin) => admin.deleteTopics({ topics: [topic] }))
    await untilUnknown()
    await makeTopic(kafka)
    await produce(5)
    expect(await untilLag(5)).toMatchObject({ total_events: 3 })
    await consume()
    const anew = await untilLag(0)
    expect(anew).toMatchObject({ total_events: 8, complete_until: expect.any(String) as string })
  })

  it('is not complete while a transaction is open, and is once that has ended', async () => {
    const { topic, client, messages, produce, report, consume } = await start()
    await produce(1)
    await consume()
    const { untilLag } = await report()
    await untilLag(0)
    const writer = client.producer({
      createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
      transactionalId: freshName('writer'),
      maxInFlightRequests: 1,
      idempotent: true,
    })
    await writer.connect()
    onTestFinished(() => writer.disconnect())
    const transaction = await writer.transaction()
    await transaction.send({ topic, messages: messages(2) })
    await produce(1)
    const open = await untilLag(3)
    await transaction.commit()
    const ended = await untilLag(0)
    expect(ended).toMatchObject({ total_events: 4 })
    expect(Date.parse(ended.complete_until ?? '')).toBeGreaterThan(Date.parse(open.complete_until ?? ''))
  })
})
