// The canonical line of an event: how it travels on the topic. ClickHouse reads the same line.
import type { Event } from './event.ts'

/** One line of compact JSON without a line break. Absent fields are left out; it is itself a valid event. */
export function toLine(event: Event): string {
  return `{${toMembers(event)}}`
}

/**
 * The members of that line without its braces, for whoever has more to put beside them. Written field by field, which
 * costs half of what JSON.stringify takes for the whole; ids and instants need no escaping.
 */
export function toMembers(event: Event): string {
  const { site_id, event_type, path, user_id, timestamp, event_id, referrer, properties } = event
  let members = `"site_id":${JSON.stringify(site_id)},"event_type":${JSON.stringify(event_type)}`
  if (path !== '') members += `,"path":${JSON.stringify(path)}`
  if (user_id !== '') members += `,"user_id":${JSON.stringify(user_id)}`
  members += `,"timestamp":${timestamp},"event_id":"${event_id}"`
  if (referrer !== '') members += `,"referrer":${JSON.stringify(referrer)}`
  return properties ? `${members},"properties":${JSON.stringify(properties)}` : members
}
