// A record that ingest has sealed, to rows: each line as the bytes it is, behind the place it came from. Nothing is parsed.
import { readUuid, uuidBytes } from '../../event/event-id.ts'
import { receivedAtOf, siteOfKey } from '../../event/record-lines.ts'
import type { SealedEvents } from '../../event/seal.ts'
import { emptyRecord, type DecodedRecord, type Judge, type LogPlace, type SourceRecord } from './record.ts'
import { placeOfRow } from './row-place.ts'

/** Null where it has another number of lines than of ids: it has to be checked then. */
export function decodeSealed(
  { partition }: LogPlace,
  { key, value, offset, timestamp }: SourceRecord,
  { ids, earliest, latest }: SealedEvents,
  judge: Judge,
): DecodedRecord | null {
  // One character a byte: to cut and join such texts costs a fraction of what it does to decode UTF-8, or to copy bytes.
  const lines = value?.toString('latin1').split('\n') ?? []
  if (lines.length * uuidBytes !== ids.length) return null
  const site = siteOfKey(key)
  const decoded = emptyRecord(site, 'latin1')
  const place = placeOfRow(receivedAtOf(timestamp), partition, offset)
  const times = { earliest, latest }
  // By index: entries() makes an array for each line.
  for (let line = 0; line < lines.length; line += 1) {
    const event = lines[line] as string
    const at = line * uuidBytes
    const verdict = judge({ site, ids, at, times }, offset, line)
    const row = `${place}${line},${event.slice(1)}\n`
    if (verdict === 'row') {
      decoded.rows += row
      decoded.rowCount += 1
    } else if (verdict === 'duplicate') {
      decoded.duplicates += 1
    } else {
      const text = Buffer.from(row, 'latin1').toString('utf8')
      const own = JSON.parse(text) as { timestamp: number }
      decoded.uncertain.push({ site, eventId: readUuid(ids, at), timestamp: own.timestamp, text })
    }
  }
  return decoded
}
