import fc from 'fast-check'
import { expect, it } from 'vitest'
import { cutLines } from './cut-lines.ts'
import { Waiter } from './publishing.ts'

const limits = { maxEventsPerRecord: 3, maxBytesPerRecord: 100 }

function cut(lines: string[]): { texts: string[]; events: number[]; bytes: number[] } {
  const of = { siteId: 'é', lines: Buffer.from(lines.join('\n')), events: lines.length, receivedAt: 0 }
  const pieces = cutLines(of, limits, new Waiter(() => undefined))
  return {
    texts: pieces.map((piece) => piece.lines.toString()),
    events: pieces.map(({ events }) => events),
    bytes: pieces.map(({ bytes }) => bytes),
  }
}

it('leaves the lines of one record as they are', () => {
  expect(cut(['1', '2', '3'])).toMatchObject({ texts: ['1\n2\n3'], events: [3] })
})

it('cuts between lines, by their number or by their bytes', () => {
  const long = 'x'.repeat(60)
  expect(cut(['1', '2', '3', '4'])).toMatchObject({ texts: ['1\n2\n3', '4'], events: [3, 1] })
  expect(cut([long, '2', long])).toMatchObject({ texts: [`${long}\n2`, long], events: [2, 1] })
})

it('lets a line that is too long for a record travel alone', () => {
  const long = 'x'.repeat(200)
  expect(cut(['1', long, '2'])).toMatchObject({ texts: ['1', long, '2'], events: [1, 1, 1] })
})

it('loses no line, changes none, and fills no record beyond its limits', () => {
  const line = fc.nat({ max: 120 }).map((length) => 'é'.repeat(length / 2) + 'x')
  fc.assert(
    fc.property(fc.array(line, { minLength: 1, maxLength: 20 }), (lines) => {
      const { texts, events, bytes } = cut(lines)
      expect(texts.join('\n')).toBe(lines.join('\n'))
      texts.forEach((text, index) => {
        expect(text.split('\n')).toHaveLength(events[index] ?? 0)
        expect(events[index]).toBeLessThanOrEqual(limits.maxEventsPerRecord)
        if ((events[index] ?? 0) > 1) expect(bytes[index]).toBeLessThanOrEqual(limits.maxBytesPerRecord)
      })
    }),
  )
})
