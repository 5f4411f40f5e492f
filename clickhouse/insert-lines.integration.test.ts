import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Event } from '../event/event.ts'
import { parseEvent } from '../event/event.ts'
import { rowOf, sampleEvent } from '../test/support/event-rows.ts'
import { freshDatabase, openRequests, rowsOf } from '../test/support/fresh.ts'
import { ClickHouseError } from '@clickhouse/client'
import { isRefusedRows } from './errors.ts'
import { toDeadLetterRow } from './dead-letter-row.ts'
import { insertLines } from './insert-lines.ts'
import { deadLettersTarget, eventsTarget } from './insert-targets.ts'

function rows(events: Partial<Event>[]): Buffer[] {
  return events.map((event, line) => rowOf(event, { line }))
}

const topicId = '7e0e0f3a-6d52-4f0e-9a55-0c1d2e3f4a5b'
const farAhead = 4_000_000_000

async function start() {
  const { settings, clickhouse } = await freshDatabase()
  return { clickhouse, inserts: openRequests(settings) }
}

const insertOf = (lines: Buffer[], token: string, deadline = farAhead) => ({
  target: eventsTarget,
  lines,
  lineCount: lines.length,
  token,
  topicId,
  storedAt: 1_763_110_000,
  deadline,
  name: 'test/',
})

describe('the one INSERT', () => {
  it('stores an event with every field as it was sent', async () => {
    const { clickhouse, inserts } = await start()
    const event = { path: '/é?"\\', user_id: '😀', referrer: 'https://a.b/', properties: { plan: 'pro' } }
    await insertLines(inserts, insertOf(rows([event]), 't'))
    expect(await rowsOf(clickhouse, "SELECT *, toString(user_hash) != '' AS hashed FROM events")).toEqual([
      {
        ...sampleEvent,
        ...event,
        timestamp: '2025-11-14 00:00:00.000',
        received_at: '2025-11-14 08:46:40.123',
        kafka_topic_id: topicId,
        kafka_partition: 3,
        kafka_offset: 7,
        kafka_line: 0,
        stored_at: '2025-11-14 08:46:40',
        hashed: 1,
      },
    ])
  })

  it('stores the same rows, few or many in one go', async () => {
    const { clickhouse, inserts } = await start()
    const events = Array.from({ length: 5000 }, (_, n) => ({
      path: `/é/${n % 7}`,
      event_type: `type ${n % 3}`,
      properties: n % 2 === 0 ? { n, list: [n, 'x'] } : undefined,
    }))
    const all = rows(events)
    await insertLines(inserts, insertOf(all.slice(0, 2500), 'a'))
    await insertLines(inserts, insertOf(all.slice(2500), 'b'))
    const read = () => rowsOf(clickhouse, 'SELECT * FROM events ORDER BY kafka_line')
    const asFew = await read()
    expect(asFew).toHaveLength(5000)
    await clickhouse.command({ query: 'TRUNCATE TABLE events' })
    await insertLines(inserts, insertOf(all, 'c'))
    expect(await read()).toEqual(asFew)
  })

  it.each([2, 5000])(
    'stores %i rows as they are where columns of the table have other types by now',
    async (count) => {
      const { clickhouse, inserts } = await start()
      const events = Array.from({ length: count }, (_, n) => ({ path: `${n}`, user_id: `user ${n}` }))
      await clickhouse.command({ query: 'ALTER TABLE events MODIFY COLUMN path UInt64' })
      await clickhouse.command({ query: 'ALTER TABLE events MODIFY COLUMN kafka_line UInt16' })
      await insertLines(inserts, insertOf(rows(events), 't'))
      const wrong = "countIf(path != kafka_line OR user_id != concat('user ', toString(path))) AS wrong"
      expect(await rowsOf(clickhouse, `SELECT count() AS n, ${wrong} FROM events`)).toEqual([
        { n: count, wrong: 0 },
      ])
    },
  )

  it('stores the rows of one token once', async () => {
    const { clickhouse, inserts } = await start()
    for (const token of ['a', 'a', 'b']) await insertLines(inserts, insertOf(rows([{}, {}]), token))
    expect(await rowsOf(clickhouse, 'SELECT count() AS n FROM events')).toEqual([{ n: 4 }])
  })

  it('stores rows of more than a hundred months in one go', async () => {
    const { clickhouse, inserts } = await start()
    const months = Array.from({ length: 130 }, (_, month) => ({ timestamp: Date.UTC(2001, month, 2) }))
    await insertLines(inserts, insertOf(rows(months), 't'))
    expect(await rowsOf(clickhouse, 'SELECT count() AS n FROM events')).toEqual([{ n: 130 }])
  })

  it('is refused as a whole for one row that cannot be read, and says that the rows are to blame', async () => {
    const { clickhouse, inserts } = await start()
    const odd = rowOf({ properties: { plan: 'pro' } })
    const lines = [...rows([{}]), Buffer.from(odd.map((byte) => (byte === 0x7b ? 0x5b : byte)))]
    const error: unknown = await insertLines(inserts, insertOf(lines, 't')).catch((caught: unknown) => caught)
    expect(error).toBeInstanceOf(ClickHouseError)
    expect(isRefusedRows(error)).toBe(true)
    expect(await rowsOf(clickhouse, 'SELECT count() AS n FROM events')).toEqual([{ n: 0 }])
  })

  it('keeps the raw bytes of a dead letter, whatever they are', async () => {
    const { clickhouse, inserts } = await start()
    const raw = Buffer.from([0xff, 0x00, 0x0a, 0x22])
    const texts = { reason: 'json', field: '', message: 'é' }
    const place = { partition: 3, offset: 2 ** 40, line: 5, receivedAt: 1_763_110_000_123 }
    const lines = [toDeadLetterRow({ raw, key: raw.subarray(0, 1), ...texts, ...place })]
    await insertLines(inserts, { ...insertOf(lines, 't'), target: deadLettersTarget })
    expect(
      await rowsOf(
        clickhouse,
        'SELECT hex(raw) AS raw, hex(kafka_key) AS kafka_key, * EXCEPT (raw, kafka_key, stored_at) FROM dead_letters',
      ),
    ).toEqual([
      {
        raw: 'FF000A22',
        kafka_key: 'FF',
        ...texts,
        kafka_topic_id: topicId,
        kafka_partition: 3,
        kafka_offset: 2 ** 40,
        kafka_line: 5,
        received_at: '2025-11-14 08:46:40.123',
      },
    ])
  })
})

describe('properties (contract section 3)', () => {
  const leaf = fc.oneof(
    fc.string({ unit: 'grapheme' }),
    fc.boolean(),
    fc.maxSafeInteger(),
    fc.double({ min: -1e9, max: 1e9, noNaN: true }).map((value) => (Object.is(value, -0) ? 0 : value)),
    fc.constantFrom('2025-11-14', '2025-11-14T09:30:00Z', 'true', 'null', '17', '1e5', ''),
  )
  const list = fc.array(
    fc.oneof(
      leaf,
      fc.constant(null),
      fc.array(leaf, { maxLength: 3 }),
      fc.dictionary(fc.constantFrom('a', 'b'), leaf),
    ),
    { maxLength: 4 },
  )
  const key = fc.oneof(
    fc.string({ unit: 'grapheme', maxLength: 8 }),
    fc.constantFrom('a', 'b', 'a.b', '', '__proto__', 'type'),
  )
  const object = fc.dictionary(key, fc.oneof(leaf, list), { maxKeys: 5 })
  const properties = fc.dictionary(key, fc.oneof(leaf, list, object), { maxKeys: 6 })

  it('come back as they were sent', { timeout: 120_000 }, async () => {
    const { clickhouse, inserts } = await start()
    const seed = Number(process.env['SEED'] ?? 20251114)
    const samples = fc.sample(properties, { numRuns: 2000, seed }).map((sample) => JSON.stringify(sample))
    const kept = samples.flatMap((sample) => {
      const parsed = parseEvent(
        { site_id: 's', event_type: 't', properties: JSON.parse(sample) as unknown },
        0,
        () => sampleEvent.event_id,
      )
      return parsed.ok ? [parsed.event.properties] : []
    })
    expect(kept.length).toBeGreaterThan(800)
    await insertLines(inserts, insertOf(rows(kept.map((properties) => ({ properties }))), 't'))
    const stored = await rowsOf<{ properties: unknown }>(
      clickhouse,
      'SELECT properties FROM events ORDER BY kafka_line',
    )
    stored.forEach((row, index) =>
      expect(withoutEmptyObjects(row.properties)).toEqual(withoutEmptyObjects(kept[index] ?? {})),
    )
  })

  it('may have any keys at all: invented ones cost no open file each', async () => {
    const { clickhouse, inserts } = await start()
    const events = Array.from({ length: 3000 }, (_, n) => ({
      properties: Object.fromEntries(
        Array.from({ length: 20 }, (_, key) => [
          `k${(n * 20 + key) % 5000}`,
          [1, 'x', [1], true][(n + key) % 4],
        ]),
      ),
    }))
    await insertLines(inserts, insertOf(rows(events), 't'))
    const [parts] = await rowsOf<{ files: number }>(
      clickhouse,
      "SELECT max(files) AS files FROM system.parts WHERE database = currentDatabase() AND table = 'events'",
    )
    expect(parts?.files).toBeLessThan(1000)
    expect(
      await rowsOf(clickhouse, 'SELECT count() AS n FROM events WHERE isNotNull(properties.k4999)'),
    ).toEqual([{ n: 12 }])
  })

  it('can be queried by key, also where the key has a dot', async () => {
    const { clickhouse, inserts } = await start()
    await insertLines(inserts, insertOf(rows([{ properties: { 'a.b': 1, a: { b: 2 }, plan: 'pro' } }]), 't'))
    expect(
      await rowsOf(
        clickhouse,
        'SELECT properties.plan AS plan, properties.a.b AS nested, properties.`a%2Eb` AS dotted FROM events',
      ),
    ).toEqual([{ plan: 'pro', nested: 2, dotted: 1 }])
  })
})

/** ClickHouse keeps paths that have a value; an object without any has none. */
function withoutEmptyObjects(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutEmptyObjects)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).map(([key, item]) => [key, withoutEmptyObjects(item)] as const)
  return Object.fromEntries(entries.filter(([, item]) => JSON.stringify(item) !== '{}'))
}
