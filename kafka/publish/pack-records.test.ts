import { describe, expect, it } from 'vitest'
import { takeRecords, type Piece } from './pack-records.ts'

const limits = { maxEventsPerRecord: 3, maxBytesPerRecord: 30 }
const piece = (siteId: string, text: string, events = 1, receivedAt = 0): Piece<string> => ({
  siteId,
  text,
  events,
  textBytes: text.length,
  bytes: text.length + 1,
  receivedAt,
  checked: null,
  waiter: text,
})
const pack = (queue: Piece<string>[], maxBytes = 1000) =>
  takeRecords(queue, maxBytes, limits).records.map(({ siteId, value }) => [siteId, value])

describe('records of one flush', () => {
  it("hold one site's lines, in their order", () => {
    expect(pack([piece('a', '1'), piece('b', '2'), piece('a', '3')])).toEqual([
      ['a', '1\n3'],
      ['b', '2'],
    ])
  })

  it('hold no more events than the limit', () => {
    expect(pack([piece('a', '1', 2), piece('a', '2', 2), piece('a', '3')])).toEqual([
      ['a', '1'],
      ['a', '2\n3'],
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
    expect(takeRecords(queue, 1000, limits).records).toMatchObject([
      { value: '1\n2', receivedAt: 500 },
      { value: '3', receivedAt: 1501 },
    ])
  })

  it('take no more than one request may hold, and leave the rest in the queue', () => {
    const queue = [piece('a', '1'), piece('a', '2'), piece('a', '3')]
    expect(pack(queue, 4)).toEqual([['a', '1\n2']])
    expect(queue.map(({ text }) => text)).toEqual(['3'])
  })

  it('take at least one piece, however large', () => {
    expect(pack([piece('a', 'x'.repeat(100))], 10)).toHaveLength(1)
  })
})
