// What a range says it holds.
import { describe, expect, it } from 'vitest'
import { addDead, addRow, addUncertain, bytesOfRange, emptyRange, settleUncertain } from './range.ts'

const dead = {
  ...{ raw: Buffer.from('nonsense'), reason: 'json' as const, key: Buffer.from('demo') },
  ...{ offset: 1, line: 0, receivedAt: 0 },
}

/** Bytes of a range with one dead letter, whose field and message are as long as said. */
function bytesOfDead(fieldLength: number, messageLength: number): number {
  const range = emptyRange()
  addDead(range, { ...dead, field: 'f'.repeat(fieldLength), message: 'm'.repeat(messageLength) })
  return bytesOfRange(range)
}

describe('the bytes of a range', () => {
  it('count all of a dead letter, its field, its message and its key too', () => {
    const least = bytesOfDead(0, 0)
    expect(bytesOfDead(1000, 0) - least).toBe(1000)
    expect(bytesOfDead(0, 1000) - least).toBe(1000)
    const withKey = emptyRange()
    addDead(withKey, { ...dead, key: Buffer.alloc(1004), field: '', message: '' })
    expect(bytesOfRange(withKey) - least).toBe(1000)
  })

  it('are those of its rows, however many pieces they take, and those of rows that are kept apart until they are settled', () => {
    const range = emptyRange()
    for (let n = 0; n < 1000; n += 1) addRow(range, Buffer.alloc(1000, n))
    expect(bytesOfRange(range)).toBe(1_000_000)
    expect(Buffer.concat(range.rows.pieces())).toEqual(
      Buffer.concat(Array.from({ length: 1000 }, (_, n) => Buffer.alloc(1000, n))),
    )
    addUncertain(range, { site: 'demo', eventId: '', timestamp: 0, row: Buffer.alloc(100) })
    expect(bytesOfRange(range)).toBeGreaterThan(1_000_100)
    settleUncertain(range, () => false)
    expect([bytesOfRange(range), range.rowCount]).toEqual([1_000_100, 1])
  })
})
