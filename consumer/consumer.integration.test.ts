import { describe, expect, it, onTestFinished } from 'vitest'
import { openTcpProxy } from '../faults/proxy/tcp-proxy.ts'
import { createKafka, withAdmin } from '../kafka/client.ts'
import { partitionOf } from '../kafka/partition-of.ts'
import { freshDatabase, freshKafka, freshName, rowsOf, testLogger, makeTopic } from '../test/support/fresh.ts'
import { get } from '../test/support/http.ts'
import { produce } from '../test/support/produce.ts'
import { startTestConsumer, until, untilReady } from '../test/support/pipeline.ts'
import { startTcpProxy } from '../test/support/tcp-proxy.ts'

async function start() {
  const kafka = freshKafka()
  const { settings, clickhouse } = await freshDatabase()
  await makeTopic(kafka)
  const count = async () =>
    (await rowsOf<{ n: number }>(clickhouse, 'SELECT count() AS n FROM events'))[0]?.n ?? 0
  return { kafka, settings, clickhouse, count, groupId: freshName('group') }
}

const event = (site_id: string, n: number) => ({
  key: site_id,
  value: JSON.stringify({ site_id, event_type: 'view', path: `/${n}` }),
})

describe('the consumer', () => {
  it("stores what anyone produces, with provenance, in the partition of the Java client's partitioner", async () => {
    const { kafka, settings, clickhouse, count, groupId } = await start()
    await produce(kafka, [event('demo', 1), event('demo', 2), event('other', 3)])
    await startTestConsumer(kafka, settings, groupId)
    await until(async () => (await count()) === 3)
    const rows = await rowsOf(
      clickhouse,
      'SELECT site_id, path, kafka_partition, kafka_offset, kafka_line FROM events ORDER BY path',
    )
    expect(rows).toMatchObject([
      {
        site_id: 'demo',
        path: '/1',
        kafka_partition: partitionOf('demo', 6),
        kafka_offset: 0,
        kafka_line: 0,
      },
      {
        site_id: 'demo',
        path: '/2',
        kafka_partition: partitionOf('demo', 6),
        kafka_offset: 1,
        kafka_line: 0,
      },
      { site_id: 'other', path: '/3', kafka_partition: partitionOf('other', 6) },
    ])
  })

  it('ends before it takes a partition where its ClickHouse user may not store', async () => {
    const { kafka, settings, groupId } = await start()
    const consumer = await startTestConsumer(kafka, { ...settings, user: 'reader' }, groupId)
    await expect(consumer.failed).rejects.toThrow(
      /user reader .* lacks SELECT, INSERT .* set CLICKHOUSE_USER/,
    )
    const { members } = await withAdmin(createKafka(kafka, 'test', testLogger()), async (admin) => {
      const { groups } = await admin.describeGroups([groupId])
      return groups[0] ?? { members: [] }
    })
    expect(members).toEqual([])
  })

  it('sets aside what can never be a row, keeps its neighbours, and keeps the books', async () => {
    const { kafka, settings, clickhouse, count, groupId } = await start()
    await produce(kafka, [
      event('demo', 1),
      { key: 'demo', value: `nonsense\n${event('demo', 2).value}\n{"site_id":"demo"}` },
      { key: 'demo', value: event('other', 3).value },
      { key: 'demo', value: null },
      event('demo', 4),
    ])
    await startTestConsumer(kafka, settings, groupId)
    await until(async () => (await count()) === 3)
    const dead = () =>
      rowsOf<object>(
        clickhouse,
        'SELECT kafka_offset, kafka_line, reason, field, raw FROM dead_letters ORDER BY ALL',
      )
    await until(async () => (await dead()).length === 4)
    expect(await dead()).toMatchObject([
      { kafka_offset: 1, kafka_line: 0, reason: 'json', raw: 'nonsense' },
      { kafka_offset: 1, kafka_line: 2, reason: 'required', field: 'event_type', raw: '{"site_id":"demo"}' },
      { kafka_offset: 2, kafka_line: 0, reason: 'key_mismatch', field: 'site_id' },
      { kafka_offset: 3, kafka_line: 0, reason: 'empty' },
    ])
    const books =
      'SELECT sum(lines) AS lines, sum(rows) AS rows, sum(dead) AS dead, max(last_offset) AS last FROM ranges'
    await until(async () => (await rowsOf<{ last: number }>(clickhouse, books))[0]?.last === 4)
    expect(await rowsOf(clickhouse, books)).toEqual([{ lines: 7, rows: 3, dead: 4, last: 4 }])
  })

  it('goes on after the last stored range when it is started again', async () => {
    const { kafka, settings, clickhouse, count, groupId } = await start()
    await produce(kafka, [event('demo', 1)])
    const first = await startTestConsumer(kafka, settings, groupId)
    await until(async () => (await count()) === 1)
    await first.stop()
    await produce(kafka, [event('demo', 2)])
    await startTestConsumer(kafka, settings, groupId)
    await until(async () => (await count()) === 2)
    expect(await rowsOf(clickhouse, 'SELECT path FROM events ORDER BY path')).toEqual([
      { path: '/1' },
      { path: '/2' },
    ])
  })

  it('stores what it holds when it is stopped', async () => {
    const { kafka, settings, count, groupId } = await start()
    await produce(kafka, [event('demo', 1)])
    const consumer = await startTestConsumer(kafka, settings, groupId, {
      maxAgeMs: 600_000,
      quietAgeMs: 600_000,
    })
    await until(async () => {
      const { body } = await get(`${consumer.url}/metrics`)
      return /^held_bytes [1-9]/m.test(String(body['text']))
    })
    expect(await count()).toBe(0)
    await consumer.stop()
    expect(await count()).toBe(1)
  })

  it('waits for ClickHouse and loses nothing', async () => {
    const { kafka, settings, count, groupId } = await start()
    const { hostname, port } = new URL(settings.url)
    const proxy = await startTcpProxy({ host: hostname, port: Number(port) })
    const consumer = await startTestConsumer(
      kafka,
      { ...settings, url: `http://127.0.0.1:${proxy.port}` },
      groupId,
    )
    await produce(kafka, [event('demo', 0)])
    await until(async () => (await count()) === 1)
    await proxy.cut()
    await produce(kafka, [event('demo', 1), event('demo', 2)])
    await until(async () =>
      /^insert_retries_total [1-9]/m.test(String((await get(`${consumer.url}/metrics`)).body['text'])),
    )
    const ready = await get(`${consumer.url}/readyz`)
    expect(ready).toMatchObject({ status: 503, body: { checks: { kafka: 'ok', group: 'ok' } } })
    await proxy.mend()
    await until(async () => (await count()) === 3)
  })

  it('pauses fetching while ClickHouse does not answer, so that memory stays bounded', async () => {
    const { kafka, settings, count, groupId } = await start()
    const { hostname, port } = new URL(settings.url)
    const proxy = await openTcpProxy({ host: hostname, port: Number(port) })
    onTestFinished(proxy.close)
    const maxHeldBytes = 1_000_000
    const url = `http://127.0.0.1:${proxy.port}`
    const consumer = await startTestConsumer(kafka, { ...settings, url }, groupId, {
      maxRows: 1000,
      maxHeldBytes,
    })
    await produce(kafka, [event('demo', 0)])
    await until(async () => (await count()) === 1)
    proxy.set({ kind: 'hang' })
    const lines = Array.from({ length: 500 }, (_, n) => event('demo', n).value).join('\n')
    for (let sent = 0; sent < 200; sent += 1) await produce(kafka, [{ key: 'demo', value: lines }])
    const held = async () =>
      Number(/^held_bytes (\d+)/m.exec(String((await get(`${consumer.url}/metrics`)).body['text']))?.[1])
    await until(async () => (await held()) > 50_000)
    for (let look = 0; look < 20; look += 1) {
      expect(await held()).toBeLessThan(8 * maxHeldBytes)
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
    proxy.set({ kind: 'none' })
    await until(async () => (await count()) === 100_001)
  })

  it('goes on after what is stored where the group has forgotten how far it came', async () => {
    const { kafka, settings, clickhouse, count, groupId } = await start()
    await produce(kafka, [event('demo', 1)])
    const first = await startTestConsumer(kafka, settings, groupId)
    await until(async () => (await count()) === 1)
    await first.stop()
    await produce(kafka, [event('demo', 2)])
    await startTestConsumer(kafka, settings, freshName('group'))
    await until(async () => (await count()) >= 2)
    expect(await rowsOf(clickhouse, 'SELECT path FROM events ORDER BY path')).toEqual([
      { path: '/1' },
      { path: '/2' },
    ])
  })

  it('starts while ClickHouse is away, and stores all once it is there', async () => {
    const { kafka, settings, count, groupId } = await start()
    const { hostname, port } = new URL(settings.url)
    const proxy = await startTcpProxy({ host: hostname, port: Number(port) })
    await proxy.cut()
    await produce(kafka, [event('demo', 1)])
    const consumer = await startTestConsumer(
      kafka,
      { ...settings, url: `http://127.0.0.1:${proxy.port}` },
      groupId,
    )
    await until(async () => (await get(`${consumer.url}/readyz`)).body['checks'] !== undefined)
    await proxy.mend()
    await until(async () => (await count()) === 1)
  })

  it('shares the partitions with a second one, which loses nothing and stores nothing twice', async () => {
    const { kafka, settings, clickhouse, count, groupId } = await start()
    const sites = Array.from({ length: 30 }, (_, n) => `site-${n}`)
    const first = await startTestConsumer(kafka, settings, groupId)
    await untilReady(first.url)
    const second = await startTestConsumer(kafka, settings, groupId)
    await untilReady(second.url)
    for (let round = 0; round < 10; round += 1)
      await produce(
        kafka,
        sites.map((site) => event(site, round)),
      )
    await until(async () => (await count()) >= 300)
    await first.stop()
    await produce(
      kafka,
      sites.map((site) => event(site, 10)),
    )
    await until(async () => (await count()) >= 330)
    expect(
      await rowsOf(clickhouse, 'SELECT uniqExact(site_id, path) AS n, count() AS rows FROM events'),
    ).toEqual([{ n: 330, rows: 330 }])
  })

  it('ends with the reason where the topic does not fit', async () => {
    const { kafka, settings, groupId } = await start()
    const wanted = { ...kafka, topic: { ...kafka.topic, partitions: 7 } }
    const consumer = await startTestConsumer(wanted, settings, groupId)
    await expect(consumer.failed).rejects.toThrow(/KAFKA_PARTITIONS=6/)
  })
})
