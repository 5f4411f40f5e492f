// What becomes of one event of a body: it is kept, or refused with every reason.
import { randomUUID } from 'node:crypto'
import { parseEvent } from '../../event/event.ts'
import { toLine } from '../../event/event-line.ts'
import { parseJson } from '../../event/json.ts'
import type { Fault } from '../../runtime/problem.ts'

/** An event that will be kept. */
export interface KeptEvent {
  ok: true
  siteId: string
  /** The id that its sender knows it by. */
  eventId: () => string
  /** Its line takes no more. */
  mostBytes: () => number
  /**
   * Writes its canonical line into `line` from `at` on. Returns where it ends.
   * @param receivedAt the time of an event without one, epoch milliseconds
   */
  writeLine: (receivedAt: number, line: Buffer, at: number) => number
}

export interface RefusedEvent {
  ok: false
  faults: Fault[]
}

export type Verdict = KeptEvent | RefusedEvent

/** Checks bytes that should be one JSON object, by the schema. `what` names them in a message, such as "the body". */
export function checkJson(bytes: Buffer, what: string, receivedAt: number): Verdict {
  const json = parseJson(bytes)
  if (json.ok) return checkValue(json.value, receivedAt)
  return { ok: false, faults: [{ field: '', code: json.code, message: `${what} ${json.message}` }] }
}

/** Checks one parsed JSON value, by the schema. */
export function checkValue(value: unknown, receivedAt: number): Verdict {
  const parsed = parseEvent(value, receivedAt, randomUUID)
  if (!parsed.ok) return parsed
  const { event, sentId } = parsed
  const line = Buffer.from(toLine(event))
  return {
    ok: true,
    siteId: event.site_id,
    eventId: () => sentId ?? event.event_id,
    mostBytes: () => line.length,
    writeLine: (_receivedAt, bytes, at) => at + line.copy(bytes, at),
  }
}
