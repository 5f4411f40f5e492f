// A lane over stores that answer when the test says so.
import { afterEach, describe, expect, it, vi } from 'vitest'
import { recordsOf } from '../../test/support/record-bytes.ts'
import { createRecentIds } from '../recent-ids/recent-ids.ts'
import { createBookSchedule } from './book-schedule.ts'
import { createInsertSchedule } from './insert-schedule.ts'
import { createLane } from './lane.ts'
import { createLaneLines, type StoredSpan } from './lane-lines.ts'
import type { Doubt } from './lane-state.ts'
import { rowsOf } from './range.ts'
import type { Found } from './recover.ts'
import type { BooksToStore, LinesToStore } from './store-lines.ts'
import { noStoredLines, toStoredLines } from './stored-lines.ts'

const source = { topic: 'events', topicId: '00000000-0000-0000-0000-000000000001', partition: 0 }
const limits = {
  maxRows: 2,
  maxBytes: 1_000_000,
  maxAgeMs: 1_000_000,
  quietAgeMs: 1_000_000,
  maxHeldBytes: 1_000_000,
}
const now = 1_763_000_000

const idOf = (offset: number) => `00000000-0000-4000-8000-${String(offset).padStart(12, '0')}`

/** Records of one event each; those of `again` are sent again as the event of that offset. */
function fetched(offsets: number[], again: Record<number, number> = {}) {
  return recordsOf(
    offsets.map((offset) => {
      const event = { site_id: 'demo', event_type: 'view', event_id: idOf(again[offset] ?? offset) }
      const value = Buffer.from(JSON.stringify(event))
      return { offset, timestamp: now * 1000, key: Buffer.from('demo'), value }
    }),
  )
}

/** Answers of a store, in the order it is asked. */
function createAnswers<Asked, Answer>() {
  const waiting: { asked: Asked; answer: (answer: Answer) => void; refuse: (error: Error) => void }[] = []
  return {
    ask: (asked: Asked) => new Promise<Answer>((answer, refuse) => waiting.push({ asked, answer, refuse })),
    next: async () => {
      while (waiting.length === 0) await settled()
      return waiting.shift() as (typeof waiting)[number]
    },
    waiting: () => waiting.length,
  }
}

afterEach(() => {
  vi.useRealTimers()
})

const settled = () => new Promise((resolve) => setImmediate(resolve))

function startLane(more: Partial<typeof limits> = {}) {
  const own = { ...limits, ...more }
  const recentIds = createRecentIds({ maxIds: 1000, maxAgeMs: 3_600_000 }, () => now * 1000)
  const lines = createAnswers<LinesToStore, undefined>()
  const books = createAnswers<BooksToStore, undefined>()
  const looks = createAnswers<Doubt, Found>()
  const committed: number[] = []
  const stored: StoredSpan[] = []
  const wasFull: boolean[] = []
  const lane = createLane({
    source,
    start: {
      ...{ booked: 10, next: 10, committed: { offset: 10, since: 0, until: 0 } },
      ...{ expired: null, storedLast: -1 },
    },
    times: { fence: 5, slack: 2 },
    lines: createLaneLines({ place: source, limits: own, recentIds, stored: noStoredLines, expired: null }),
    schedule: createInsertSchedule(own),
    bookSchedule: createBookSchedule(),
    onStored: (_source, span) => stored.push(span),
    onRoom: () => wasFull.push(lane.isFull()),
    onRejoin: () => undefined,
    steps: {
      prepare: () => Promise.reject(new Error('there is nothing to prepare')),
      storeLines: lines.ask,
      storeBooks: books.ask,
      recover: (_source, doubt) => looks.ask(doubt),
      commit: (_source, offset) => {
        committed.push(offset)
        return Promise.resolve('done')
      },
      clock: { now: () => now, observe: () => undefined },
      onTrouble: () => undefined,
    },
  })
  return { lane, lines, books, looks, committed, stored, wasFull, recentIds }
}

const offsetsOf = ({ range }: LinesToStore) => rowsOf(range).map(({ offset }) => offset)

describe('a lane that stores one range while it takes the next', () => {
  it('says when it has room again', async () => {
    const { lane, lines, wasFull } = startLane()
    expect(lane.take(fetched([10, 11]), 1_000_000)).toBe('end')
    const first = await lines.next()
    expect(wasFull).toEqual([false])
    lane.take(fetched([12, 13]), 1_000_000)
    expect(lane.isFull()).toBe(true)
    first.answer(undefined)
    await lines.next()
    expect(lane.isFull()).toBe(false)
    expect(wasFull.at(-1)).toBe(false)
  })

  it('is drained though the table cannot be asked about what it took: whoever comes next reads it again', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const { lane, recentIds, committed } = startLane()
    recentIds.forget({ all: Infinity, sites: new Map() })
    lane.take(fetched([10, 11]), 1_000_000)
    const drained = lane.drain()
    await settled()
    expect(lane.state().preparing).toEqual({ first: 10, last: 11 })
    await vi.advanceTimersByTimeAsync(5000)
    await drained
    expect(lane.take(fetched([10]), 1_000_000)).toBe('elsewhere')
    expect([lane.state().preparing, lane.state().next, committed]).toEqual([null, 10, []])
  })

  it('takes only what follows', () => {
    const { lane } = startLane()
    expect(lane.take(fetched([11]), 1_000_000)).toBe('elsewhere')
    expect(lane.take(fetched([10]), 1_000_000)).toBe('end')
    expect(lane.take(fetched([10]), 1_000_000)).toBe('elsewhere')
    expect(lane.state().next).toBe(11)
  })

  it('inserts the next range while the books of the last ones are written, which are written together', async () => {
    const { lane, lines, books, stored, committed } = startLane()
    for (const first of [10, 12]) {
      lane.take(fetched([first, first + 1]), 1_000_000)
      const insert = await lines.next()
      insert.answer(undefined)
    }
    const both = await books.next()
    lane.take(fetched([14, 15]), 1_000_000)
    const third = await lines.next()
    expect(both.asked.span).toEqual({ first: 10, last: 13 })
    expect([...both.asked.books]).toEqual([['demo', { lines: 4, rows: 4, duplicates: 0, dead: 0 }]])
    expect(third.asked.span).toEqual({ first: 14, last: 15 })
    both.answer(undefined)
    await settled()
    expect(stored.map(({ span }) => span.last)).toEqual([11, 13])
    await settled()
    expect(committed.at(-1)).toBe(14)
  })
})

describe('a lane to which few records come', () => {
  it('stores them without waiting for more', async () => {
    const { lane, lines, books, stored } = startLane({ quietAgeMs: 1 })
    lane.take(fetched([10]), 1_000_000)
    const insert = await lines.next()
    insert.answer(undefined)
    const book = await books.next()
    book.answer(undefined)
    await settled()
    expect(stored).toHaveLength(1)
  })
})

describe('a lane that does not know what became of an insert', () => {
  it('takes nothing until it has looked, then reads on behind the books and inserts what is not there', async () => {
    const { lane, lines, looks, books } = startLane()
    lane.take(fetched([10, 11, 12], { 12: 10 }), 1_000_000)
    const insert = await lines.next()
    expect(offsetsOf(insert.asked)).toEqual([10, 11])
    lane.take(fetched([13]), 1_000_000)
    insert.refuse(new Error('the connection was reset'))
    const look = await looks.next()
    expect(look.asked).toMatchObject({ from: 10, last: 9, since: insert.asked.since })
    expect(look.asked.until).toBe(insert.asked.deadline)
    expect(lane.take(fetched([14]), 1_000_000)).toBe('elsewhere')
    const event = { offset: 10, line: 0, site: 'demo', eventId: idOf(10) }
    const times = { timestamp: now * 1000, receivedAt: now * 1000 }
    look.answer({ booked: 10, stored: toStoredLines([{ ...event, ...times }], []) })
    await settled()
    await settled()
    expect(lane.state().next).toBe(10)
    lane.take(fetched([10, 11, 12, 13], { 12: 10 }), 1_000_000)
    const again = await lines.next()
    expect(offsetsOf(again.asked)).toEqual([11, 13])
    again.answer(undefined)
    const book = await books.next()
    expect([...book.asked.books]).toEqual([['demo', { lines: 4, rows: 3, duplicates: 1, dead: 0 }]])
  })

  it('is drained: who comes next looks', async () => {
    const { lane, lines, looks } = startLane()
    lane.take(fetched([10, 11]), 1_000_000)
    const insert = await lines.next()
    insert.refuse(new Error('the connection was reset'))
    await looks.next()
    await lane.drain()
  })
})

describe('a lane that is drained', () => {
  it('stores what it holds, writes its books, and gives its lease back', async () => {
    const { lane, lines, books, committed } = startLane()
    lane.take(fetched([10]), 1_000_000)
    const drained = lane.drain()
    const insert = await lines.next()
    insert.answer(undefined)
    const book = await books.next()
    book.answer(undefined)
    await drained
    expect(committed.at(-1)).toBe(11)
    expect(lane.state()).toMatchObject({ booked: 11, committed: { offset: 11, until: 0 } })
  })
})
