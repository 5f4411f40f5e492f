import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { toEventUuid } from './event-id.ts'
import { toLine } from './event-line.ts'
import { parseEvent } from './event.ts'
import { ScannedEvent, scanEvent } from './scan-event.ts'
import { plainAscii, plainUtf8 } from './scan-text.ts'
import { mostBytesAdded, writeLine } from './write-line.ts'

const receivedAt = Date.UTC(2025, 10, 14)
const seed = Number(process.env['SEED'] ?? 20251114)
const newId = '0b6f3c1e-6f0d-4c9e-8f2e-0d1c2b3a4f5e'

const good = { site_id: 'demo', event_type: 'view', timestamp: receivedAt, event_id: newId }

interface Scanned {
  sentId: string | null
  /** The canonical line that is written of it. */
  line: string
}

/** What the short way makes of a text that stands in the middle of others; null where it asks the schema. */
function scan(text: string): Scanned | null {
  const before = '{"site_id":"x"}\n'
  const bytes = Buffer.from(`${before}${text}\n{"site_id":"y"}`)
  const [at, end] = [before.length, before.length + Buffer.byteLength(text)]
  const event = new ScannedEvent()
  if (!scanEvent(bytes, at, end, plainUtf8, receivedAt, event)) return null
  // Whoever asks has to look at what stands behind it.
  if (bytes.toString('utf8', event.end, end).trim() !== '') return null
  const sentId = bytes.toString('utf8', event.idAt, event.idEnd) || null
  const site = bytes.toString('utf8', event.siteAt, event.siteEnd)
  const ids = Buffer.from(sentId === null ? newId : toEventUuid(site, sentId))
  const line = Buffer.alloc(event.end - at + mostBytesAdded)
  return { sentId, line: line.toString('utf8', 0, writeLine(bytes, event, receivedAt, ids, 0, line, 0)) }
}

/** Holds the short way against the schema. Returns whether it said yes. */
function agrees(text: string): boolean {
  const scanned = scan(text)
  if (!scanned) return false
  const parsed = parseEvent(JSON.parse(text), receivedAt, () => newId)
  if (!parsed.ok) throw new Error(`the schema refuses ${text}: ${JSON.stringify(parsed.faults)}`)
  expect(scanned.sentId).toBe(parsed.sentId)
  // Its properties stand there as they were sent, with the blanks between them, if any, and in their order.
  expect(JSON.parse(scanned.line)).toEqual(JSON.parse(toLine(parsed.event)))
  if (!parsed.event.properties) expect(scanned.line).toBe(toLine(parsed.event))
  return true
}

const oddText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 8 }),
  fc.string({ unit: 'grapheme-ascii', maxLength: 20 }),
  fc.constantFrom(
    '',
    '\0',
    '\ud800',
    'a\tb',
    '%2E',
    '__proto__',
    '1',
    newId,
    newId.toUpperCase(),
    '\u007f',
    '\u0085',
    'é',
  ),
  fc.integer({ min: 90, max: 2050 }).map((length) => 'x'.repeat(length)),
)
const oddTime = fc.constantFrom(
  '2025-11-13T23:59:59.999Z',
  '2025-11-13T23:59:59Z',
  '2025-11-13T23:59:60Z',
  '2025-11-13T23:59:59.12Z',
  '2025-11-13T23:59:59.123456+05:45',
  '2025-11-13t23:59:59z',
  '2024-02-29T00:00:00Z',
  '2025-02-29T00:00:00Z',
  '2025-04-31T00:00:00Z',
  '2025-12-31T24:00:00.000Z',
  '2025-1x-31T12:00:00.000Z',
  '0999-12-31T12:00:00.000Z',
  '1999-12-31T23:59:59Z',
  '2000-01-01T00:00:00.000Z',
  '2001-09-09T01:46:39.999Z',
  receivedAt + 86_400_000,
  receivedAt + 86_400_001,
  946_684_799_999,
  -1,
  1.5,
)
const oddNumber = fc.oneof(
  fc.double(),
  fc.integer(),
  fc.constantFrom(-0, 0, 1e21, 2 ** 53, 1e-6, 1e-7, 0.05, 12.5),
)
const oddValue = fc.oneof(
  ...[oddText, oddNumber, oddTime, fc.constantFrom<unknown>(null, undefined, true, false, [], {})],
  fc.jsonValue({ maxDepth: 3 }),
)
const name = fc.constantFrom(
  ...['site_id', 'event_type', 'path', 'user_id', 'timestamp', 'event_id', 'referrer', 'properties'],
  ...['userid', 'paths', 'event_if'],
)
const plainValue = fc.oneof(oddText, oddNumber, fc.boolean())
const properties = fc.oneof(
  fc.dictionary(oddText, oddValue, { maxKeys: 30 }),
  fc.dictionary(oddText, plainValue, { maxKeys: 6 }),
)
const sent = fc
  .tuple(
    fc.dictionary(name, oddValue, { maxKeys: 2 }),
    fc.option(properties, { nil: undefined }),
    fc.option(oddTime, { nil: undefined }),
  )
  .map(([changes, inside, timestamp]): object => ({
    ...good,
    ...(inside ? { properties: inside } : {}),
    ...(timestamp ? { timestamp } : {}),
    ...changes,
  }))

/** A text of the value, in a way that another sender might write it. */
const written = fc
  .tuple(
    sent,
    fc.constantFrom(undefined, ' ', '\t', '  '),
    fc.array(fc.tuple(fc.nat(400), oddBytes()), { maxLength: 1 }),
  )
  .map(([value, indent, spoiled]) => {
    const text = JSON.stringify(value, null, indent).replaceAll('\n', indent === undefined ? '\n' : ' ')
    const spoil = (before: string, [at, by]: [number, string]) =>
      before.slice(0, at) + by + before.slice(at + 1)
    // What is sent is bytes: half a surrogate pair is lost on the way to them.
    return spoiled.reduce(spoil, text).toWellFormed()
  })

function oddBytes() {
  const pieces = [
    '',
    '"',
    '\\',
    '{',
    '}',
    ',',
    ':',
    ' ',
    '0',
    '.',
    'e',
    '-',
    '\n',
    '\r',
    'null',
    '"path":"/",',
    '\u0001',
  ]
  return fc.constantFrom(...pieces)
}

describe('the short way to an event', () => {
  it('gives what the schema gives, wherever it says yes', () => {
    let taken = 0
    fc.assert(
      fc.property(written, (text) => {
        if (agrees(text)) taken += 1
      }),
      { numRuns: 30_000, seed },
    )
    expect(taken).toBeGreaterThan(1000)
  })

  const event = (more: object) => JSON.stringify({ site_id: 'demo', event_type: 'view', ...more })
  it.each([
    event({}),
    event({
      path: '/',
      user_id: 'u',
      event_id: 'order-17',
      properties: { plan: 'pro', n: 1, share: 0.05, is: true },
    }),
    event({ timestamp: '2025-11-13T23:59:59.999Z' }),
    event({ timestamp: '2025-11-13T23:59:59Z', path: '/düne', user_id: '😀' }),
    event({ timestamp: '2025-11-13T23:59:59.123456+00:00' }),
    event({ path: null, user_id: '', timestamp: null, event_id: null, referrer: null, properties: null }),
    ' {"site_id": "demo", "event_type" : "view" , "properties": {"plan": "pro", "n": -12.5}} '.trim(),
    toLine({ ...good, path: '/', user_id: 'u', referrer: 'r', properties: { n: 1 } }),
  ])('says yes to what most senders write: %s', (text) => expect(agrees(text)).toBe(true))

  it.each([
    '{}',
    event({ site_id: '' }),
    event({ userid: 'u' }),
    event({ path: 'a"b' }),
    event({ site_id: 'düne' }),
    event({ site_id: 'a\u007f' }),
    event({ properties: {} }),
    event({ properties: { deep: { er: 1 } } }),
    event({ properties: { 'a%2Eb': 1 } }),
    event({ timestamp: 1_763_000_000 }),
    '{"site_id":"demo","site_id":"other","event_type":"view"}',
    '{"site_id":"demo","event_type":"view","properties":{"a":1,"a":2}}',
    '{"site_id":"demo",\n"event_type":"view"}',
    '{"site_id":"demo","event_type":"view","properties":{"a":\n1}}',
    '{"site_id":"demo","event_type":"view","timestamp":01763078400000}',
    '{"site_id":"demo","event_type":"view"',
    '{"site_id":"demo","event_type":"view',
    '{"site_id":"demo","event_type":"view",}',
  ])('asks the schema about %s', (text) => expect(scan(text)).toBeNull())

  it('asks the schema about what is beyond ASCII, where nobody knows that it is UTF-8', () => {
    const isFound = (text: string) => {
      const bytes = Buffer.from(text)
      return scanEvent(bytes, 0, bytes.length, plainAscii, receivedAt, new ScannedEvent())
    }
    expect(isFound(event({ path: '/dune', properties: { plan: 'pro' } }))).toBe(true)
    expect(isFound(event({ path: '/düne' }))).toBe(false)
    expect(isFound(event({ properties: { plan: 'prö' } }))).toBe(false)
    expect(isFound(event({ properties: { plän: 'pro' } }))).toBe(false)
  })

  it('reads no further than it is told, though an event goes on there', () => {
    const bytes = Buffer.from('{"site_id":"demo","event_type":"view","path":"/"}')
    for (let end = 0; end < bytes.length; end += 1) {
      expect(scanEvent(bytes, 0, end, plainUtf8, receivedAt, new ScannedEvent())).toBe(false)
    }
  })
})
