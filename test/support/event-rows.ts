// Rows of events as the consumer makes them, for tests that store some by themselves.
import { toEventRow, type RowPlace } from '../../clickhouse/event-row.ts'
import { idWordsOf } from '../../event/event-id.ts'
import type { Event } from '../../event/event.ts'

export const sampleEvent: Event = {
  site_id: 'demo',
  event_type: 'view',
  path: '/',
  user_id: 'u',
  timestamp: Date.UTC(2025, 10, 14),
  event_id: '0b6f3c1e-6f0d-4c9e-8f2e-0d1c2b3a4f5e',
  referrer: '',
  properties: undefined,
}

/** One row, from partition 3, offset 7, line 0 unless told otherwise. */
export function rowOf(event: Partial<Event>, place: Partial<RowPlace> = {}): Buffer {
  const whole = { ...sampleEvent, ...event }
  const source = Buffer.from(whole.site_id)
  const own = { receivedAt: 1_763_110_000_123, partition: 3, offset: 7, line: 0, ...place }
  return toEventRow({ source, keyAt: 0, keyEnd: source.length, ...own }, whole, idWordsOf(whole.event_id))
}
