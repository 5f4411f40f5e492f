import { describe, expect, it } from 'vitest'
import { createLogger } from '../../runtime/logger.ts'
import { toMetadata } from '../lane/lease.ts'
import { toStoredLines } from '../lane/stored-lines.ts'
import { leftBehind, startOf } from './starts.ts'

const topicId = '7e0e0f3a-6d52-4f0e-9a55-0c1d2e3f4a5b'
const olderTopicId = '00000000-1111-2222-3333-444444444444'
const lease = { since: 1_763_109_990, until: 1_763_110_000 }
const withLease = { metadata: toMetadata(topicId, lease) }

interface Log {
  committed?: number | null
  metadata?: string | null
  low?: number
  high?: number
}

/** What the tables have: the offset after the last one in the books, and lines that are in no books. */
interface Tables {
  books?: number
  events?: number[]
  dead?: number[]
}

/** A log from 0 to 100 of which the group has committed 40, unless told otherwise. */
function start(found: Log, { books = 0, events = [], dead = [] }: Tables = {}, told = new Map()) {
  let expired = 0
  const metrics = { expired: (offsets: number) => void (expired += offsets) }
  const own = { committed: 40, metadata: toMetadata(topicId, null), low: 0, high: 100 }
  const progress = { partition: 0, ...own, ...found }
  const left = leftBehind(progress, topicId)
  const line = (offset: number) => ({ offset, line: 0, site: 'demo' })
  const stored = toStoredLines(
    events.map((offset) => ({ ...line(offset), eventId: '', timestamp: 0, receivedAt: 0 })),
    dead.map(line),
  )
  const tables = { booked: Math.max(left.committed ?? 0, books), stored }
  const logger = createLogger('test', 'silent')
  const parts = { topic: 'events', metrics, logger, told }
  const { booked, next, ...more } = startOf(progress, left, tables, topicId, parts).start
  return { booked, next, lost: expired, ...more }
}

/** Where it goes on, and how much is gone. */
const whereOf = (...given: Parameters<typeof start>) => {
  const { booked, next, lost } = start(...given)
  return [booked, next, lost]
}

describe('where a partition goes on', () => {
  it('is the committed offset', () => {
    expect(whereOf({})).toEqual([40, 40, 0])
    expect(whereOf({ metadata: '' })).toEqual([40, 40, 0])
    expect(whereOf({ metadata: 'of another program' })).toEqual([40, 40, 0])
    expect(start({}).committed).toEqual({ offset: 40, since: 0, until: 0 })
  })

  it('is the start of the log where nothing is known', () => {
    expect(whereOf({ committed: null, metadata: null, low: 7 })).toEqual([7, 7, 0])
  })

  it('is behind what is in the books, under the lease that the group still has', () => {
    expect(whereOf(withLease)).toEqual([40, 40, 0])
    expect(whereOf(withLease, { books: 50 })).toEqual([50, 50, 0])
    expect(start(withLease, { books: 50 }).committed).toEqual({ offset: 40, ...lease })
  })

  it('is there too where the group was forgotten or set back', () => {
    expect(whereOf({ committed: null, metadata: null }, { books: 60 })).toEqual([60, 60, 0])
    expect(whereOf({ committed: 0, metadata: null }, { books: 60 })).toEqual([60, 60, 0])
  })

  it('is below lines that are stored and in no books', () => {
    expect(start(withLease, { events: [40, 42], dead: [43] })).toMatchObject({ next: 40, storedLast: 43 })
    expect(start({}).storedLast).toBe(-1)
  })

  it('is the start of a log that was made anew, whatever was committed of the old one', () => {
    const metadata = toMetadata(olderTopicId, lease)
    expect(start({ metadata, high: 3 })).toMatchObject({
      ...{ booked: 0, next: 0, lost: 0 },
      committed: { offset: -1, since: 0, until: 0 },
    })
  })

  it('is the start of a log that begins above it, and says how much is gone', () => {
    expect(whereOf({ low: 70 })).toEqual([70, 70, 30])
    expect(whereOf({ ...withLease, low: 45 })).toEqual([45, 45, 5])
  })

  it('is there too where lines are stored that are gone: their books are owed', () => {
    const gone = start({ ...withLease, low: 45 }, { events: [40, 42, 47], dead: [43] })
    expect(gone).toMatchObject({ booked: 40, next: 45, lost: 2, expired: { first: 40, last: 43 } })
    expect(start({ ...withLease, low: 45 }, { events: [47] })).toMatchObject({ booked: 45, expired: null })
  })

  it('is asked for again before anything is stored, and what is gone is counted once', () => {
    const told = new Map<string, number>()
    expect([70, 70, 75].map((low) => start({ low }, {}, told).lost)).toEqual([30, 0, 5])
    expect(start({ committed: 80, low: 85 }, {}, told).lost).toBe(5)
  })

  it('is the end of a log that was cut short below it', () => {
    expect(whereOf({ high: 30 })).toEqual([30, 30, 0])
  })
})
