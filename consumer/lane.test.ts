import { describe, expect, it } from 'vitest'
import type { SourceRecord } from './decode-record.ts'
import { createLane } from './lane.ts'
import type { Range } from './range.ts'

const limits = { maxRows: 3, maxBytes: 1_000_000, maxAgeMs: 1_000_000, maxHeldBytes: 1_000_000 }

/** A lane over a store that answers when the test says so. */
function start(overrides: Partial<typeof limits> = {}) {
  const stored: Range[] = []
  const committed: number[] = []
  const failures: unknown[] = []
  const pending: { resolve: () => void; reject: (error: Error) => void }[] = []
  const lane = createLane({
    topic: 'events',
    partition: 0,
    next: 10,
    limits: { ...limits, ...overrides },
    store: (range, signal) =>
      new Promise<void>((resolve, reject) => {
        stored.push(range)
        pending.push({ resolve, reject })
        signal.addEventListener('abort', () => reject(new Error('dropped')))
      }),
    commit: (_partition, offset) => {
      committed.push(offset)
      return Promise.resolve()
    },
    onStored: () => undefined,
    onFailure: (error) => failures.push(error),
  })
  const answer = async () => {
    pending.shift()?.resolve()
    await settled()
  }
  return { lane, stored, committed, failures, answer }
}

const settled = () => new Promise((resolve) => setImmediate(resolve))

function records(first: number, count: number): SourceRecord[] {
  return Array.from({ length: count }, (_, index) => ({
    topic: 'events',
    partition: 0,
    offset: String(first + index),
    timestamp: 1_763_000_000_000,
    key: Buffer.from('demo'),
    value: Buffer.from('{"site_id":"demo","event_type":"view"}'),
  }))
}

const boundsOf = (ranges: Range[]) => ranges.map(({ first, last }) => [first, last])

describe('the lane of a partition', () => {
  it('stores a range once it has enough rows, and moves the offset only then', async () => {
    const { lane, stored, committed, answer } = start()
    lane.accept(records(10, 2), 11)
    expect(stored).toEqual([])
    lane.accept(records(12, 2), 13)
    expect(boundsOf(stored)).toEqual([[10, 13]])
    expect(committed).toEqual([])
    await answer()
    expect(committed).toEqual([14])
  })

  it('stores a range once it has enough bytes', () => {
    const { lane, stored } = start({ maxBytes: 50 })
    lane.accept(records(10, 1), 10)
    expect(boundsOf(stored)).toEqual([[10, 10]])
  })

  it('stores a range once it is old enough', async () => {
    const { lane, stored } = start({ maxAgeMs: 1 })
    lane.accept(records(10, 1), 10)
    while (stored.length === 0) await settled()
    expect(boundsOf(stored)).toEqual([[10, 10]])
  })

  it('stores one range at a time, each beginning where the last one ended', async () => {
    const { lane, stored, answer } = start()
    lane.accept(records(10, 3), 12)
    lane.accept(records(13, 3), 15)
    expect(boundsOf(stored)).toEqual([[10, 12]])
    expect(lane.isFull()).toBe(true)
    await answer()
    expect(boundsOf(stored)).toEqual([
      [10, 12],
      [13, 15],
    ])
    expect(lane.next()).toBe(16)
  })

  it('covers offsets that hold no record', async () => {
    const { lane, stored, committed, answer } = start()
    lane.accept(records(12, 3), 20)
    expect(boundsOf(stored)).toEqual([[10, 20]])
    await answer()
    expect(committed).toEqual([21])
  })

  it('keeps the books of every site', () => {
    const { lane, stored } = start()
    const [good] = records(10, 1)
    if (!good) throw new Error('no record')
    const bad = { ...good, offset: '11', value: Buffer.from('x\n{}') }
    lane.accept([good, bad, ...records(12, 2)], 13)
    expect([...(stored[0]?.books ?? [])]).toEqual([['demo', { lines: 5, rows: 3, duplicates: 0, dead: 2 }]])
  })

  it('stores and commits all it holds when it is drained', async () => {
    const { lane, stored, committed, answer } = start()
    lane.accept(records(10, 3), 12)
    lane.accept(records(13, 1), 13)
    const drained = lane.drain()
    await answer()
    await answer()
    await drained
    expect(boundsOf(stored)).toEqual([
      [10, 12],
      [13, 13],
    ])
    expect(committed).toEqual([13, 14])
  })

  it('commits nothing once it is dropped, though its range was being stored', async () => {
    const { lane, committed, failures, answer } = start()
    lane.accept(records(10, 3), 12)
    lane.drop()
    await answer()
    expect(committed).toEqual([])
    expect(failures).toEqual([])
    await lane.drain()
  })
})
