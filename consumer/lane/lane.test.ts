// A lane over a store that answers when the test says so.
import { describe, expect, it, onTestFinished } from 'vitest'
import type { SourceRecord } from './record.ts'
import { createInsertSlots } from './insert-slots.ts'
import { createLane } from './lane.ts'
import { allOf } from './store-range.ts'

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
    offset: String(first + index),
    timestamp: 1_763_000_000_000,
    key: Buffer.from('demo'),
    value: Buffer.from('{"site_id":"demo","event_type":"view"}'),
    sealed: null,
  }))
}

/** @param onStored told of each range that is stored and committed */
function startLane(onStored: () => void, more: Partial<typeof limits> = {}, slots = createInsertSlots(2)) {
  const answers: (() => void)[] = []
  const lane = createLane({
    source,
    start: { next: 10, pending: null },
    limits: { ...limits, ...more },
    slots,
    fenceSeconds: 5,
    judge: () => 'row',
    onStored,
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
  it('has room again when it says that a range is stored', async () => {
    const wasFull: boolean[] = []
    const { lane, answer, settled } = startLane(() => wasFull.push(lane.isFull()))
    lane.accept(recordsFrom(10, 2), 10, 11)
    await settled()
    lane.accept(recordsFrom(12, 2), 12, 13)
    expect(lane.isFull()).toBe(true)
    await answer()
    expect(wasFull).toEqual([false])
    await answer()
    expect(wasFull).toEqual([false, false])
  })
})

describe('a lane to which few records come', () => {
  it('stores them without waiting for more', async () => {
    const stored = new Promise<void>((resolve) => {
      const { lane, answer } = startLane(resolve, { quietAgeMs: 1 })
      lane.accept(recordsFrom(10, 1), 10, 10)
      const again = setInterval(() => void answer(), 5)
      onTestFinished(() => clearInterval(again))
    })
    await stored
  })

  it('waits for more right after another lane began to insert', () => {
    const slots = createInsertSlots(2)
    const other = slots.open(() => undefined)
    expect(other.isQuiet()).toBe(true)
    other.take()
    expect(other.isQuiet()).toBe(false)
  })
})
