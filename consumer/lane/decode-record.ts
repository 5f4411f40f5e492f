// One Kafka record to rows, or the reasons why lines of it can never be any. Apart from the judge's word on events
// that come again, the same record always gives the same outcome: nothing here asks a clock or a random source.
import { eventUuidOfPlace } from '../../event/event-id.ts'
import { toMembers } from '../../event/event-line.ts'
import { faultsText, parseEvent, type Event } from '../../event/event.ts'
import type { FaultCode } from '../../event/fault-code.ts'
import { parseJson, parseJsonText, type JsonFaultCode } from '../../event/json.ts'
import {
  counts,
  mostLines,
  receivedAtOf,
  siteOfKey,
  splitLines,
  type Line,
} from '../../event/record-lines.ts'

/** A record as Kafka holds it. `timestamp` is epoch milliseconds. */
export interface SourceRecord {
  offset: string
  timestamp: number
  key: Buffer | null
  value: Buffer | null
}

/** The log a record lies in. The topic's id, since one made anew has the same name and offsets. */
export interface LogPlace {
  topicId: string
  partition: number
}

/** `refused`: ClickHouse did not take the row. */
export type DeadReason =
  FaultCode | JsonFaultCode | 'missing_key' | 'key_mismatch' | 'too_many_lines' | 'refused'

/** A line that can never be a row. */
export interface DeadLine {
  raw: Buffer
  reason: DeadReason
  field: string
  message: string
  key: Buffer | null
  offset: string
  line: number
  receivedAt: number
}

/** A row whose event may be stored already. */
export interface UncertainRow {
  site: string
  eventId: string
  /** Epoch milliseconds. */
  timestamp: number
  /** The row, with its line break. */
  text: string
}

/** Says whether an event is new: `uncertain` where only the table can tell. Asked once for each event, in order. */
export type Judge = (event: Event, offset: string, line: number) => 'row' | 'duplicate' | 'uncertain'

export interface DecodedRecord {
  /** The record's key as text; empty where there is none. */
  site: string
  /** NDJSON as ClickHouse takes it, each line with its break; empty where no line is a row. */
  rows: string
  rowCount: number
  uncertain: UncertainRow[]
  duplicates: number
  dead: DeadLine[]
}

type LineOutcome = { event: Event } | { reason: DeadReason; field: string; message: string }

/** Decodes every line of a record. */
export function decodeRecord(place: LogPlace, record: SourceRecord, judge: Judge): DecodedRecord {
  const { key, offset } = record
  const receivedAt = receivedAtOf(record.timestamp)
  const site = siteOfKey(key)
  const decoded: DecodedRecord = { site, rows: '', rowCount: 0, uncertain: [], duplicates: 0, dead: [] }
  const lines = splitLines(record.value)
  lines.forEach((raw, line) => {
    if (!counts(raw, lines.length)) return
    const outcome = decodeLine(raw, line, place, record.offset, site, receivedAt)
    if ('event' in outcome) {
      const origin = `"received_at":${receivedAt},"kafka_offset":${offset},"kafka_line":${line}`
      addEvent(decoded, outcome.event, origin, judge(outcome.event, offset, line))
    } else {
      decoded.dead.push({ ...outcome, raw: Buffer.from(raw), key, offset, line, receivedAt })
    }
  })
  return decoded
}

function addEvent(decoded: DecodedRecord, event: Event, origin: string, verdict: ReturnType<Judge>): void {
  if (verdict === 'duplicate') {
    decoded.duplicates += 1
    return
  }
  const text = `{${origin},${toMembers(event)}}\n`
  if (verdict === 'row') {
    decoded.rows += text
    decoded.rowCount += 1
  } else {
    const { event_id: eventId, timestamp } = event
    decoded.uncertain.push({ site: decoded.site, eventId, timestamp, text })
  }
}

const placeOfRow = /^\{"received_at":(\d+),"kafka_offset":(\d+),"kafka_line":(\d+),/

/**
 * Where a row made here came from, and its event's canonical line.
 * @throws Error for a text that is no such row
 */
export function readRow(text: string): { offset: string; line: number; receivedAt: number; event: string } {
  const found = placeOfRow.exec(text)
  if (!found) throw new Error('this is no row of an event')
  const [start, receivedAt, offset = '', line] = found
  const event = `{${text.slice(start.length).trimEnd()}`
  return { offset, line: Number(line), receivedAt: Number(receivedAt), event }
}

/** What is left of a line that holds line breaks: it is a whole record. */
const tooManyLines: LineOutcome = {
  reason: 'too_many_lines',
  field: '',
  message: `the record has more than ${mostLines} lines: produce it in parts`,
}

function decodeLine(
  raw: Line,
  line: number,
  { topicId, partition }: LogPlace,
  offset: string,
  site: string,
  receivedAt: number,
): LineOutcome {
  if (site === '') {
    return {
      reason: 'missing_key',
      field: 'site_id',
      message: 'the record has no key that is UTF-8 text: produce with key = site_id',
    }
  }
  const json = typeof raw === 'string' ? parseJsonText(raw) : parseJson(raw)
  if (!json.ok && raw.includes('\n')) return tooManyLines
  if (!json.ok) return { reason: json.code, field: '', message: `the line ${json.message}` }
  const parsed = parseEvent(json.value, receivedAt, () => eventUuidOfPlace(topicId, partition, offset, line))
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
