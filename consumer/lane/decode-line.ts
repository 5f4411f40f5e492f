// One line of a record the long way: by the schema, which makes an event of it, or says why it can never be one.
import { eventUuidOfPlace } from '../../event/event-id.ts'
import { faultsText, parseEvent, type Event } from '../../event/event.ts'
import { parseJson } from '../../event/json.ts'
import { tooManyLines } from '../../event/record-lines.ts'
import type { DeadReason, LogPlace } from './record.ts'

/** Where a line stands, and what its record says. */
export interface LinePlace extends LogPlace {
  offset: number
  line: number
  /** The record's key; empty where it has none. */
  site: string
  /** Epoch milliseconds. */
  receivedAt: number
}

export type LineOutcome = { event: Event } | { reason: DeadReason; field: string; message: string }

export function decodeLine(raw: Buffer, place: LinePlace): LineOutcome {
  const { topicId, partition, offset, line, site, receivedAt } = place
  if (site === '') {
    return {
      reason: 'missing_key',
      field: 'site_id',
      message: 'the record has no key that is UTF-8 text: produce with key = site_id',
    }
  }
  const json = parseJson(raw)
  // A record of too many lines is given whole, as one line.
  if (!json.ok && raw.includes('\n')) return { ...tooManyLines, field: '' }
  if (!json.ok) return { reason: json.code, field: '', message: `the line ${json.message}` }
  const newId = () => eventUuidOfPlace(topicId, partition, String(offset), line)
  const parsed = parseEvent(json.value, receivedAt, newId)
  if (!parsed.ok) {
    const [first] = parsed.faults
    const message = faultsText(parsed.faults)
    return { reason: first?.code ?? 'type', field: first?.field ?? '', message }
  }
  if (parsed.event.site_id !== site) {
    const message = 'site_id differs from the key of the record: produce with key = site_id'
    return { reason: 'key_mismatch', field: 'site_id', message }
  }
  return { event: parsed.event }
}
