// What a client may send, for every way in: the one schema of an event.
import { z } from 'zod'
import { toEventUuid } from './event-id.ts'
import type { FaultCode } from './fault-code.ts'
import { propertiesSchema, type Properties } from './properties.ts'
import { controlCharacter, fault, text } from './text.ts'
import { earliest, greatestLead, parseTimestamp } from './timestamp.ts'

/** An event as it is kept: absent texts are empty, `timestamp` is epoch milliseconds, `event_id` a UUID. */
export interface Event {
  site_id: string
  event_type: string
  path: string
  user_id: string
  timestamp: number
  event_id: string
  referrer: string
  properties: Properties | undefined
}

/** One fault of an event: the field, a code of a closed list, a sentence that says what to do. */
export interface EventFault {
  field: string
  code: FaultCode
  message: string
}

/** All faults in one line. */
export function faultsText(faults: readonly EventFault[]): string {
  return faults.map(({ message }) => message).join('; ')
}

export type Parsed = { ok: true; event: Event; sentId: string | null } | { ok: false; faults: EventFault[] }

/** More unknown fields than this are not listed: the answer would be longer than the event. */
const mostUnknownFields = 20

const required = (maxLength: number) =>
  z.preprocess((value) => (value === null || value === '' ? undefined : value), text(maxLength))

const optional = (maxLength: number) => text(maxLength).nullish()

const timestamp = z
  .union([z.string(), z.number()])
  .nullish()
  .transform((value, ctx) => {
    if (value === undefined || value === null || value === '') return null
    const instant = parseTimestamp(value)
    if (instant === null) ctx.issues.push(fault(value, 'timestamp_format', timestampFormat))
    return instant
  })

const timestampFormat =
  'must be RFC 3339 with seconds and zone, such as 2025-11-14T09:30:00Z, or whole epoch milliseconds'

/** The shape of an event as sent. What depends on the moment of receipt is checked by `parseEvent`. */
export const eventSchema = z.strictObject({
  site_id: required(255).check((ctx) => {
    if (controlCharacter.test(ctx.value)) {
      ctx.issues.push(fault(ctx.value, 'control_character', 'holds a control character: leave it out'))
    }
  }),
  event_type: required(100),
  path: optional(2048),
  user_id: optional(255),
  timestamp,
  event_id: optional(128),
  referrer: optional(2048),
  properties: propertiesSchema.optional(),
})

/**
 * Checks what was sent by the schema and gives the event that is kept, or every fault at once. `sentId` is the id as the
 * client wrote it, null where it sent none.
 * @param receivedAt when it was received, epoch milliseconds: the time of an event without one
 * @param newId the id of an event without one
 */
export function parseEvent(input: unknown, receivedAt: number, newId: () => string): Parsed {
  const result = eventSchema.safeParse(input, { reportInput: true })
  if (!result.success) {
    const instant = sentInstant(input)
    return {
      ok: false,
      faults: [...result.error.issues.flatMap(toFaults), ...rangeFaults(instant, receivedAt)],
    }
  }
  const outOfRange = rangeFaults(result.data.timestamp ?? null, receivedAt)
  if (outOfRange.length > 0) return { ok: false, faults: outOfRange }
  const sent = result.data
  const sentId = sent.event_id || null
  const event = {
    site_id: sent.site_id,
    event_type: sent.event_type,
    path: sent.path ?? '',
    user_id: sent.user_id ?? '',
    timestamp: sent.timestamp ?? receivedAt,
    event_id: sentId === null ? newId() : toEventUuid(sent.site_id, sentId),
    referrer: sent.referrer ?? '',
    properties: sent.properties,
  }
  return { ok: true, event, sentId }
}

/** The instant of an event that is refused anyway, so that a range fault is told along with the others. */
function sentInstant(input: unknown): number | null {
  const value = (input as { timestamp?: unknown } | null | undefined)?.timestamp
  return typeof value === 'string' || typeof value === 'number' ? parseTimestamp(value) : null
}

function rangeFaults(instant: number | null, receivedAt: number): EventFault[] {
  if (instant === null || (instant >= earliest && instant <= receivedAt + greatestLead)) return []
  const message =
    instant < earliest
      ? 'timestamp lies before 2000-01-01T00:00:00Z; epoch times are milliseconds, not seconds'
      : 'timestamp lies more than 24 h ahead'
  return [{ field: 'timestamp', code: 'timestamp_range', message }]
}

function toFaults(issue: z.core.$ZodIssue): EventFault[] {
  const field = issue.path.join('.')
  if (issue.code === 'unrecognized_keys') return issue.keys.slice(0, mostUnknownFields).map(unknownField)
  if (issue.code === 'custom') {
    const code = (issue.params as { code: FaultCode }).code
    return [{ field, code, message: `${field} ${issue.message}` }]
  }
  if (issue.path.length === 0) return [{ field: '', code: 'type', message: 'an event must be a JSON object' }]
  if (issue.input === undefined || issue.input === null) {
    return [{ field, code: 'required', message: `${field} is required` }]
  }
  const wanted = field === 'timestamp' ? 'text or a number' : 'text'
  return [{ field, code: 'type', message: `${field} must be ${wanted}` }]
}

function unknownField(key: string): EventFault {
  const name = key.slice(0, 100).toWellFormed()
  const message = `${name} is not a field of an event: correct its name, or put it into properties`
  return { field: name, code: 'unknown_field', message }
}
