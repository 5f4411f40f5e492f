// Which events are stored, asked about more sites and days than one question may hold.
import { randomUUID } from 'node:crypto'
import { expect, it } from 'vitest'
import { freshDatabase } from '../test/support/fresh.ts'
import { queryHorizon, queryStoredIds } from './stored-events.ts'

const topicId = '7e0e0f3a-6d52-4f0e-9a55-0c1d2e3f4a5b'
const dayMs = 86_400_000

it('knows up to when events lie that were received before a moment, and which sites were ahead', async () => {
  const { clickhouse } = await freshDatabase()
  const since = Date.UTC(2025, 0, 1)
  const horizon = () => queryHorizon(clickhouse, since, 300_000)
  const insert = (site_id: string, timestamp: number, received_at: number) =>
    clickhouse.insert({
      table: 'events',
      values: [{ site_id, event_type: 'view', event_id: randomUUID(), timestamp, received_at }],
      columns: ['site_id', 'event_type', 'event_id', 'timestamp', 'received_at'],
      format: 'JSONEachRow',
    })
  await insert('now', since + 60_000, since)
  expect(await horizon()).toEqual({ all: -Infinity, sites: new Map() })
  await insert('old', since - dayMs, since - 1)
  expect(await horizon()).toEqual({ all: since - 300_000, sites: new Map() })
  await insert('late', since - 5000, since - 1)
  await insert('ahead', since + 400_000, since - 1)
  expect(await horizon()).toEqual({ all: since - 5000, sites: new Map([['ahead', since + 400_000]]) })
})

it.each([
  ['of many tenants', () => randomUUID()],
  ['whose names are long', (number: number) => '店'.repeat(250) + String(number)],
  ['whose names are full of quotes', (number: number) => `'\\`.repeat(120) + String(number)],
])(
  'finds the stored ones among events of thousands of sites %s, each of a day of its own',
  async (_, nameOf) => {
    const { clickhouse } = await freshDatabase()
    const events = Array.from({ length: 6000 }, (_, number) => ({
      site: nameOf(number),
      eventId: randomUUID(),
      timestamp: Date.UTC(2004, 0, 1) + number * dayMs,
    }))
    const stored = events.filter((_, number) => number % 500 === 3)
    await clickhouse.insert({
      table: 'events',
      values: stored.map(({ site, eventId, timestamp }) => ({
        site_id: site,
        event_type: 'view',
        event_id: eventId,
        timestamp,
      })),
      columns: ['site_id', 'event_type', 'event_id', 'timestamp'],
      format: 'JSONEachRow',
    })
    const found = await queryStoredIds(clickhouse, events, {
      topic: 'events',
      topicId,
      partition: 0,
      first: 0,
    })
    expect(found).toEqual(new Set(stored.map(({ site, eventId }) => `${site}\0${eventId}`)))
  },
)
