// One Kafka record to rows, or the reasons why lines of it can never be any. Apart from the judge's word on events
// that come again, the same record always gives the same outcome: nothing here asks a clock or a random source.
import { eventUuidOfPlace } from '../../event/event-id.ts'
import { toMembers } from '../../event/event-line.ts'
import { faultsText, parseEvent, type Event } from '../../event/event.ts'
import { parseJson, parseJsonText } from '../../event/json.ts'
import {
  counts,
  mostLines,
  receivedAtOf,
  siteOfKey,
  splitLines,
  type Line,
} from '../../event/record-lines.ts'
import { seenEvent, type Verdict } from '../recent-ids/recent-ids.ts'
import {
  emptyRecord,
  type DeadReason,
  type DecodedRecord,
  type Judge,
  type LogPlace,
  type SourceRecord,
} from './record.ts'
import { placeOfRow } from './row-place.ts'

type LineOutcome = { event: Event } | { reason: DeadReason; field: string; message: string }

/** Decodes every line of a record. */
export function decodeRecord(place: LogPlace, record: SourceRecord, judge: Judge): DecodedRecord {
  const { key, offset } = record
  const receivedAt = receivedAtOf(record.timestamp)
  const site = siteOfKey(key)
  const decoded = emptyRecord(site, 'utf8')
  const start = placeOfRow(receivedAt, place.partition, offset)
  const lines = splitLines(record.value)
  // By index: entries() makes an array for each line.
  for (let line = 0; line < lines.length; line += 1) {
    const raw = lines[line] as Line
    if (!counts(raw, lines.length)) continue
    const outcome = decodeLine(raw, line, place, offset, site, receivedAt)
    if ('event' in outcome) {
      const { event_id, timestamp } = outcome.event
      const verdict = judge(seenEvent(site, event_id, timestamp), offset, line)
      addEvent(decoded, outcome.event, `${start}${line},`, verdict)
    } else {
      decoded.dead.push({ ...outcome, raw: Buffer.from(raw), key, offset, line, receivedAt })
    }
  }
  return decoded
}

function addEvent(decoded: DecodedRecord, event: Event, place: string, verdict: Verdict): void {
  if (verdict === 'duplicate') {
    decoded.duplicates += 1
    return
  }
  const text = `${place}${toMembers(event)}}\n`
  if (verdict === 'row') {
    decoded.rows += text
    decoded.rowCount += 1
  } else {
    const { event_id: eventId, timestamp } = event
    decoded.uncertain.push({ site: decoded.site, eventId, timestamp, text })
  }
}

/** What becomes of a record of too many lines, which is given whole, as one line. */
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
