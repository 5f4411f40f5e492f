// Finds out which lines of a range are missing: those of the topic that are stored nowhere, not even as the event that
// they repeat.
import type { AuditedLog } from '../../clickhouse/audit/audited-log.ts'
import type { BookedRange } from '../../clickhouse/audit/booked-ranges.ts'
import { queryIdsOfSite, queryStoredPlaces } from '../../clickhouse/audit/differing-ranges.ts'
import type { ClickHouse } from '../../clickhouse/client.ts'
import { eventUuidOfPlace } from '../../event/event-id.ts'
import { parseEvent } from '../../event/event.ts'
import { parseJson } from '../../event/json.ts'
import { bytesOfValue, linesOf, receivedAtOf, siteOfKey } from '../../event/record-lines.ts'
import type { LogRecord } from '../../kafka/read-records.ts'
import type { RangeWatch } from './books-at-hand.ts'
import { mostLines, type NamedLine } from './findings.ts'

/** A range of which a site has fewer lines stored than booked. */
export interface MissingLines {
  log: AuditedLog
  first: number
  last: number
  site: string
  rows: number
  dead: number
  /** The lines, once the topic was walked. Empty where Kafka no longer has them. */
  named: NamedLine[]
}

/** Ids of one question to the table, where they are a parameter: ClickHouse takes 128 KiB of one. */
const idsAtOnce = 2000

/** Watches the records of a range that has missing lines; null for a range that has none. */
export async function watchMissing(
  clickhouse: ClickHouse,
  missing: readonly MissingLines[],
  range: BookedRange,
): Promise<RangeWatch | null> {
  const ofRange = missing.filter(({ first, last }) => first === range.first && last === range.last)
  if (ofRange.length === 0) return null
  const watches = new Map<string, Awaited<ReturnType<typeof watchSite>>>()
  for (const lines of ofRange) watches.set(lines.site, await watchSite(clickhouse, lines))
  return {
    see: (record, site) => watches.get(site)?.see(record),
    end: async () => {
      for (const watch of watches.values()) await watch.end()
    },
  }
}

async function watchSite(clickhouse: ClickHouse, missing: MissingLines) {
  const { log, site, first, last } = missing
  const stored = new Set<string>()
  for await (const { offset, line } of queryStoredPlaces(clickhouse, log, site, first, last)) {
    stored.add(`${offset}:${line}`)
  }
  const unstored: NamedLine[] = []
  return {
    see: (record: LogRecord) => {
      for (const named of namedLinesOf(record, log)) {
        if (!stored.has(`${named.offset}:${named.line}`)) unstored.push(named)
      }
    },
    end: async () => {
      missing.named = await withoutDuplicates(clickhouse, missing, unstored)
    },
  }
}

/** Every line that counts, with the id of its event. */
function namedLinesOf(record: LogRecord, { topicId, partition }: AuditedLog): NamedLine[] {
  const value = bytesOfValue(record.value)
  const receivedAt = receivedAtOf(record.timestamp)
  return Array.from(linesOf(value), ({ at, end, number: line }) => {
    const json = parseJson(value.subarray(at, end))
    const newId = () => eventUuidOfPlace(topicId, partition, String(record.offset), line)
    const parsed = json.ok ? parseEvent(json.value, receivedAt, newId) : null
    const isEvent = parsed?.ok === true && parsed.event.site_id === siteOfKey(record.key)
    return { offset: record.offset, line, eventId: isEvent ? parsed.event.event_id : null }
  })
}

/**
 * Of the lines that are not stored those that should be. The rest repeat an event that is stored; of two that repeat
 * each other the first is the one that should be.
 */
async function withoutDuplicates(
  clickhouse: ClickHouse,
  { site, rows, dead }: MissingLines,
  unstored: readonly NamedLine[],
): Promise<NamedLine[]> {
  const known = new Set<string>()
  const ids = unstored.flatMap(({ eventId }) => eventId ?? [])
  for (let at = 0; at < ids.length; at += idsAtOnce) {
    const found = await queryIdsOfSite(clickhouse, site, ids.slice(at, at + idsAtOnce))
    for (const id of found) known.add(id)
  }
  const events: NamedLine[] = []
  const noEvents: NamedLine[] = []
  for (const line of unstored) {
    if (line.eventId === null) noEvents.push(line)
    else if (!known.has(line.eventId)) {
      known.add(line.eventId)
      events.push(line)
    }
  }
  const named = [...(rows > 0 ? events : []), ...(dead > 0 ? noEvents : [])]
  // Dead letters can be events too: those that ClickHouse refused, or that a newer version takes.
  const all = dead > noEvents.length && rows === 0 ? [...named, ...events] : named
  return all.slice(0, mostLines)
}
