// Records as a real Kafka takes them, and gives them to any consumer.
import { expect, it, onTestFinished } from 'vitest'
import { createSeal, sealedEventsOf, sealHeader } from '../../event/seal.ts'
import { freshKafka, freshName, testLogger } from '../../test/support/fresh.ts'
import { createKafka } from '../client.ts'
import { ensureTopic } from '../topics.ts'
import { createProducer } from './producer.ts'
import type { OutgoingRecord } from './record-batch.ts'

const seal = createSeal('one secret of two services that know each other')
const at = Date.UTC(2025, 10, 14)

/** A value of so many bytes; what numbers of them are written in one, two or three bytes. */
const lengths = [0, 1, 63, 64, 65, 8191, 8192, 8193, 100_000]

function recordOf(siteId: string, value: string, index: number): OutgoingRecord {
  const event = { event_id: '01234567-89ab-4cde-8f01-23456789abcd', timestamp: at + index }
  const sealed = index % 2 === 0 ? [sealedEventsOf(Array.from({ length: 1 + index }, () => event))] : null
  return { siteId, value, valueBytes: Buffer.byteLength(value), receivedAt: at + 1000 * (index % 3), sealed }
}

it('writes records that come back byte for byte, with their seals, whatever their lengths', async () => {
  const settings = freshKafka({ partitions: 2 })
  const kafka = createKafka(settings, 'test', testLogger())
  await ensureTopic(kafka, settings.topic)
  const topic = settings.topic.name
  const producer = createProducer(kafka, topic, seal)
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
  const read: OutgoingRecord[] = []
  const seals: boolean[] = []
  await consumer.run({
    eachMessage: ({ partition, message: { key, value, timestamp, headers } }) => {
      if (partition === 1) return Promise.resolve()
      const { sealed, ...sent } = records[read.length] as OutgoingRecord
      const record = {
        key: key ?? Buffer.alloc(0),
        value: value ?? Buffer.alloc(0),
        timestamp: Number(timestamp),
      }
      const header = headers?.[sealHeader]
      const opened = Buffer.isBuffer(header) ? seal.open(header, record) : null
      seals.push(opened ? opened.ids.equals(sealed?.[0]?.ids ?? Buffer.alloc(0)) : sealed === null)
      const text = record.value.toString()
      read.push({
        ...sent,
        siteId: record.key.toString(),
        value: text,
        valueBytes: record.value.length,
        receivedAt: record.timestamp,
        sealed,
      })
      return Promise.resolve()
    },
  })
  await expect.poll(() => read.length, { timeout: 20_000 }).toBe(records.length)
  expect(read).toEqual(records)
  expect(seals).toEqual(records.map(() => true))
})

it('says why a partition has not what it was sent, and keeps the others', async () => {
  const settings = freshKafka({ partitions: 1 })
  const kafka = createKafka(settings, 'test', testLogger())
  await ensureTopic(kafka, settings.topic)
  const producer = createProducer(kafka, settings.topic.name, null)
  await producer.connect()
  onTestFinished(producer.disconnect)
  const kept: number[] = []
  const records = [recordOf('demo', '{}', 1)]
  const batches = [0, 5].map((partition) => ({ partition, records }))
  const error = await producer.send(batches, (partition) => kept.push(partition))
  expect(kept).toEqual([0])
  expect(String(error)).toMatch(/leader/)
})
