import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readUuid, uuidBytes } from './event-id.ts'
import { createSeal, sealedEventsOf } from './seal.ts'

const seal = createSeal('one secret of two services that know each other')
const record = {
  key: Buffer.from('demo'),
  value: Buffer.from('{"a":1}\n{"a":2}'),
  timestamp: 1_763_112_600_123,
}
const events = [
  { event_id: '01234567-89ab-4cde-8f01-23456789abcd', timestamp: 2000 },
  { event_id: 'ffffffff-ffff-4fff-bfff-ffffffffffff', timestamp: 1000 },
]
const parts = events.map((event) => sealedEventsOf([event]))

describe('the seal of a record', () => {
  it('tells the ids of its events, in order, and the times between which they lie', () => {
    const opened = seal.open(seal.close(record, parts), record)
    expect(opened).toMatchObject({ earliest: 1000, latest: 2000 })
    const ids = opened?.ids ?? Buffer.alloc(0)
    expect(events.map((_, line) => readUuid(ids, line * uuidBytes))).toEqual(
      events.map(({ event_id }) => event_id),
    )
  })

  it('is the same for the same events, in how many parts they may come', () => {
    expect(seal.close(record, [sealedEventsOf(events)])).toEqual(seal.close(record, parts))
  })

  it('is of no use for any other record', () => {
    const header = seal.close(record, parts)
    const others = [
      { ...record, key: Buffer.from('dema') },
      { ...record, value: Buffer.from('{"a":1}\n{"a":3}') },
      { ...record, timestamp: record.timestamp + 1 },
      { ...record, key: Buffer.from('dem'), value: Buffer.concat([Buffer.from('o'), record.value]) },
    ]
    expect(others.map((other) => seal.open(header, other))).toEqual(others.map(() => null))
  })

  it('is of no use under another secret', () => {
    expect(createSeal('another secret of two services').open(seal.close(record, parts), record)).toBeNull()
  })

  it('does not survive the change of any one bit, nor any bytes more or less', () => {
    const header = seal.close(record, parts)
    for (let bit = 0; bit < header.length * 8; bit += 1) {
      const changed = Buffer.from(header)
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7))
      expect(seal.open(changed, record)).toBeNull()
    }
    for (let length = 0; length < header.length; length += 1) {
      expect(seal.open(header.subarray(0, length), record)).toBeNull()
    }
    expect(seal.open(Buffer.concat([header, Buffer.alloc(uuidBytes)]), record)).toBeNull()
  })

  it('takes any bytes for what they are', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 200 }),
        (bytes) => seal.open(Buffer.from(bytes), record) === null,
      ),
    )
  })
})
