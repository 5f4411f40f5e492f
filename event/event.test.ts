import { describe, expect, it } from 'vitest'
import { parseEvent } from './event.ts'
import type { FaultCode } from './fault-code.ts'

const receivedAt = Date.UTC(2025, 10, 14, 9, 30)
const least = { site_id: 'demo', event_type: 'page_view' }
const parse = (input: unknown) => parseEvent(input, receivedAt, () => 'made')

function eventOf(fields: object) {
  const parsed = parse({ ...least, ...fields })
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults))
  return parsed.event
}

function faultsOf(input: unknown): [string, FaultCode][] {
  const parsed = parse(input)
  return parsed.ok ? [] : parsed.faults.map(({ field, code }) => [field, code])
}

describe('an event (contract section 3)', () => {
  it('needs site_id and event_type and nothing else', () => {
    expect(eventOf({})).toEqual({
      ...least,
      path: '',
      user_id: '',
      timestamp: receivedAt,
      event_id: 'made',
      referrer: '',
      properties: undefined,
    })
  })

  it.each([
    ['site_id', 255],
    ['event_type', 100],
    ['path', 2048],
    ['user_id', 255],
    ['event_id', 128],
    ['referrer', 2048],
  ])('%s takes %i UTF-16 units and no more', (field, length) => {
    expect(faultsOf({ ...least, [field]: '😀'.repeat(length / 2) + 'x'.repeat(length % 2) })).toEqual([])
    expect(faultsOf({ ...least, [field]: 'x'.repeat(length + 1) })).toEqual([[field, 'too_long']])
  })

  it.each(['site_id', 'event_type', 'path', 'user_id', 'event_id', 'referrer'])('%s is text', (field) => {
    for (const value of [5, true, {}, ['x']])
      expect(faultsOf({ ...least, [field]: value })).toEqual([[field, 'type']])
  })

  it.each(['path', 'user_id', 'timestamp', 'event_id', 'referrer', 'properties'])(
    '%s counts as absent when it is null or empty',
    (field) => {
      expect(eventOf({ [field]: null })).toEqual(eventOf({}))
      expect(eventOf({ [field]: '' })).toEqual(eventOf({}))
    },
  )

  it.each(['site_id', 'event_type'])('%s is required: null and empty are missing', (field) => {
    for (const value of [undefined, null, '']) {
      expect(faultsOf({ ...least, [field]: value })).toEqual([[field, 'required']])
    }
  })

  it('site_id holds no control characters', () => {
    expect(faultsOf({ ...least, site_id: 'a\tb' })).toEqual([['site_id', 'control_character']])
  })

  it('texts are well-formed Unicode without NUL', () => {
    expect(faultsOf({ ...least, path: '\ud800' })).toEqual([['path', 'malformed_unicode']])
    expect(faultsOf({ ...least, user_id: 'a\0b' })).toEqual([['user_id', 'nul']])
  })

  it('refuses an unknown field by its name', () => {
    expect(faultsOf({ ...least, userid: 'u' })).toEqual([['userid', 'unknown_field']])
    expect(faultsOf(JSON.parse('{"site_id":"a","event_type":"b","__proto__":1,"constructor":2}'))).toEqual([
      ['__proto__', 'unknown_field'],
      ['constructor', 'unknown_field'],
    ])
  })

  it('shows of an unknown field the beginning, well-formed', () => {
    for (const length of [98, 99, 100]) {
      const name = faultsOf({ ...least, [`${'x'.repeat(length)}😀`]: 1 })[0]?.[0] ?? ''
      expect([name.length, name.isWellFormed()]).toEqual([100, true])
    }
  })

  it('tells every fault at once', () => {
    const faults = faultsOf({ event_type: 5, path: 'x'.repeat(3000), timestamp: 1, oops: 1, properties: [] })
    expect(faults).toEqual([
      ['site_id', 'required'],
      ['event_type', 'type'],
      ['path', 'too_long'],
      ['properties', 'type'],
      ['oops', 'unknown_field'],
      ['timestamp', 'timestamp_range'],
    ])
  })

  it.each([null, [], 5, 'x', true])('is a JSON object, not %j', (input) => {
    expect(faultsOf(input)).toEqual([['', 'type']])
  })
})

describe('event_id (contract section 3)', () => {
  it('is stored as it is where it is a UUID in lower case', () => {
    const event_id = '0b6f3c1e-6f0d-4c9e-8f2e-0d1c2b3a4f5e'
    expect(eventOf({ event_id }).event_id).toBe(event_id)
  })

  it('is a UUIDv5 of site and id where it is any other text', () => {
    const { event_id } = eventOf({ event_id: 'order-17' })
    expect(event_id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
    expect(eventOf({ event_id: 'order-17' }).event_id).toBe(event_id)
    expect(eventOf({ event_id: 'order-18' }).event_id).not.toBe(event_id)
    expect(eventOf({ event_id: 'order-17', site_id: 'other' }).event_id).not.toBe(event_id)
  })

  it('never changes from one version to the next', () => {
    expect(eventOf({ event_id: 'order-17' }).event_id).toBe('e771f60f-27ae-58ad-b2a0-c8f48b0f9dda')
  })

  it('is repeated to its sender as it was sent', () => {
    expect(parse({ ...least, event_id: 'ORDER 17' })).toMatchObject({ sentId: 'ORDER 17' })
    expect(parse(least)).toMatchObject({ sentId: null })
  })
})

describe('timestamp (contract section 3)', () => {
  const at = (timestamp: unknown) => new Date(eventOf({ timestamp }).timestamp).toISOString()

  it.each([
    ['2025-11-14T09:30:00Z', '2025-11-14T09:30:00.000Z'],
    ['2025-11-14t09:30:00z', '2025-11-14T09:30:00.000Z'],
    ['2025-11-14T09:30:00.1Z', '2025-11-14T09:30:00.100Z'],
    ['2025-11-14T09:30:00.123999Z', '2025-11-14T09:30:00.123Z'],
    ['2025-11-14T15:15:00+05:45', '2025-11-14T09:30:00.000Z'],
    ['2025-11-13T23:30:00-10:00', '2025-11-14T09:30:00.000Z'],
    ['2016-12-31T23:59:60Z', '2016-12-31T23:59:59.999Z'],
    ['2000-01-01T00:00:00Z', '2000-01-01T00:00:00.000Z'],
    [receivedAt, '2025-11-14T09:30:00.000Z'],
    [receivedAt + 86_400_000, '2025-11-15T09:30:00.000Z'],
  ])('%s is %s', (sent, stored) => expect(at(sent)).toBe(stored))

  it.each([
    '2025-11-14T09:30:00', // no zone
    '2025-11-14T09:30Z', // no seconds
    '2025-11-14 09:30:00Z',
    '2025-02-30T00:00:00Z',
    '2025-11-14T25:00:00Z',
    '2025-11-14T09:60:00Z',
    '2025-11-14T09:30:61Z',
    '2025-11-14T09:30:00+24:00',
    'yesterday',
    1.5,
    1e21,
  ])('%s is no timestamp', (timestamp) => {
    expect(faultsOf({ ...least, timestamp })).toEqual([['timestamp', 'timestamp_format']])
  })

  it.each(['1999-12-31T23:59:59Z', -1, 1_763_000_000, receivedAt + 86_400_001])(
    '%s is out of range',
    (timestamp) => {
      expect(faultsOf({ ...least, timestamp })).toEqual([['timestamp', 'timestamp_range']])
    },
  )
})
