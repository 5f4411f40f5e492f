import { expect, it, onTestFinished } from 'vitest'
import { freshKafka, testLogger, makeTopic } from '../test/support/fresh.ts'
import { readTopic } from '../test/support/read-topic.ts'
import { createKafka } from './client.ts'
import { partitionOf } from './partition-of.ts'
import { openRecordSender } from './record-sender.ts'

it('sends records as they are and says where each stands; says when one is too large', async () => {
  const settings = freshKafka()
  const kafka = createKafka(settings, 'test', testLogger())
  const topic = settings.topic.name
  await makeTopic(settings)
  const sender = await openRecordSender(kafka, topic)
  onTestFinished(() => sender.close())
  const keys = ['a', 'b', 'c', 'a', null, 'b', 'a']
  const records = keys.map((key, n) => ({
    key: key === null ? null : Buffer.from(key),
    value: Buffer.from(`${n}`),
  }))
  const places = await sender.send(records)
  const read = await readTopic(kafka, topic, keys.length)
  const found = places.map((place) => {
    return read.find(({ partition, offset }) => place?.partition === partition && place.offset === offset)
      ?.value
  })
  expect(found).toEqual(keys.map((_, n) => `${n}`))
  expect(places.map((place) => place?.partition)).toEqual(
    keys.map((key) => (key === null ? 0 : partitionOf(key, 6))),
  )
  expect(await sender.send([{ key: null, value: Buffer.alloc(2_000_000) }])).toEqual([null])
  const mixed = [
    { key: null, value: Buffer.alloc(2_000_000) },
    { key: Buffer.from('a'), value: Buffer.from('small') },
  ]
  const place = { partition: partitionOf('a', 6), offset: expect.any(Number) as number }
  expect(place.partition).not.toBe(0)
  expect(await sender.send(mixed)).toEqual([null, place])
  await expect(openRecordSender(kafka, `${topic}-not-there`)).rejects.toThrow()
})
