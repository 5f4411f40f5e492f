import { describe, expect, it } from 'vitest'
import { takeRecords, type PackedRecord, type Piece } from './pack-records.ts'
import { Waiter } from './publishing.ts'

const limits = { maxEventsPerRecord: 3, maxBytesPerRecord: 30 }
const waiter = new Waiter(() => undefined)
const piece = (siteId: string, text: string, events = 1, receivedAt = 0): Piece => ({
  of: { siteId, lines: Buffer.from(text), events, receivedAt },
  lines: Buffer.from(text),
  events,
  bytes: text.length + 1,
  waiter,
})
const pack = (queue: Piece[], maxBytes = 1000) =>
  takeRecords(queue, maxBytes, limits).records.map((record) => [record.siteId, valueOf(record)])

function valueOf({ pieces }: PackedRecord): string {
  return pieces.map(({ lines }) => lines.toString()).join(' ')
}

describe('records of one flush', () => {
  it("hold one site's lines, in their order", () => {
    expect(pack([piece('a', '1'), piece('b', '2'), piece('a', '3')])).toEqual([
      ['a', '1 3'],
      ['b', '2'],
    ])
  })

  it('hold no more events than the limit', () => {
    expect(pack([piece('a', '1', 2), piece('a', '2', 2), piece('a', '3')])).toEqual([
      ['a', '1'],
      ['a', '2 3'],
    ])
  })

  it('hold no more bytes than the limit', () => {
    const long = 'x'.repeat(20)
    expect(pack([piece('a', long), piece('a', long)])).toEqual([
      ['a', long],
      ['a', long],
    ])
  })

  it('were received together, and say when the last of their lines was', () => {
    const queue = [piece('a', '1', 1, 450), piece('a', '2', 1, 500), piece('a', '3', 1, 1501)]
    const { records } = takeRecords(queue, 1000, limits)
    expect(records.map((record) => [valueOf(record), record.receivedAt])).toEqual([
      ['1 2', 500],
      ['3', 1501],
    ])
  })

  it('take no more than one request may hold, and leave the rest in the queue', () => {
    const queue = [piece('a', '1'), piece('a', '2'), piece('a', '3')]
    expect(pack(queue, 4)).toEqual([['a', '1 2']])
    expect(queue.map(({ lines }) => lines.toString())).toEqual(['3'])
  })

  it('take at least one piece, however large', () => {
    expect(pack([piece('a', 'x'.repeat(100))], 10)).toHaveLength(1)
  })
})
