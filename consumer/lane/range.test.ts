// What a range says it holds.
import { describe, expect, it } from 'vitest'
import { decodeRecord } from './decode-record.ts'
import { addRecords, emptyRange } from './range.ts'

const place = { topicId: '7e0e0f3a-6d52-4f0e-9a55-0c1d2e3f4a5b', partition: 3 }

/** Bytes of a range with one dead letter, whose field and message are as long as said. */
function bytesOfDead(fieldLength: number, messageLength: number): number {
  const source = {
    offset: '1',
    timestamp: 0,
    key: Buffer.from('a'),
    value: Buffer.from('nonsense'),
  }
  const record = decodeRecord(place, source, () => 'row')
  const range = emptyRange()
  const dead = record.dead.map((line) => ({
    ...line,
    field: 'f'.repeat(fieldLength),
    message: 'm'.repeat(messageLength),
  }))
  addRecords(range, [{ ...record, dead }])
  return range.bytes
}

describe('the bytes of a range', () => {
  it('count all of a dead letter, its field and its message too', () => {
    const least = bytesOfDead(0, 0)
    expect(bytesOfDead(1000, 0) - least).toBe(1000)
    expect(bytesOfDead(0, 1000) - least).toBe(1000)
  })
})
