// One Kafka record to rows, or the reasons why lines of it can never be any. The same record always gives the
// same outcome, whoever reads it and whenever: nothing here asks a clock or a random source.
import { isUtf8 } from 'node:buffer'
import { eventUuidOfPlace } from '../event/event-id.ts'
import { toMembers } from '../event/event-line.ts'
import { parseEvent, type FaultCode } from '../event/event.ts'
import { parseJson, parseJsonText, type JsonFaultCode } from '../event/json.ts'
import { earliest } from '../event/timestamp.ts'

/** A record as Kafka holds it. `timestamp` is epoch milliseconds. */
export interface SourceRecord {
  topic: string
  partition: number
  offset: string
  timestamp: number
  key: Buffer | null
  value: Buffer | null
}

export type DeadReason = FaultCode | JsonFaultCode | 'missing_key' | 'key_mismatch'

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

export interface DecodedRecord {
  /** The record's key as text; empty where there is none. */
  site: string
  /** NDJSON as ClickHouse takes it, each line with its break; empty where no line is a row. */
  rows: string
  rowCount: number
  dead: DeadLine[]
}

/** A line as text, or as the bytes that are none. */
type Line = string | Buffer

type LineOutcome = { row: string } | { reason: DeadReason; field: string; message: string }

/** A producer's clock may be far off; the store's dates must still hold its time. */
const latest = Date.UTC(2200, 0, 1)

/** Decodes every line of a record. */
export function decodeRecord(record: SourceRecord): DecodedRecord {
  const { key, offset } = record
  const receivedAt = Math.min(Math.max(record.timestamp, earliest), latest)
  const decoded: DecodedRecord = { site: siteOf(key), rows: '', rowCount: 0, dead: [] }
  const lines = splitLines(record.value)
  lines.forEach((raw, line) => {
    if (isBlank(raw) && lines.length > 1) return
    const outcome = decodeLine(raw, line, record, decoded.site, receivedAt)
    if ('row' in outcome) {
      decoded.rows += outcome.row
      decoded.rowCount += 1
    } else {
      decoded.dead.push({ ...outcome, raw: Buffer.from(raw), key, offset, line, receivedAt })
    }
  })
  return decoded
}

function decodeLine(
  raw: Line,
  line: number,
  record: SourceRecord,
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
  if (!json.ok) return { reason: json.code, field: '', message: `the line ${json.message}` }
  const { topic, partition, offset } = record
  const parsed = parseEvent(json.value, receivedAt, () => eventUuidOfPlace(topic, partition, offset, line))
  if (!parsed.ok) {
    const [first] = parsed.faults
    const message = parsed.faults.map((fault) => fault.message).join('; ')
    return { reason: first?.code ?? 'type', field: first?.field ?? '', message }
  }
  if (parsed.event.site_id !== site) {
    const message = 'site_id differs from the key of the record: produce with key = site_id'
    return { reason: 'key_mismatch', field: 'site_id', message }
  }
  const place = `"received_at":${receivedAt},"kafka_offset":${offset},"kafka_line":${line}`
  return { row: `{${place},${toMembers(parsed.event)}}\n` }
}

/** JSON's white space alone. */
function isBlank(line: Line): boolean {
  return line.length < 100 && line.toString().trim() === ''
}

function siteOf(key: Buffer | null): string {
  return key !== null && isUtf8(key) ? key.toString('utf8') : ''
}

/** Bytes only where they are no UTF-8: to make text of a whole record costs far less than of each line. */
function splitLines(value: Buffer | null): Line[] {
  if (value === null) return ['']
  if (isUtf8(value)) return value.toString('utf8').split('\n')
  const lines: Line[] = []
  for (let start = 0; start <= value.length;) {
    const end = value.indexOf(0x0a, start)
    lines.push(value.subarray(start, end === -1 ? value.length : end))
    start = end === -1 ? value.length + 1 : end + 1
  }
  return lines
}
