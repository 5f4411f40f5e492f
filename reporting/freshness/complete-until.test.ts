// Whatever happens to the log and to the clocks, no instant is told by which something unstored had arrived: held
// against a model that knows when every record arrived.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { LogLook } from '../../kafka/log-reader.ts'
import { addLook, tellFreshness, type History } from './history.ts'

/** One partition, and all that a look cannot see. */
interface Partition {
  /** By offset, when it arrived on the steady clock. */
  arrivals: number[]
  /** Where the log ended at the newest look. */
  seen: number
  low: number
  stored: number
  committed: number | null
}

type Step =
  | { kind: 'arrive' | 'store' | 'expire'; partition: number; count: number }
  | { kind: 'look' | 'make anew' | 'rewind' }
  | { kind: 'pass' | 'set clock'; ms: number }

const partitions = 2
const mostRemembered = 4
const onPartition = (kind: 'arrive' | 'store' | 'expire', most: number) =>
  fc.record({
    kind: fc.constant(kind),
    partition: fc.nat(partitions - 1),
    count: fc.integer({ min: 1, max: most }),
  })

/** `look` is one of a look's three steps, so that anything may happen between them. */
const steps = fc.array(
  fc.oneof(
    { weight: 12, arbitrary: fc.record({ kind: fc.constant('look' as const) }) },
    { weight: 5, arbitrary: onPartition('arrive', 3) },
    { weight: 5, arbitrary: onPartition('store', 6) },
    { weight: 1, arbitrary: onPartition('expire', 3) },
    {
      weight: 5,
      arbitrary: fc.record({
        kind: fc.constant('pass' as const),
        ms: fc.double({ min: 0, max: 40, noNaN: true }),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constant('set clock' as const),
        ms: fc.integer({ min: -90, max: 90 }),
      }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('make anew' as const, 'rewind' as const) }) },
  ),
  { minLength: 30, maxLength: 120, size: 'max' },
)

function createModel() {
  const empty = (): Partition => ({ arrivals: [], seen: 0, low: 0, stored: 0, committed: null })
  let log = Array.from({ length: partitions }, empty)
  let topic = 0
  let clock = { wall: 1000, steady: 0 }
  let begun: Partial<{ committed: (number | null)[]; at: LogLook['at'] }> = {}
  let history: History | null = null
  let told = 0
  const moment = () => ({ wall: Math.floor(clock.wall), steady: clock.steady })

  const takeLook = () => {
    if (!begun.committed) begun.committed = log.map(({ committed }) => committed)
    else if (!begun.at) begun.at = moment()
    else {
      const { committed, at } = begun
      const look = {
        topicId: String(topic),
        at,
        partitions: log.map(({ low, arrivals }, partition) => ({
          partition,
          low,
          high: arrivals.length,
          committed: committed[partition] ?? null,
        })),
      }
      history = addLook(history, look, mostRemembered)
      for (const one of log) one.seen = one.arrivals.length
      begun = {}
    }
  }
  const change = (step: Extract<Step, { partition: number }>) => {
    const one = log[step.partition]
    if (!one) return
    if (step.kind === 'arrive') one.arrivals.push(...Array.from({ length: step.count }, () => clock.steady))
    if (step.kind === 'expire') one.low = Math.min(one.low + step.count, one.arrivals.length)
    if (step.kind === 'store') {
      one.stored = Math.min(Math.max(one.stored, one.low) + step.count, one.arrivals.length)
      one.committed = one.stored
    }
  }
  return {
    run: (step: Step) => {
      if ('partition' in step) change(step)
      else if (step.kind === 'look') takeLook()
      else if (step.kind === 'pass') clock = { wall: clock.wall + step.ms, steady: clock.steady + step.ms }
      else if (step.kind === 'set clock') clock.wall += step.ms
      else if (step.kind === 'rewind') log.forEach((one) => (one.committed = Math.min(one.low, one.stored)))
      else {
        log = log.map(empty)
        topic += 1
        begun = {}
      }
    },
    /** Every unstored record arrived at or after the instant told, and none waited longer than told. */
    check: () => {
      if (!history) return
      const { completeUntil, seconds } = tellFreshness(history, moment())
      for (const { arrivals, stored, low, seen } of log) {
        const firstUnstored = Math.min(Infinity, ...arrivals.slice(stored))
        const firstWaiting = Math.min(clock.steady, ...arrivals.slice(Math.max(stored, low), seen))
        const arrived = clock.wall - (clock.steady - firstUnstored)
        const waited = clock.steady - firstWaiting
        if (completeUntil !== null && arrived < completeUntil) throw new Error('complete too early')
        if (seconds !== null && waited > seconds * 1000 + 1) throw new Error('waits longer than told')
      }
      if (completeUntil !== null) told += 1
    },
    told: () => told,
    /** Stores everything, takes a whole look, twice; gives what is told then and when the second was taken. */
    settle: () => {
      begun = {}
      for (let look = 0; look < 6; look += 1) {
        if (look % 3 === 0) log.forEach((one) => one.arrivals.push(clock.steady))
        log.forEach((one) => (one.stored = one.committed = one.arrivals.length))
        takeLook()
      }
      return { at: moment(), freshness: history && tellFreshness(history, moment()) }
    },
  }
}

describe('complete_until', () => {
  it('is never later than the arrival of anything unstored', () => {
    let told = 0
    fc.assert(
      fc.property(steps, (all) => {
        const model = createModel()
        for (const step of all) {
          model.run(step)
          model.check()
        }
        told += model.told()
      }),
      { numRuns: 2000 },
    )
    expect(told).toBeGreaterThan(10_000)
  })

  it('is the moment of the look once everything is stored, whatever happened before', () => {
    fc.assert(
      fc.property(steps, (all) => {
        const model = createModel()
        for (const step of all) model.run(step)
        const { at, freshness } = model.settle()
        expect(freshness).toEqual({ completeUntil: at.wall - 2, records: 0, seconds: 0 })
      }),
      { numRuns: 1000 },
    )
  })
})
