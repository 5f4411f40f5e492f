// Records as a real Kafka takes them, and gives them to any consumer.
import { expect, it, onTestFinished } from 'vitest'
import { freshKafka, freshName, testLogger, makeTopic } from '../../test/support/fresh.ts'
import { createKafka } from '../client.ts'
import { createProducer } from './producer.ts'
import type { OutgoingRecord } from './record-batch.ts'

const at = Date.UTC(2025, 10, 14)

/** A value of so many bytes; what numbers of them are written in one, two or three bytes. */
const lengths = [0, 1, 63, 64, 65, 8191, 8192, 8193, 100_000]

/** Every other one comes in several pieces. */
function recordOf(siteId: string, value: string, index: number): OutgoingRecord {
  const cut = Math.ceil(value.length / 2)
  const texts = index % 2 === 0 ? [value] : [value.slice(0, cut), '', value.slice(cut)]
  return {
    siteId,
    pieces: texts.map((text) => ({ lines: Buffer.from(text) })),
    receivedAt: at + 1000 * (index % 3),
  }
}

/** What is read of it. */
function readingOf({ siteId, pieces, receivedAt }: OutgoingRecord) {
  const value = pieces.map(({ lines }) => lines.toString()).join('\n')
  return { key: siteId, value, timestamp: receivedAt }
}

it('writes records that come back byte for byte, whatever their lengths', async () => {
  const settings = freshKafka({ partitions: 2 })
  const kafka = createKafka(settings, 'test', testLogger())
  await makeTopic(settings)
  const topic = settings.topic.name
  const producer = createProducer(kafka, topic)
  await producer.connect()
  onTestFinished(producer.disconnect)
  const records = [
    ...lengths.map((length, index) => recordOf('demo', 'x'.repeat(length), index)),
    ...['ü', '日本', '😀'.repeat(60), 'a'.repeat(255)].map((site, index) =>
      recordOf(site, `"${site}"`, index),
    ),
  ]
  const kept: [number, number][] = []
  const error = await producer.send(
    [
      { partition: 0, records },
      { partition: 1, records: records.slice(0, 1) },
    ],
    (partition, offset) => kept.push([partition, offset]),
  )
  expect([error, kept.sort()]).toEqual([
    null,
    [
      [0, 0],
      [1, 0],
    ],
  ])

  const consumer = kafka.consumer({ groupId: freshName('group') })
  await consumer.connect()
  onTestFinished(() => consumer.disconnect())
  await consumer.subscribe({ topics: [topic], fromBeginning: true })
  const read: ReturnType<typeof readingOf>[] = []
  await consumer.run({
    eachMessage: ({ partition, message: { key, value, timestamp } }) => {
      if (partition === 0) read.push({ key: String(key), value: String(value), timestamp: Number(timestamp) })
      return Promise.resolve()
    },
  })
  await expect.poll(() => read.length, { timeout: 20_000 }).toBe(records.length)
  expect(read).toEqual(records.map(readingOf))
})

it('says why a partition has not what it was sent, and keeps the others', async () => {
  const settings = freshKafka({ partitions: 1 })
  const kafka = createKafka(settings, 'test', testLogger())
  await makeTopic(settings)
  const producer = createProducer(kafka, settings.topic.name)
  await producer.connect()
  onTestFinished(producer.disconnect)
  const kept: number[] = []
  const records = [recordOf('demo', '{}', 1)]
  const batches = [0, 5].map((partition) => ({ partition, records }))
  const error = await producer.send(batches, (partition) => kept.push(partition))
  expect(kept).toEqual([0])
  expect(String(error)).toMatch(/leader/)
})
