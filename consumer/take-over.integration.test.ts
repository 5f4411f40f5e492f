import { toEventUuid } from '../event/event-id.ts'
import { onTestFinished, describe, expect, it, vi } from 'vitest'
import { openTcpProxy } from '../faults/proxy/tcp-proxy.ts'
import { get } from '../test/support/http.ts'
import { startTestConsumer, until, untilReady } from '../test/support/pipeline.ts'
import { produce } from '../test/support/produce.ts'
import {
  commitLease,
  dropRecords,
  event,
  startWorld,
  storedAtOfTests,
  storeRows,
} from '../test/support/consumer-world.ts'
import { readStoreClock } from '../test/support/store-clock.ts'

/** As the consumer makes it of the ids that the copies carry. */
const toId = (offset: number) => toEventUuid('demo', `/${offset}`)

/** The lease of a consumer whose last insert may have landed up to a moment, seconds since 1970. */
const leaseUntil = (until: number) => ({ since: storedAtOfTests, until })

describe('lines that a consumer was storing when it died', () => {
  const fourEvents = ['/0', '/1', '/2', '/3'].map((path) => event(path))

  it.each([
    ['were not stored', []],
    ['were stored in part', [0, 2]],
    ['were stored but for their books', [0, 1, 2]],
  ])('that %s are stored once, and so is what follows', async (_name, stored) => {
    const world = await startWorld()
    await produce(world.kafka, fourEvents)
    await commitLease(world, 0, leaseUntil(1))
    if (stored.length > 0) await storeRows(world, stored, null)
    await startTestConsumer(world.kafka, world.settings, world.groupId)
    await until(async () => (await world.books())?.next === 4)
    expect(await world.paths()).toEqual(['/0', '/1', '/2', '/3'])
    expect(await world.books()).toEqual({ lines: 4, rows: 4, duplicates: 0, dead: 0, next: 4 })
  })

  it.each([
    ['not at all', [], false],
    ['in part', [0, 2], false],
    ['wholly', [0, 1, 2], true],
  ])(
    'that were stored %s are known before their copies that follow are judged',
    async (_name, stored, isWhole) => {
      const world = await startWorld()
      const sent = ['/0', '/1', '/2'].map((path) => event(path, { event_id: path }))
      await produce(world.kafka, [...sent, ...sent, event('/3')])
      await commitLease(world, 0, leaseUntil(1))
      if (stored.length > 0) await storeRows(world, stored, isWhole ? { first: 0, last: 2 } : null, toId)
      await startTestConsumer(world.kafka, world.settings, world.groupId)
      await until(async () => (await world.books())?.next === 7)
      expect(await world.paths()).toEqual(['/0', '/1', '/2', '/3'])
      expect(await world.books()).toMatchObject({ lines: 7, rows: 4, duplicates: 3 })
    },
  )

  it('that were stored wholly are not stored again', async () => {
    const world = await startWorld()
    await produce(world.kafka, fourEvents)
    await commitLease(world, 0, leaseUntil(1))
    await storeRows(world, [0, 1, 2], { first: 0, last: 2 })
    await startTestConsumer(world.kafka, world.settings, world.groupId)
    await until(async () => (await world.books())?.next === 4)
    expect(await world.paths()).toEqual(['/0', '/1', '/2', '/3'])
  })

  it('are waited for until the lease is over', async () => {
    const world = await startWorld()
    await produce(world.kafka, fourEvents)
    const leaseEnd = Math.ceil(await readStoreClock(world.clickhouse)) + 4
    await commitLease(world, 0, leaseUntil(leaseEnd))
    await startTestConsumer(world.kafka, world.settings, world.groupId)
    await until(async () => (await world.paths()).length > 0)
    expect(await readStoreClock(world.clickhouse)).toBeGreaterThanOrEqual(leaseEnd)
    await until(async () => (await world.books())?.next === 4)
    expect(await world.paths()).toEqual(['/0', '/1', '/2', '/3'])
  })

  it('are stored once, though several after it died before their books', async () => {
    const world = await startWorld()
    await produce(world.kafka, fourEvents)
    await commitLease(world, 0, leaseUntil(1))
    await storeRows(world, [0, 2], null)
    await world.clickhouse.command({ query: 'ALTER TABLE ranges ADD CONSTRAINT none CHECK lines < 0' })
    for (let times = 0; times < 2; times += 1) {
      const consumer = await startTestConsumer(world.kafka, world.settings, world.groupId)
      await until(async () =>
        /^insert_retries_total [1-9]/m.test(String((await get(`${consumer.url}/metrics`)).body['text'])),
      )
      await consumer.stop()
      expect(await world.paths()).toEqual(['/0', '/1', '/2', '/3'])
    }
    await world.clickhouse.command({ query: 'ALTER TABLE ranges DROP CONSTRAINT none' })
    await startTestConsumer(world.kafka, world.settings, world.groupId)
    await until(async () => (await world.books())?.next === 4)
    expect(await world.paths()).toEqual(['/0', '/1', '/2', '/3'])
    expect(await world.books()).toMatchObject({ lines: 4, rows: 4 })
  })

  it('that Kafka has dropped since are in the books', async () => {
    const world = await startWorld()
    await produce(world.kafka, fourEvents)
    await commitLease(world, 0, leaseUntil(1))
    await storeRows(world, [0, 1], null)
    await dropRecords(world, 0, 3)
    const consumer = await startTestConsumer(world.kafka, world.settings, world.groupId)
    await until(async () => (await world.books())?.next === 4)
    expect(await world.paths()).toEqual(['/0', '/1', '/3'])
    expect(await world.books()).toMatchObject({ lines: 3, rows: 3 })
    expect(String((await get(`${consumer.url}/metrics`)).body['text'])).toMatch(/^events_expired_total 1/m)
  })
})

describe('a consumer that owes only a commit, on a topic of which nothing is left to read', () => {
  it('stops all the same', async () => {
    const world = await startWorld()
    await produce(world.kafka, [event('/0'), event('/1')])
    await commitLease(world, 0, leaseUntil(1))
    await storeRows(world, [0, 1], { first: 0, last: 1 })
    await dropRecords(world, 0, 2)
    const consumer = await startTestConsumer(world.kafka, world.settings, world.groupId)
    await untilReady(consumer.url)
    await consumer.stop()
    expect(await world.paths()).toEqual(['/0', '/1'])
  })
})

describe('an insert whose answer is lost', () => {
  it('is looked for, and neither repeated nor forgotten', async () => {
    const world = await startWorld()
    const { hostname, port } = new URL(world.settings.url)
    const proxy = await openTcpProxy({ host: hostname, port: Number(port) })
    onTestFinished(proxy.close)
    const settings = { ...world.settings, url: `http://127.0.0.1:${proxy.port}` }
    const consumer = await startTestConsumer(world.kafka, settings, world.groupId)
    await produce(world.kafka, [event('/a')])
    // The books are written last: what is swallowed from here on belongs to the next range.
    await until(async () => (await world.books())?.rows === 1)
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

  it("holds up its partition no longer where the consumer's own clock is a day ahead", async () => {
    const world = await startWorld()
    const { hostname, port } = new URL(world.settings.url)
    const proxy = await openTcpProxy({ host: hostname, port: Number(port) })
    onTestFinished(proxy.close)
    const settings = { ...world.settings, url: `http://127.0.0.1:${proxy.port}` }
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 86_400_000 })
    onTestFinished(() => void vi.useRealTimers())
    await startTestConsumer(world.kafka, settings, world.groupId)
    vi.useRealTimers()
    await produce(world.kafka, [event('/a')])
    await until(async () => (await world.books())?.rows === 1)
    proxy.set({ kind: 'swallow' })
    await produce(world.kafka, [event('/b')])
    await until(async () => (await world.paths()).length === 2)
    proxy.set({ kind: 'none' })
    await produce(world.kafka, [event('/c')])
    await until(async () => (await world.books())?.next === 3)
    expect(await world.paths()).toEqual(['/a', '/b', '/c'])
  })
})
