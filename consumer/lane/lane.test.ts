// A lane over a store that answers when the test says so.
import { describe, expect, it, onTestFinished } from 'vitest'
import type { SourceRecord } from './record.ts'
import { createInsertSchedule } from './insert-schedule.ts'
import { createLane } from './lane.ts'
import { allOf } from './store-ranges.ts'

const source = { topic: 'events', topicId: '00000000-0000-0000-0000-000000000001', partition: 0 }
const limits = {
  maxRows: 2,
  maxBytes: 1_000_000,
  maxAgeMs: 1_000_000,
  quietAgeMs: 1_000_000,
  maxHeldBytes: 1_000_000,
}

function recordsFrom(first: number, count: number): SourceRecord[] {
  return Array.from({ length: count }, (_, index) => ({
    offset: first + index,
    timestamp: 1_763_000_000_000,
    key: Buffer.from('demo'),
    value: Buffer.from('{"site_id":"demo","event_type":"view"}'),
  }))
}

/** @param told of each range that is stored and committed, and of all room for more */
function startLane(told: { onStored?: () => void; onRoom?: () => void }, more: Partial<typeof limits> = {}) {
  const own = { ...limits, ...more }
  const answers: (() => void)[] = []
  const lane = createLane({
    source,
    start: { next: 10, pending: null },
    limits: own,
    schedule: createInsertSchedule(own),
    fenceSeconds: 5,
    judge: () => 'row',
    onStored: told.onStored ?? (() => undefined),
    onRoom: told.onRoom ?? (() => undefined),
    onRejoin: () => undefined,
    steps: {
      prepare: (_source, { range }) =>
        range ? Promise.resolve(allOf(range)) : Promise.reject(new Error('nothing is held')),
      learn: () => Promise.resolve(),
      store: () => new Promise((resolve) => answers.push(resolve)),
      look: () => Promise.reject(new Error('there is nothing to look for')),
      commit: () => Promise.resolve('done'),
      clock: { now: () => 0, observe: () => undefined },
      onTrouble: () => undefined,
    },
  })
  const settled = () => new Promise((resolve) => setImmediate(resolve))
  return {
    lane,
    settled,
    answer: async () => {
      answers.shift()?.()
      await settled()
    },
  }
}

describe('a lane that stores one range while it takes the next', () => {
  it('says when it has room again', async () => {
    const wasFull: boolean[] = []
    const { lane, answer, settled } = startLane({ onRoom: () => wasFull.push(lane.isFull()) })
    lane.accept(recordsFrom(10, 2), 10, 11)
    await settled()
    expect(wasFull).toEqual([false])
    lane.accept(recordsFrom(12, 2), 12, 13)
    expect(lane.isFull()).toBe(true)
    await answer()
    await settled()
    expect(wasFull.slice(1)).toContain(false)
    expect(lane.isFull()).toBe(false)
  })
})

describe('a lane to which few records come', () => {
  it('stores them without waiting for more', async () => {
    const stored = new Promise<void>((resolve) => {
      const { lane, answer } = startLane({ onStored: resolve }, { quietAgeMs: 1 })
      lane.accept(recordsFrom(10, 1), 10, 10)
      const again = setInterval(() => void answer(), 5)
      onTestFinished(() => clearInterval(again))
    })
    await stored
  })
})
