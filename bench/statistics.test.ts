// Medians, ratios and percentiles.
import { describe, expect, it } from 'vitest'
import { percentile, ratioOf, spreadOf } from './statistics.ts'

describe('statistics', () => {
  it('gives the middle of an odd number of values, with the ends', () => {
    expect(spreadOf([30, 10, 20])).toEqual({ median: 20, min: 10, max: 30 })
  })

  it('gives the mean of the two middle ones of an even number', () => {
    expect(spreadOf([4, 1, 3, 2])).toEqual({ median: 2.5, min: 1, max: 4 })
  })

  it('has no median of nothing', () => {
    expect(() => spreadOf([])).toThrow(RangeError)
  })

  it('takes ratios round by round, so that a disturbed round disturbs one ratio', () => {
    expect(ratioOf([40, 20, 400], [10, 5, 100])).toEqual({ median: 4, min: 4, max: 4 })
  })

  it('takes no ratios of rounds that do not pair up', () => {
    expect(() => ratioOf([1], [1, 2])).toThrow(RangeError)
  })

  it('gives the value that a share does not exceed', () => {
    const sorted = Float64Array.from({ length: 100 }, (_, index) => index + 1)
    expect([0.5, 0.99, 1, 0].map((share) => percentile(sorted, share))).toEqual([50, 99, 100, 1])
    expect(percentile(new Float64Array(), 0.5)).toBe(0)
  })
})
