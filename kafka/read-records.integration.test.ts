import kafkajs, { type Producer } from 'kafkajs'
import { expect, it, onTestFinished } from 'vitest'
import { freshKafka, testLogger, makeTopic } from '../test/support/fresh.ts'
import { createKafka, withAdmin } from './client.ts'
import { LogStartMoved, openRecordReader } from './read-records.ts'

async function start(transactional = false) {
  const settings = freshKafka({ partitions: 1 })
  const kafka = createKafka(settings, 'test', testLogger())
  await makeTopic(settings)
  const topic = settings.topic.name
  const idempotent = { transactionalId: topic, idempotent: true, maxInFlightRequests: 1 }
  const producer = kafka.producer({
    createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
    ...(transactional ? idempotent : {}),
  })
  await producer.connect()
  const reader = await openRecordReader(kafka, topic)
  onTestFinished(async () => {
    await Promise.all([producer.disconnect(), reader.close()])
  })
  const values = async (from: number, to: number) => {
    const read: string[] = []
    let end = from
    for await (const { records, next } of reader.read(0, from, to)) {
      read.push(...records.map(({ offset, value }) => `${offset}=${String(value)}`))
      end = next
    }
    return { read, end }
  }
  const send = (to: Pick<Producer, 'send'>, ...sent: string[]) =>
    to.send({ topic, messages: sent.map((value) => ({ key: 'k', value })) })
  return { kafka, topic, producer, reader, values, send }
}

it('reads what lies between two offsets, however many requests that takes', async () => {
  const { producer, values, send } = await start()
  await send(producer, 'a', 'b', 'c')
  for (let n = 0; n < 12; n += 1) await send(producer, 'x'.repeat(900_000))
  expect(await values(1, 3)).toEqual({ read: ['1=b', '2=c'], end: 3 })
  const { read, end } = await values(0, 15)
  expect([read.length, end]).toEqual([15, 15])
})

it('leaves out what was aborted, passes its markers, and ends where a transaction is open', async () => {
  const { producer, values, send } = await start(true)
  const aborted = await producer.transaction()
  await send(aborted, 'aborted')
  await aborted.abort()
  const committed = await producer.transaction()
  await send(committed, 'committed')
  await committed.commit()
  expect(await values(0, 4)).toEqual({ read: ['2=committed'], end: 4 })
  const open = await producer.transaction()
  await send(open, 'open')
  expect(await values(0, 5)).toEqual({ read: ['2=committed'], end: 4 })
  await open.abort()
})

it('leaves out what was aborted where another transaction began later and was aborted earlier', async () => {
  const { kafka, topic, producer, values, send } = await start(true)
  const another = kafka.producer({ transactionalId: `${topic}-2`, idempotent: true, maxInFlightRequests: 1 })
  await another.connect()
  onTestFinished(() => another.disconnect())
  const outer = await producer.transaction()
  await send(outer, 'first')
  const inner = await another.transaction()
  await send(inner, 'second')
  await inner.abort()
  await send(outer, 'third')
  await outer.abort()
  const kept = await producer.transaction()
  await send(kept, 'kept')
  await kept.commit()
  expect(await values(0, 7)).toEqual({ read: ['5=kept'], end: 7 })
})

it('says where the log begins, and when it no longer has what is asked for', async () => {
  const { kafka, topic, producer, reader, values, send } = await start()
  await send(producer, 'a', 'b', 'c')
  await withAdmin(kafka, async (admin) => {
    // It knows the leaders of those topics only that it was asked for before.
    await admin.fetchTopicOffsets(topic)
    await admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: '2' }] })
  })
  expect(await reader.start(0)).toBe(2)
  expect((await values(2, 3)).read).toEqual(['2=c'])
  await expect(values(1, 3)).rejects.toThrow(LogStartMoved)
})

it.each([kafkajs.CompressionTypes.None, kafkajs.CompressionTypes.GZIP])(
  'reads what a producer of another kind sends: nothing for a key or a value, headers, times of its own, compression %i',
  async (compression) => {
    const { topic, producer, reader } = await start()
    const messages = [
      { key: null, value: null, timestamp: '1763110000123', headers: { trace: 'a', list: ['b', 'c'] } },
      { key: '', value: '', timestamp: '1763109999000' },
      { key: 'é'.repeat(70), value: 'x'.repeat(20_000), timestamp: '1763110000124', headers: { none: '' } },
    ]
    await producer.send({ topic, compression, messages })
    await producer.send({ topic, compression, messages: [{ key: 'k', value: 'last', timestamp: '1' }] })
    const read = []
    for await (const { records } of reader.read(0, 0, 4)) read.push(...records)
    expect(
      read.map(({ offset, timestamp, key, value }) => [
        offset,
        timestamp,
        key?.toString() ?? null,
        value?.toString() ?? null,
      ]),
    ).toEqual([
      ...messages.map(({ key, value, timestamp }, offset) => [offset, Number(timestamp), key, value]),
      [3, 1, 'k', 'last'],
    ])
  },
)
