import { describe, expect, it } from 'vitest'
import { createLogger } from '../../runtime/logger.ts'
import { toMetadata } from '../lane/intent.ts'
import { startOf, type StoredOffsets } from './starts.ts'

const topicId = '7e0e0f3a-6d52-4f0e-9a55-0c1d2e3f4a5b'
const olderTopicId = '00000000-1111-2222-3333-444444444444'
const intent = { first: 40, last: 49, deadline: 1_763_110_000 }

/** A log from 0 to 100 of which the group has committed 40, unless told otherwise. */
function start(
  found: { committed?: number | null; metadata?: string | null; low?: number; high?: number },
  stored: StoredOffsets = {},
  told = new Map<string, number>(),
) {
  let expired = 0
  const metrics = {
    expired: (offsets: number) => {
      expired += offsets
    },
  }
  const progress = {
    partition: 0,
    committed: 40,
    metadata: toMetadata(topicId, null),
    low: 0,
    high: 100,
    ...found,
  }
  const logger = createLogger('test', 'silent')
  return { ...startOf(progress, topicId, stored, { topic: 'events', metrics, logger, told }), expired }
}

describe('where a partition goes on', () => {
  it('is the committed offset', () => {
    expect(start({})).toEqual({ next: 40, pending: null, expired: 0 })
    expect(start({ metadata: '' })).toEqual({ next: 40, pending: null, expired: 0 })
    expect(start({ metadata: 'of another program' })).toEqual({ next: 40, pending: null, expired: 0 })
  })

  it('is the start of the log where nothing is known', () => {
    expect(start({ committed: null, metadata: null, low: 7 })).toEqual({ next: 7, pending: null, expired: 0 })
  })

  it('is the pending range, where the group has one', () => {
    const metadata = toMetadata(topicId, intent)
    expect(start({ metadata })).toEqual({ next: 40, pending: intent, expired: 0 })
    expect(start({ metadata }, { next: 40 })).toEqual({ next: 40, pending: intent, expired: 0 })
  })

  it('is after the pending range where the books have it, which is still to be cleared', () => {
    const metadata = toMetadata(topicId, intent)
    expect(start({ metadata }, { next: 50 })).toEqual({ next: 50, pending: intent, expired: 0 })
  })

  it('is after whatever the books have, where the group was forgotten or set back', () => {
    expect(start({ committed: null, metadata: null }, { next: 60 })).toEqual({
      next: 60,
      pending: null,
      expired: 0,
    })
    expect(start({ committed: 0, metadata: null }, { next: 60 })).toEqual({
      next: 60,
      pending: null,
      expired: 0,
    })
  })

  it('is where lines lie that no books tell of, where the group was forgotten in the middle of a range', () => {
    const forgotten = { committed: null, metadata: null }
    const pending = { first: 60, last: 64, deadline: 0 }
    expect(start(forgotten, { next: 60, highest: 64 })).toEqual({ next: 60, pending, expired: 0 })
    expect(start(forgotten, { next: 60, highest: 59 })).toEqual({ next: 60, pending: null, expired: 0 })
    expect(start({ ...forgotten, low: 3 }, { highest: 1 })).toEqual({
      next: 3,
      pending: { first: 0, last: 1, deadline: 0 },
      expired: 3,
    })
  })

  it('is the start of a log that was made anew, whatever was committed of the old one', () => {
    const metadata = toMetadata(olderTopicId, intent)
    expect(start({ metadata, high: 3 })).toEqual({ next: 0, pending: null, expired: 0 })
    expect(start({ metadata })).toEqual({ next: 0, pending: null, expired: 0 })
  })

  it('is the start of a log that begins above it, and says how much is gone', () => {
    expect(start({ low: 70 })).toEqual({ next: 70, pending: null, expired: 30 })
    const metadata = toMetadata(topicId, intent)
    expect(start({ low: 45, metadata })).toEqual({ next: 45, pending: intent, expired: 5 })
  })

  it('is asked for again before anything is stored, and what is gone is counted once', () => {
    const told = new Map<string, number>()
    expect([70, 70, 75].map((low) => start({ low }, {}, told).expired)).toEqual([30, 0, 5])
    expect(start({ committed: 80, low: 85 }, {}, told).expired).toBe(5)
  })

  it('is the end of a log that was cut short below it', () => {
    expect(start({ high: 30 })).toEqual({ next: 30, pending: null, expired: 0 })
  })
})
