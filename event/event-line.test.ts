import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { toLine } from './event-line.ts'
import type { Event } from './event.ts'

const text = fc.string({ unit: 'grapheme' })
const event = fc.record<Event>({
  site_id: text,
  event_type: text,
  path: text,
  user_id: text,
  timestamp: fc.maxSafeInteger(),
  event_id: fc.uuid(),
  referrer: text,
  properties: fc.option(fc.dictionary(text, fc.jsonValue({ maxDepth: 2 })), { nil: undefined }),
})

describe('the line of an event', () => {
  it('is what JSON.stringify writes of it, without its absent fields', () => {
    fc.assert(
      fc.property(event, (sent) => {
        const { site_id, event_type, path, user_id, timestamp, event_id, referrer, properties } = sent
        const present = {
          site_id,
          event_type,
          path: path || undefined,
          user_id: user_id || undefined,
          timestamp,
          event_id,
          referrer: referrer || undefined,
          properties,
        }
        expect(toLine(sent)).toBe(JSON.stringify(present))
      }),
    )
  })
})
