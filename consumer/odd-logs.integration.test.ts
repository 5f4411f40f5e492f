import { describe, expect, it } from 'vitest'
import { withAdmin } from '../kafka/client.ts'
import { partitionOf } from '../kafka/partition-of.ts'
import { readTopicId } from '../kafka/topic-id.ts'
import { ensureTopic } from '../kafka/topics.ts'
import { freshName, rowsOf } from '../test/support/fresh.ts'
import { startTestConsumer, until } from '../test/support/pipeline.ts'
import { produce } from '../test/support/produce.ts'
import { dropRecords, event, startWorld } from '../test/support/consumer-world.ts'
import { get } from '../test/support/http.ts'
import { startTcpProxy } from '../test/support/tcp-proxy.ts'

describe('a log that is not what it was', () => {
  it('that was made anew is read from its start, though the group knows higher offsets', async () => {
    const world = await startWorld()
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
    const world = await startWorld()
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

  it('that Kafka drops where the consumer would go on is read from its new start, beside others that flow', async () => {
    const world = await startWorld(2)
    const { hostname, port } = new URL(world.settings.url)
    const proxy = await startTcpProxy({ host: hostname, port: Number(port) })
    const settings = { ...world.settings, url: `http://127.0.0.1:${proxy.port}` }
    const consumer = await startTestConsumer(world.kafka, settings, world.groupId, { maxRows: 10 })
    const [steady = '', dropped = ''] = [0, 1].map((partition) =>
      ['a', 'b', 'c', 'd', 'e', 'f', 'g'].find((site) => partitionOf(site, 2) === partition),
    )
    const send = (site: string, path: string) =>
      produce(world.kafka, [
        { key: site, value: JSON.stringify({ site_id: site, event_type: 'view', path }) },
      ])
    await send(dropped, '/first')
    await until(async () => (await world.paths()).length === 1)
    await proxy.cut()
    // More than a range, twice: one is held, one waits, and what follows is not fetched.
    for (let n = 0; n < 40; n += 1) await send(dropped, `/${n}`)
    await dropRecords(world, 1, 41)
    await send(dropped, '/last')
    await proxy.mend()
    await until(async () => {
      await send(steady, '/steady')
      return (await world.paths()).includes('/last')
    })
    const { text } = (await get(`${consumer.url}/metrics`)).body
    const expired = Number(/^events_expired_total (\d+)/m.exec(String(text))?.[1])
    expect(expired).toBeGreaterThan(0)
    const stored = (await world.paths()).filter((path) => path !== '/steady')
    expect(stored).toHaveLength(new Set(stored).size)
    expect(stored.length + expired).toBe(42)
  })

  it('may have transactions in it, whose markers take offsets, and aborted ones, which are not stored', async () => {
    const world = await startWorld()
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
    const holes = await rowsOf<{ first: number; last: number }>(
      world.clickhouse,
      'SELECT first_offset AS first, last_offset AS last FROM ranges ORDER BY first',
    )
    holes.forEach(({ first }, at) => expect(first).toBe(at === 0 ? 0 : (holes[at - 1]?.last ?? 0) + 1))
  })

  it('may have more aborted in a row than one fetch brings', async () => {
    const world = await startWorld()
    await startTestConsumer(world.kafka, world.settings, world.groupId)
    await produce(world.kafka, [event('/before')])
    const producer = world.client.producer({
      transactionalId: freshName('tx'),
      maxInFlightRequests: 1,
      idempotent: true,
    })
    await producer.connect()
    const transaction = await producer.transaction()
    for (let times = 0; times < 5; times += 1) {
      const padded = { key: 'demo', value: JSON.stringify({ site_id: 'demo', path: '/x'.repeat(300_000) }) }
      await transaction.send({ topic: world.source.topic, messages: [padded] })
    }
    await transaction.abort()
    await producer.disconnect()
    await produce(world.kafka, [event('/after')])
    await until(async () => (await world.paths()).includes('/after'))
    expect(await world.paths()).toEqual(['/after', '/before'])
  })
})
