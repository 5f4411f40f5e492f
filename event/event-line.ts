// The canonical line of an event: how it travels on the topic. ClickHouse reads the same line.
import type { Event } from './event.ts'

/** One line of compact JSON without a line break. Absent fields are left out; it is itself a valid event. */
export function toLine(event: Event): string {
  return JSON.stringify({
    site_id: event.site_id,
    event_type: event.event_type,
    path: event.path || undefined,
    user_id: event.user_id || undefined,
    timestamp: event.timestamp,
    event_id: event.event_id,
    referrer: event.referrer || undefined,
    properties: event.properties,
  })
}
