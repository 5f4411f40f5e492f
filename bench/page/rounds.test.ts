// What rounds come to, where some of them know nothing.
import { describe, expect, it } from 'vitest'
import { ratioBy, spreadBy } from './rounds.ts'

const rounds = [
  { round: 1, contender: 'a', rate: 10, cpu: 1 },
  { round: 1, contender: 'b', rate: 40, cpu: null },
  { round: 2, contender: 'a', rate: 20, cpu: 3 },
  { round: 2, contender: 'b', rate: 60, cpu: 2 },
]

describe('the rounds of a contender', () => {
  it('come to a median with its ends, and to ratios of the same round', () => {
    expect(spreadBy(rounds, 'a', ({ rate }) => rate)).toEqual({ median: 15, min: 10, max: 20 })
    expect(ratioBy(rounds, 'b', 'a', ({ rate }) => rate)).toEqual({ median: 3.5, min: 3, max: 4 })
  })

  it('come to nothing where a value is missing, or the contender', () => {
    expect(spreadBy(rounds, 'b', ({ cpu }) => cpu)).toBeNull()
    expect(ratioBy(rounds, 'b', 'a', ({ cpu }) => cpu)).toBeNull()
    expect(ratioBy(rounds, 'a', 'nobody', ({ rate }) => rate)).toBeNull()
  })
})
