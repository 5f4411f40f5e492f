// Waiting between tries.
import { describe, expect, it } from 'vitest'
import { backoffMs, retryAfterMs } from './wait.ts'

const now = Date.parse('2026-01-01T00:00:00Z')

describe('Retry-After', () => {
  it.each([
    ['seconds', '7', 7000],
    ['no time at all', '0', 0],
    ['an HTTP date', 'Thu, 01 Jan 2026 00:00:30 GMT', 30_000],
    ['a date that has passed', 'Wed, 31 Dec 2025 23:00:00 GMT', 0],
    ['more than five minutes', '86400', 300_000],
    ['a date far ahead', 'Fri, 01 Jan 2027 00:00:00 GMT', 300_000],
    ['nothing', null, null],
    ['an empty header', '', null],
    ['words', 'soon', null],
    ['a negative number', '-5', null],
  ])('reads %s', (_, header, expected) => {
    expect(retryAfterMs(header, now)).toBe(expected)
  })
})

describe('backoff', () => {
  it('doubles with every failure up to 10 s', () => {
    const pauses = [0, 1, 2, 5, 6, 50].map((failures) => backoffMs(failures, 1))
    expect(pauses).toEqual([250, 500, 1000, 8000, 10_000, 10_000])
  })

  it('leaves half of each pause to chance', () => {
    expect([0, 0.5, 1].map((chance) => backoffMs(2, chance))).toEqual([500, 750, 1000])
  })
})
