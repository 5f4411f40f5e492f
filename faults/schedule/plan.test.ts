// The plan of faults.
import { describe, expect, it } from 'vitest'
import { createRandom } from '../random.ts'
import { kinds } from './kinds.ts'
import { planFaults } from './plan.ts'

const targets = {
  ingests: ['ingest-1', 'ingest-2'],
  consumers: ['consumer-1', 'consumer-2'],
  links: ['consumer-1>clickhouse', 'consumer-2>kafka', 'ingest-1>kafka', 'client>ingest-2'],
  disks: ['clickhouse', 'ingest-1'],
}
const hour = { everyMs: 8000, forMs: 3_600_000, count: Infinity, only: [] }

describe('the plan', () => {
  it('is the same for the same seed, and another for another', () => {
    const plan = (seed: number) => planFaults(hour, targets, createRandom(seed))
    expect(plan(1)).toEqual(plan(1))
    expect(plan(1)).not.toEqual(plan(2))
  })

  it('holds more than 300 faults an hour, of every kind', () => {
    const plan = planFaults(hour, targets, createRandom(7))
    expect(plan.length).toBeGreaterThan(300)
    expect(new Set(plan.map(({ kind }) => kind)).size).toBeGreaterThan(30)
    expect(new Set(kinds.map(({ name }) => name)).size).toBe(kinds.length)
  })

  it('finds a target for every kind', () => {
    for (const { name, targetsOf } of kinds) expect(targetsOf(targets).length, name).toBeGreaterThan(0)
  })

  it('never does two faults to one target at once', () => {
    const until = new Map<string, number>()
    for (const { target, atMs, durationMs } of planFaults(hour, targets, createRandom(3))) {
      expect(until.get(target) ?? 0).toBeLessThanOrEqual(atMs + 1)
      until.set(target, atMs + durationMs)
    }
  })

  it('keeps to the wished kinds and their number', () => {
    const wished = { ...hour, forMs: Infinity, count: 200, only: ['kill-consumer'] }
    const plan = planFaults(wished, targets, createRandom(3))
    expect(plan.map(({ number }) => number)).toEqual(Array.from({ length: 200 }, (_, index) => index + 1))
    expect(new Set(plan.map(({ kind }) => kind))).toEqual(new Set(['kill-consumer']))
  })

  it('says what can be wished for where nothing is left to do', () => {
    const wish = { ...hour, only: ['earthquake'] }
    expect(() => planFaults(wish, targets, createRandom(1))).toThrow('kill-consumer')
  })
})
