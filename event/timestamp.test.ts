import fc from 'fast-check'
import { expect, it } from 'vitest'
import { parseTimestamp } from './timestamp.ts'

const two = fc.integer({ min: 0, max: 99 }).map((n) => String(n).padStart(2, '0'))
const near = (from: number, to: number) =>
  fc.oneof(
    fc.integer({ min: from, max: to }).map((n) => String(n).padStart(2, '0')),
    two,
  )

it('reads the usual form as it does the same instant in any other', () => {
  const year = fc.integer({ min: 0, max: 9999 }).map((n) => String(n).padStart(4, '0'))
  const fraction = fc.option(
    fc.integer({ min: 0, max: 999 }).map((n) => String(n).padStart(3, '0')),
    { nil: null },
  )
  const parts = fc.tuple(year, near(1, 12), near(1, 31), near(0, 23), near(0, 59), near(0, 60), fraction)
  const property = fc.property(parts, ([y, month, day, hour, minute, second, milliseconds]) => {
    const start = `${y}-${month}-${day}T${hour}:${minute}:${second}${milliseconds === null ? '' : `.${milliseconds}`}`
    expect(parseTimestamp(`${start}Z`)).toBe(parseTimestamp(`${start}+00:00`))
  })
  fc.assert(property, { numRuns: 5000 })
})

it('reads nothing else in its length', () => {
  const usual = '2025-11-14T09:30:00.123Z'
  for (let at = 0; at < usual.length; at += 1) {
    for (const other of ['/', ':', ' ', 'x', '-', 'ü']) {
      const text = usual.slice(0, at) + other + usual.slice(at + 1)
      if (text !== usual) expect(parseTimestamp(text)).toBeNull()
    }
  }
})
