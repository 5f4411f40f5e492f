// The checks see what is wrong: each is shown a table with one fault.
import { describe, expect, it } from 'vitest'
import type { ClickHouse } from '../../clickhouse/client.ts'
import { freshDatabase } from '../../test/support/fresh.ts'
import { createRunEvents } from '../events/event-of.ts'
import { createLedger } from '../events/ledger.ts'
import { toEventUuid } from '../../event/event-id.ts'
import { checkBooks } from './books.ts'
import { compareIds } from './compare-ids.ts'

const events = createRunEvents({ seed: 5, partitions: 6, base: Date.UTC(2026, 4, 20) })
const all = Array.from({ length: 200 }, (_, number) => number)

async function start(stored: readonly number[]) {
  const { clickhouse } = await freshDatabase()
  const ledger = createLedger()
  ledger.take(all.length + 1)
  for (const number of all) ledger.acknowledge(number)
  await insert(clickhouse, stored)
  return { clickhouse, ledger }
}

async function insert(clickhouse: ClickHouse, numbers: readonly number[], site?: string): Promise<void> {
  const values = numbers.map((number) => {
    const { site_id, event_id } = events.eventOf(number)
    return { site_id, event_id: toEventUuid(site ?? site_id, site ? `${site} ${event_id}` : event_id) }
  })
  await clickhouse.insert({
    table: 'events',
    values,
    columns: ['site_id', 'event_id'],
    format: 'JSONEachRow',
  })
}

describe('comparing ids', () => {
  it('finds nothing wrong where each acknowledged event is stored once', async () => {
    const { clickhouse, ledger } = await start(all)
    const check = await compareIds(clickhouse, events, ledger)
    expect(check).toMatchObject({ rows: all.length, lost: 0, doubled: 0, unknown: 0, unacknowledged: 0 })
  })

  it('names an event that is lost', async () => {
    const { clickhouse, ledger } = await start(all.slice(1))
    const { lost, lostSample } = await compareIds(clickhouse, events, ledger)
    expect([lost, lostSample]).toEqual([1, [expect.stringContaining(events.eventOf(0).event_id)]])
  })

  it('names an event that is there twice, by whatever kind of id', async () => {
    for (const number of [3, 63]) {
      const { clickhouse, ledger } = await start([...all, number])
      const { site_id, event_id } = events.eventOf(number)
      const check = await compareIds(clickhouse, events, ledger)
      expect([check.doubled, check.doubledSample]).toEqual([1, [toEventUuid(site_id, event_id)]])
    }
  })

  it('names a row that nobody sent', async () => {
    const { clickhouse, ledger } = await start(all)
    await insert(clickhouse, [0], 'stranger')
    expect((await compareIds(clickhouse, events, ledger)).unknown).toBe(1)
  })

  it('lets an event be there that was sent but never acknowledged, once', async () => {
    const { clickhouse, ledger } = await start([...all, all.length])
    expect(await compareIds(clickhouse, events, ledger)).toMatchObject({
      unacknowledged: 1,
      doubled: 0,
      lost: 0,
    })
  })
})

describe('comparing the books', () => {
  const noPoison = { acknowledged: 0, attempts: 0 }
  const book = async (clickhouse: ClickHouse, row: object) => {
    const values = [
      { topic: 'events', kafka_partition: 0, first_offset: 0, last_offset: 9, site_id: 'a', ...row },
    ]
    await clickhouse.insert({ table: 'ranges', values, format: 'JSONEachRow' })
  }
  const rows = { rows: all.length, stored: all.length }

  it('finds nothing wrong where they fit', async () => {
    const { clickhouse, ledger } = await start(all)
    await book(clickhouse, { lines: 200, rows: 200, duplicates: 0, dead: 0 })
    expect((await checkBooks(clickhouse, ledger, noPoison, rows)).faults).toEqual([])
  })

  it('says which sums differ', async () => {
    const { clickhouse, ledger } = await start(all)
    await book(clickhouse, { lines: 202, rows: 199, duplicates: 0, dead: 1 })
    ledger.acknowledge(0)
    const { faults } = await checkBooks(clickhouse, ledger, { acknowledged: 1, attempts: 1 }, rows)
    expect(faults).toEqual([
      '202 lines are not 199 + 0 + 1',
      'the books have 199 rows, the table 200',
      'the books have 1 dead letters, the table 0',
      '0 duplicates, 1 at least',
      '1 poison records are no dead letters: 0',
    ])
  })
})
