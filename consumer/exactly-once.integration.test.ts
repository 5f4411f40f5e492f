// What the protocol promises, against the real Kafka and a ClickHouse that deduplicates nothing by itself.
import { randomUUID } from 'node:crypto'
import { onTestFinished, describe, expect, it } from 'vitest'
import { createClickHouse } from '../clickhouse/client.ts'
import { eventsTarget, insertLines, rangesTarget } from '../clickhouse/insert-lines.ts'
import { readStoreClock } from '../clickhouse/look.ts'
import { openTcpProxy } from '../faults/proxy/tcp-proxy.ts'
import { createKafka, withAdmin } from '../kafka/client.ts'
import { readTopicId } from '../kafka/topic-id.ts'
import { ensureTopic } from '../kafka/topics.ts'
import { freshDatabase, freshKafka, freshName, rowsOf, testLogger } from '../test/support/fresh.ts'
import { get } from '../test/support/http.ts'
import { startTestConsumer, until } from '../test/support/pipeline.ts'
import { produce } from '../test/support/produce.ts'
import { toMetadata } from './lane/intent.ts'
import type { Intent } from './lane/protocol.ts'

async function start() {
  const kafka = freshKafka({ partitions: 1 })
  const { settings, clickhouse } = await freshDatabase()
  for (const table of ['events', 'dead_letters', 'ranges']) {
    await clickhouse.command({
      query: `ALTER TABLE ${table} MODIFY SETTING non_replicated_deduplication_window = 0`,
    })
  }
  const client = createKafka(kafka, 'test', testLogger())
  await ensureTopic(client, kafka.topic)
  const topicId = await readTopicId(client, kafka.topic.name)
  const paths = async () =>
    (await rowsOf<{ path: string }>(clickhouse, 'SELECT path FROM events ORDER BY path')).map(
      ({ path }) => path,
    )
  const books = async () =>
    (
      await rowsOf<{ lines: number; rows: number; duplicates: number; dead: number; next: number }>(
        clickhouse,
        'SELECT sum(lines) AS lines, sum(rows) AS rows, sum(duplicates) AS duplicates, sum(dead) AS dead, max(last_offset) + 1 AS next FROM ranges',
      )
    )[0]
  const source = { topic: kafka.topic.name, topicId, partition: 0 }
  return { kafka, client, settings, clickhouse, source, paths, books, groupId: freshName('group') }
}

type Started = Awaited<ReturnType<typeof start>>

const event = (path: string, more: object = {}) => ({
  key: 'demo',
  value: JSON.stringify({ site_id: 'demo', event_type: 'view', path, ...more }),
})

/** Commits as a consumer would that died right after. */
async function commitIntent({ client, source, groupId }: Started, intent: Intent): Promise<void> {
  const consumer = client.consumer({ groupId })
  await consumer.connect()
  await consumer.subscribe({ topic: source.topic })
  const joined = new Promise((resolve) => consumer.on(consumer.events.GROUP_JOIN, resolve))
  await consumer.run({ autoCommit: false, eachMessage: () => Promise.resolve() })
  await joined
  const metadata = toMetadata(source.topicId, intent)
  await consumer.commitOffsets([{ ...source, offset: String(intent.first), metadata }])
  await consumer.disconnect()
}

/** Stores rows as an insert would that was cut off before its books. */
async function storeRows(
  { settings, clickhouse, source }: Started,
  offsets: number[],
  withBooks: Intent | null,
) {
  const inserter = createClickHouse(settings, 10_000, false)
  const deadline = Math.ceil(await readStoreClock(clickhouse)) + 100
  const common = { token: '', deadline, queryPrefix: 'test/' }
  const lines = offsets.map((offset) =>
    Buffer.from(
      `{"received_at":1763110000123,"kafka_offset":${offset},"kafka_line":0,"site_id":"demo","event_type":"view","path":"/${offset}","timestamp":1763110000123,"event_id":"${randomUUID()}"}\n`,
    ),
  )
  const lineCount = lines.length
  await insertLines(inserter, { ...common, target: eventsTarget, lines, lineCount, constants: source })
  if (withBooks) {
    const books = [
      Buffer.from(`{"site_id":"demo","lines":${lineCount},"rows":${lineCount},"duplicates":0,"dead":0}\n`),
    ]
    const constants = { ...source, first: withBooks.first, last: withBooks.last }
    await insertLines(inserter, { ...common, target: rangesTarget, lines: books, lineCount: 1, constants })
  }
  await inserter.close()
}

describe('a range that was pending when its consumer died', () => {
  const fourEvents = ['/0', '/1', '/2', '/3'].map((path) => event(path))

  it.each([
    ['was not stored', []],
    ['was stored in part', [0, 2]],
    ['was stored but for its books', [0, 1, 2]],
  ])('that %s is stored once, and so is what follows', async (_name, stored) => {
    const world = await start()
    await produce(world.kafka, fourEvents)
    await commitIntent(world, { first: 0, last: 2, deadline: 1 })
    if (stored.length > 0) await storeRows(world, stored, null)
    await startTestConsumer(world.kafka, world.settings, world.groupId)
    await until(async () => (await world.books())?.next === 4)
    expect(await world.paths()).toEqual(['/0', '/1', '/2', '/3'])
    expect(await world.books()).toEqual({ lines: 4, rows: 4, duplicates: 0, dead: 0, next: 4 })
    const spans = 'SELECT first_offset AS first, last_offset AS last FROM ranges ORDER BY first'
    expect((await rowsOf(world.clickhouse, spans))[0]).toEqual({ first: 0, last: 2 })
  })

  it('that was stored wholly is not stored again', async () => {
    const world = await start()
    await produce(world.kafka, fourEvents)
    const intent = { first: 0, last: 2, deadline: 4_000_000_000 }
    await commitIntent(world, intent)
    await storeRows(world, [0, 1, 2], intent)
    await startTestConsumer(world.kafka, world.settings, world.groupId)
    await until(async () => (await world.books())?.next === 4)
    expect(await world.paths()).toEqual(['/0', '/1', '/2', '/3'])
  })

  it('is waited for until its deadline has passed', async () => {
    const world = await start()
    await produce(world.kafka, fourEvents)
    const deadline = Math.ceil(await readStoreClock(world.clickhouse)) + 4
    await commitIntent(world, { first: 0, last: 2, deadline })
    await startTestConsumer(world.kafka, world.settings, world.groupId)
    await until(async () => (await world.paths()).length > 0)
    expect(await readStoreClock(world.clickhouse)).toBeGreaterThanOrEqual(deadline)
    await until(async () => (await world.books())?.next === 4)
    expect(await world.paths()).toEqual(['/0', '/1', '/2', '/3'])
  })

  it('that Kafka has dropped since is in the books with what was stored of it', async () => {
    const world = await start()
    await produce(world.kafka, fourEvents)
    await commitIntent(world, { first: 0, last: 2, deadline: 1 })
    await storeRows(world, [0, 1], null)
    const partitions = [{ partition: 0, offset: '3' }]
    await withAdmin(world.client, async (admin) => {
      // kafkajs deletes records only of a topic it has asked about before.
      await admin.fetchTopicOffsets(world.source.topic)
      await admin.deleteTopicRecords({ topic: world.source.topic, partitions })
    })
    const consumer = await startTestConsumer(world.kafka, world.settings, world.groupId)
    await until(async () => (await world.books())?.next === 4)
    expect(await world.paths()).toEqual(['/0', '/1', '/3'])
    expect(await world.books()).toMatchObject({ lines: 3, rows: 3 })
    expect(String((await get(`${consumer.url}/metrics`)).body['text'])).toMatch(/^events_expired_total 3/m)
  })
})

describe('an insert whose answer is lost', () => {
  it('is looked for, and neither repeated nor forgotten', async () => {
    const world = await start()
    const { hostname, port } = new URL(world.settings.url)
    const proxy = await openTcpProxy({ host: hostname, port: Number(port) })
    onTestFinished(proxy.close)
    const settings = { ...world.settings, url: `http://127.0.0.1:${proxy.port}` }
    const consumer = await startTestConsumer(world.kafka, settings, world.groupId)
    await produce(world.kafka, [event('/a')])
    await until(async () => (await world.paths()).length === 1)
    proxy.set({ kind: 'swallow' })
    await produce(world.kafka, [event('/b'), event('/c')])
    await until(async () => (await world.paths()).length === 3)
    await until(async () =>
      /^insert_retries_total [1-9]/m.test(String((await get(`${consumer.url}/metrics`)).body['text'])),
    )
    proxy.set({ kind: 'none' })
    await produce(world.kafka, [event('/d')])
    await until(async () => (await world.books())?.next === 4)
    expect(await world.paths()).toEqual(['/a', '/b', '/c', '/d'])
    expect(await world.books()).toMatchObject({ lines: 4, rows: 4 })
  })
})

describe('an event that is sent again', () => {
  const id = randomUUID()
  const old = { event_id: id, timestamp: '2024-05-06T07:08:09Z' }

  it('is one row and counted as a duplicate: in one record, in another, after a restart', async () => {
    const world = await start()
    const sent = event('/once', { event_id: id })
    const first = await startTestConsumer(world.kafka, world.settings, world.groupId)
    await produce(world.kafka, [{ key: 'demo', value: `${sent.value}\n${sent.value}` }, sent])
    await until(async () => (await world.books())?.next === 2)
    await first.stop()
    await startTestConsumer(world.kafka, world.settings, world.groupId)
    await produce(world.kafka, [sent, event('/other')])
    await until(async () => (await world.books())?.next === 4)
    expect(await world.paths()).toEqual(['/once', '/other'])
    expect(await world.books()).toMatchObject({ lines: 5, rows: 2, duplicates: 3 })
  })

  it('is asked of the table where it is older than the window', async () => {
    const world = await start()
    const window = { maxIds: 1000, maxAgeMs: 1 }
    const first = await startTestConsumer(world.kafka, world.settings, world.groupId)
    await produce(world.kafka, [event('/old', old), event('/new')])
    await until(async () => (await world.books())?.next === 2)
    await first.stop()
    await startTestConsumer(world.kafka, world.settings, world.groupId, {}, window)
    const other = { ...old, event_id: randomUUID() }
    await produce(world.kafka, [event('/old', old), event('/older', other), event('/newer')])
    await until(async () => (await world.books())?.next === 5)
    expect(await world.paths()).toEqual(['/new', '/newer', '/old', '/older'])
    expect(await world.books()).toMatchObject({ lines: 5, rows: 4, duplicates: 1 })
  })
})

describe('a row that ClickHouse refuses', () => {
  it('costs only itself, and says why', async () => {
    const world = await start()
    for (const table of ['events', 'events_trial']) {
      await world.clickhouse.command({ query: `ALTER TABLE ${table} MODIFY COLUMN path Int32` })
    }
    await startTestConsumer(world.kafka, world.settings, world.groupId)
    await produce(world.kafka, [...['1', '2', 'poison', '3'].map((path) => event(path)), event('worse')])
    await until(async () => (await world.books())?.next === 5)
    expect(await world.paths()).toEqual([1, 2, 3])
    const dead = await rowsOf(
      world.clickhouse,
      'SELECT reason, kafka_key, kafka_offset, kafka_line, raw, message FROM dead_letters ORDER BY kafka_offset',
    )
    expect(dead).toMatchObject([
      { reason: 'refused', kafka_key: 'demo', kafka_offset: 2, kafka_line: 0 },
      { reason: 'refused', kafka_key: 'demo', kafka_offset: 4, kafka_line: 0 },
    ])
    expect(dead[0]).toMatchObject({ raw: expect.stringContaining('poison') as string })
    expect(await world.books()).toEqual({ lines: 5, rows: 3, duplicates: 0, dead: 2, next: 5 })
  })
})

describe('a log that is not what it was', () => {
  it('that was made anew is read from its start, though the group knows higher offsets', async () => {
    const world = await start()
    const first = await startTestConsumer(world.kafka, world.settings, world.groupId)
    await produce(world.kafka, [event('/a'), event('/b'), event('/c')])
    await until(async () => (await world.books())?.next === 3)
    await first.stop()
    await withAdmin(world.client, (admin) => admin.deleteTopics({ topics: [world.source.topic] }))
    const stillThere = () =>
      readTopicId(world.client, world.source.topic).then(
        () => true,
        () => false,
      )
    await until(async () => !(await stillThere()))
    await ensureTopic(world.client, world.kafka.topic)
    await produce(world.kafka, [event('/d'), event('/e'), event('/f'), event('/g')])
    await startTestConsumer(world.kafka, world.settings, world.groupId)
    await until(async () => (await world.paths()).length >= 7)
    expect(await world.paths()).toEqual(['/a', '/b', '/c', '/d', '/e', '/f', '/g'])
  })

  it('is not stored again where the offsets were set back', async () => {
    const world = await start()
    const first = await startTestConsumer(world.kafka, world.settings, world.groupId)
    await produce(world.kafka, [event('/a'), event('/b')])
    await until(async () => (await world.books())?.next === 2)
    await first.stop()
    const { topic } = world.source
    await withAdmin(world.client, (admin) =>
      admin.setOffsets({ groupId: world.groupId, topic, partitions: [{ partition: 0, offset: '0' }] }),
    )
    await startTestConsumer(world.kafka, world.settings, world.groupId)
    await produce(world.kafka, [event('/c')])
    await until(async () => (await world.books())?.next === 3)
    expect(await world.paths()).toEqual(['/a', '/b', '/c'])
  })

  it('may have transactions in it, whose markers take offsets, and aborted ones, which are not stored', async () => {
    const world = await start()
    await startTestConsumer(world.kafka, world.settings, world.groupId)
    const producer = world.client.producer({
      transactionalId: freshName('tx'),
      maxInFlightRequests: 1,
      idempotent: true,
    })
    await producer.connect()
    for (const [path, ends] of [
      ['/kept', 'commit'],
      ['/dropped', 'abort'],
      ['/kept-too', 'commit'],
    ] as const) {
      const transaction = await producer.transaction()
      await transaction.send({ topic: world.source.topic, messages: [event(path)] })
      await transaction[ends]()
    }
    await producer.disconnect()
    await produce(world.kafka, [event('/last')])
    await until(async () => (await world.paths()).includes('/last'))
    expect(await world.paths()).toEqual(['/kept', '/kept-too', '/last'])
    const holes = (await rowsOf(
      world.clickhouse,
      'SELECT first_offset AS first, last_offset AS last FROM ranges ORDER BY first',
    )) as { first: number; last: number }[]
    holes.forEach(({ first }, at) => expect(first).toBe(at === 0 ? 0 : (holes[at - 1]?.last ?? 0) + 1))
  })
})
