// When fetches that cannot be taken are too many.
import { describe, expect, it } from 'vitest'
import { createMisplacedFetches } from './misplaced-fetches.ts'

describe('fetches that cannot be taken', () => {
  it('are too many where they go on and on in one partition, be all well in another', () => {
    const told: number[] = []
    const misplaced = createMisplacedFetches((partition) => told.push(partition))
    for (let n = 0; n < 21; n += 1) {
      expect(told).toEqual([])
      misplaced.add(3)
      misplaced.clear(4)
    }
    expect(told).toEqual([3])
  })

  it('are not too many where others of their partition are taken in between, or all begin anew', () => {
    const told: number[] = []
    const misplaced = createMisplacedFetches((partition) => told.push(partition))
    for (let n = 0; n < 60; n += 1) {
      misplaced.add(3)
      if (n % 20 === 10) misplaced.clear(3)
      misplaced.add(4)
      if (n % 20 === 10) misplaced.clearAll()
    }
    expect(told).toEqual([])
  })
})
