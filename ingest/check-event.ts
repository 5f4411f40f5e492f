// Bytes of one event to what is kept of it, or every reason why nothing is.
import { toLine } from '../event/event-line.ts'
import { parseEvent, type Event } from '../event/event.ts'
import { parseJson, parseJsonText } from '../event/json.ts'
import type { Fault } from '../runtime/problem.ts'
import { newUuid } from './new-uuid.ts'

/** An event that will be kept: its line, and the id that its sender knows it by. */
export interface Checked {
  ok: true
  siteId: string
  line: string
  event: Event
  eventId: string
}

export type Verdict = Checked | { ok: false; faults: Fault[] }

/** Checks one JSON object, bytes or their text. `what` names it in a message, such as "the body". */
export function checkJson(source: string | Buffer, what: string, receivedAt: number): Verdict {
  const json = typeof source === 'string' ? parseJsonText(source) : parseJson(source)
  if (json.ok) return checkValue(json.value, receivedAt)
  return { ok: false, faults: [{ field: '', code: json.code, message: `${what} ${json.message}` }] }
}

/** Checks one parsed JSON value. */
export function checkValue(value: unknown, receivedAt: number): Verdict {
  const parsed = parseEvent(value, receivedAt, newUuid)
  if (!parsed.ok) return parsed
  const { event, sentId } = parsed
  const eventId = sentId ?? event.event_id
  return { ok: true, siteId: event.site_id, line: toLine(event), event, eventId }
}
