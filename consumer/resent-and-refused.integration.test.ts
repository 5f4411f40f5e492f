import { randomUUID } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { rowsOf } from '../test/support/fresh.ts'
import { startTestConsumer, until } from '../test/support/pipeline.ts'
import { produce } from '../test/support/produce.ts'
import { event, startWorld } from '../test/support/consumer-world.ts'

describe('an event that is sent again', () => {
  const id = randomUUID()
  const old = { event_id: id, timestamp: '2024-05-06T07:08:09Z' }

  it('is one row and counted as a duplicate: in one record, in another, after a restart', async () => {
    const world = await startWorld()
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
    const world = await startWorld()
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
    const world = await startWorld()
    for (const table of ['events', 'events_trial']) {
      await world.clickhouse.command({ query: `ALTER TABLE ${table} DROP COLUMN properties` })
      await world.clickhouse.command({ query: `ALTER TABLE ${table} ADD COLUMN properties JSON(n Int64)` })
    }
    await startTestConsumer(world.kafka, world.settings, world.groupId)
    const events = [1, 2, 'poison', 3].map((n) => event(`/${n}`, { properties: { n } }))
    await produce(world.kafka, [...events, event('/4', { properties: { n: 'worse' } })])
    await until(async () => (await world.books())?.next === 5)
    expect(await world.paths()).toEqual(['/1', '/2', '/3'])
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
