import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Event } from '../event/event.ts'
import { parseEvent } from '../event/event.ts'
import { rowOf, sampleEvent } from '../test/support/event-rows.ts'
import { freshDatabase, rowsOf } from '../test/support/fresh.ts'
import { ClickHouseError } from '@clickhouse/client'
import { isRefusedRows } from './errors.ts'
import { deadLettersTarget, eventsTarget, insertLines } from './insert-lines.ts'

function rows(events: Partial<Event>[]): Buffer[] {
  return events.map((event, line) => rowOf(event, { line }))
}

const topicId = '7e0e0f3a-6d52-4f0e-9a55-0c1d2e3f4a5b'
const farAhead = 4_000_000_000

const insertOf = (lines: Buffer[], token: string, deadline = farAhead) => ({
  target: eventsTarget,
  lines,
  lineCount: lines.length,
  token,
  constants: { topicId, storedAt: 1_763_110_000 },
  deadline,
  name: 'test/',
})

describe('the one INSERT', () => {
  it('stores an event with every field as it was sent', async () => {
    const { clickhouse } = await freshDatabase()
    const event = { path: '/é?"\\', user_id: '😀', referrer: 'https://a.b/', properties: { plan: 'pro' } }
    await insertLines(clickhouse, insertOf(rows([event]), 't'))
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

  it('stores the rows of one token once', async () => {
    const { clickhouse } = await freshDatabase()
    for (const token of ['a', 'a', 'b']) await insertLines(clickhouse, insertOf(rows([{}, {}]), token))
    expect(await rowsOf(clickhouse, 'SELECT count() AS n FROM events')).toEqual([{ n: 4 }])
  })

  it('stores rows of more than a hundred months in one go', async () => {
    const { clickhouse } = await freshDatabase()
    const months = Array.from({ length: 130 }, (_, month) => ({ timestamp: Date.UTC(2001, month, 2) }))
    await insertLines(clickhouse, insertOf(rows(months), 't'))
    expect(await rowsOf(clickhouse, 'SELECT count() AS n FROM events')).toEqual([{ n: 130 }])
  })

  it('is refused as a whole for one row that cannot be read, and says that the rows are to blame', async () => {
    const { clickhouse } = await freshDatabase()
    const odd = rowOf({ properties: { plan: 'pro' } })
    const lines = [...rows([{}]), Buffer.from(odd.map((byte) => (byte === 0x7b ? 0x5b : byte)))]
    const error: unknown = await insertLines(clickhouse, insertOf(lines, 't')).catch(
      (caught: unknown) => caught,
    )
    expect(error).toBeInstanceOf(ClickHouseError)
    expect(isRefusedRows(error)).toBe(true)
    expect(await rowsOf(clickhouse, 'SELECT count() AS n FROM events')).toEqual([{ n: 0 }])
  })

  it('keeps the raw bytes of a dead letter, whatever they are', async () => {
    const { clickhouse } = await freshDatabase()
    const raw = Buffer.from([0xff, 0x00, 0x0a, 0x22])
    const line = {
      raw: raw.toString('base64'),
      reason: 'json',
      field: '',
      message: 'm',
      kafka_key: '',
      kafka_partition: 3,
      kafka_offset: 1,
      kafka_line: 0,
      received_at: 1,
    }
    const lines = [Buffer.from(`${JSON.stringify(line)}\n`)]
    await insertLines(clickhouse, { ...insertOf(lines, 't'), target: deadLettersTarget })
    expect(await rowsOf(clickhouse, 'SELECT hex(raw) AS raw FROM dead_letters')).toEqual([
      { raw: 'FF000A22' },
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
    const { clickhouse } = await freshDatabase()
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
    await insertLines(clickhouse, insertOf(rows(kept.map((properties) => ({ properties }))), 't'))
    const stored = await rowsOf<{ properties: unknown }>(
      clickhouse,
      'SELECT properties FROM events ORDER BY kafka_line',
    )
    stored.forEach((row, index) =>
      expect(withoutEmptyObjects(row.properties)).toEqual(withoutEmptyObjects(kept[index] ?? {})),
    )
  })

  it('may have any keys at all: invented ones cost no open file each', async () => {
    const { clickhouse } = await freshDatabase()
    const events = Array.from({ length: 3000 }, (_, n) => ({
      properties: Object.fromEntries(
        Array.from({ length: 20 }, (_, key) => [
          `k${(n * 20 + key) % 5000}`,
          [1, 'x', [1], true][(n + key) % 4],
        ]),
      ),
    }))
    await insertLines(clickhouse, insertOf(rows(events), 't'))
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
    const { clickhouse } = await freshDatabase()
    await insertLines(
      clickhouse,
      insertOf(rows([{ properties: { 'a.b': 1, a: { b: 2 }, plan: 'pro' } }]), 't'),
    )
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
