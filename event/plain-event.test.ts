import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseBySchema } from './event.ts'
import { readPlainEvent } from './plain-event.ts'

const receivedAt = Date.UTC(2025, 10, 14)
const seed = Number(process.env['SEED'] ?? 20251114)

const good = {
  site_id: 'demo',
  event_type: 'view',
  timestamp: receivedAt,
  event_id: '0b6f3c1e-6f0d-4c9e-8f2e-0d1c2b3a4f5e',
}

const oddText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 8 }),
  fc.constantFrom('', '\0', '\ud800', 'a\tb', '%2E', '__proto__', good.event_id, good.event_id.toUpperCase()),
  fc.integer({ min: 90, max: 2050 }).map((length) => 'x'.repeat(length)),
)
const oddValue = fc.oneof(
  oddText,
  fc.constantFrom<unknown>(
    null,
    undefined,
    true,
    [],
    {},
    -0,
    0,
    1.5,
    Infinity,
    2 ** 53,
    -1,
    receivedAt + 86_400_001,
    '2025-11-13T23:59:59.999Z',
    '2025-11-13T23:59:59Z',
    '2025-11-13T23:59:60Z',
    '2025-02-29T00:00:00Z',
    '1999-12-31T23:59:59Z',
  ),
  fc.jsonValue({ maxDepth: 5 }),
)
const name = fc.constantFrom(
  'site_id',
  'event_type',
  'path',
  'user_id',
  'timestamp',
  'event_id',
  'referrer',
  'properties',
  'userid',
)
const properties = fc.dictionary(oddText, oddValue, { maxKeys: 40 })
const mutated = fc
  .tuple(fc.dictionary(name, oddValue, { maxKeys: 2 }), fc.option(properties, { nil: undefined }))
  .map(([changes, inside]): object => ({ ...good, ...(inside ? { properties: inside } : {}), ...changes }))

describe('the short way to an event', () => {
  it('gives what the schema gives, wherever it says yes', () => {
    let taken = 0
    const agree = (input: unknown) => {
      const plain = readPlainEvent(input, receivedAt, () => 'new')
      if (!plain) return
      taken += 1
      expect(parseBySchema(input, receivedAt, () => 'new')).toEqual({ ok: true, ...plain })
    }
    fc.assert(fc.property(fc.oneof(mutated, fc.jsonValue()), agree), { numRuns: 20_000, seed })
    expect(taken).toBeGreaterThan(500)
  })

  it('says yes to what ingest writes, and to what most senders do', () => {
    const usual = [
      { ...good, path: '/', user_id: 'u', properties: { plan: 'pro', n: 1 } },
      { ...good, timestamp: '2025-11-13T23:59:59.999Z', event_id: undefined },
      { site_id: 'demo', event_type: 'view' },
    ]
    for (const sent of usual) expect(readPlainEvent(sent, receivedAt, () => 'new')).not.toBeNull()
  })
})
