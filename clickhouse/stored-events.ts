// Which events are stored already: those of late, to know them again without asking, and others by their ids.
import { z } from 'zod'
import { uuidBytes, type IdWords } from '../event/event-id.ts'
import type { ClickHouse } from './client.ts'
import type { Source } from './insert-lines.ts'
import { queryRows } from './query-rows.ts'

/** An event as it is known, for the moment of the call. `timestamp` and `receivedAt` are epoch milliseconds. */
export interface StoredEvent {
  site: string
  /** Used again for the next one. */
  id: IdWords
  timestamp: number
  receivedAt: number
}

/** Partitions of a topic, each with the first offset that does not count as stored. */
export interface StoredBelow {
  topicId: string
  nextOffsets: Map<number, number>
}

interface RecentListeners {
  /** Told first, about how many events will come. */
  onCount: (events: number) => void
  onEvent: (event: StoredEvent) => void
}

/**
 * Reads the newest events of these partitions, oldest first, at most `most`, received no earlier than `since`.
 * @returns the time from which on they are complete, epoch milliseconds
 */
export async function readRecentEvents(
  clickhouse: ClickHouse,
  below: StoredBelow,
  limits: { most: number; since: number },
  { onCount, onEvent }: RecentListeners,
): Promise<number> {
  const since = await completeSince(clickhouse, below, limits)
  const [counted] = await queryRows(clickhouse, z.object({ events: z.number() }), {
    query: `SELECT count() AS events FROM events WHERE ${isRecent(below)}`,
    query_params: { ...belowParams(below), since },
  })
  onCount(counted?.events ?? 0)
  // Times as doubles: whole numbers of 64 bits would be read as BigInt, millions of them.
  const { stream } = await clickhouse.exec({
    query: `SELECT site_id, UUIDStringToNum(toString(event_id)), toFloat64(toUnixTimestamp64Milli(timestamp)),
        toFloat64(toUnixTimestamp64Milli(received_at))
      FROM events WHERE ${isRecent(below)} ORDER BY received_at FORMAT RowBinary`,
    query_params: { ...belowParams(below), since },
  })
  let rest = Buffer.alloc(0)
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    rest = takeRows(rest.length === 0 ? chunk : Buffer.concat([rest, chunk]), onEvent)
  }
  if (rest.length > 0) throw new Error('ClickHouse ended its answer in the middle of a row')
  return since
}

async function completeSince(
  clickhouse: ClickHouse,
  below: StoredBelow,
  { most, since }: { most: number; since: number },
): Promise<number> {
  // The one beyond the most decides: all that came in its millisecond are left out.
  const [row] = await queryRows(clickhouse, z.object({ cut: z.number() }), {
    query: `SELECT toUnixTimestamp64Milli(received_at) + 1 AS cut FROM events WHERE ${isRecent(below)}
      ORDER BY received_at DESC LIMIT 1 OFFSET {most:UInt64}`,
    query_params: { ...belowParams(below), since, most },
  })
  return row?.cut ?? since
}

/**
 * Up to which timestamps there are stored events that were received before `since`, epoch milliseconds: for all
 * sites, and for those whose events were dated more than `skewMs` after that.
 */
export async function queryHorizon(
  clickhouse: ClickHouse,
  since: number,
  skewMs: number,
): Promise<{ all: number; sites: Map<string, number> }> {
  const params = { since, earliest: since - skewMs, latest: since + skewMs }
  const before = "received_at < fromUnixTimestamp64Milli({since:Int64}, 'UTC')"
  const [older] = await queryRows(clickhouse, z.object({ found: z.number() }), {
    query: `SELECT count() AS found FROM (SELECT 1 FROM events WHERE ${before} LIMIT 1)`,
    query_params: params,
  })
  // The very latest, since `latest` may lie ahead of now, and then every event that comes would be asked about.
  const [around] = await queryRows(clickhouse, z.object({ newest: z.number() }), {
    query: `SELECT toUnixTimestamp64Milli(max(timestamp)) AS newest FROM events WHERE ${before}
      AND timestamp > fromUnixTimestamp64Milli({earliest:Int64}, 'UTC')
      AND timestamp <= fromUnixTimestamp64Milli({latest:Int64}, 'UTC')`,
    query_params: params,
  })
  const ahead = await queryRows(clickhouse, z.object({ site: z.string(), newest: z.number() }), {
    query: `SELECT toString(site_id) AS site, max(toUnixTimestamp64Milli(timestamp)) AS newest FROM events
      WHERE ${before} AND timestamp > fromUnixTimestamp64Milli({latest:Int64}, 'UTC') GROUP BY site`,
    query_params: params,
  })
  return {
    all: older && older.found > 0 ? Math.max(around?.newest ?? 0, params.earliest) : -Infinity,
    sites: new Map(ahead.map(({ site, newest }) => [site, newest])),
  }
}

/**
 * What one question may ask about. Ids are in its text, which may be 1 MiB long; sites and days are parameters, of
 * which ClickHouse takes 128 KiB each (`http_max_field_value_size`): five thousand days are 95 KB.
 */
const mostOfQuestion = { events: 5000, siteBytes: 120_000 }

/**
 * Which of these events are stored, each as `site NUL id`. Asked by site, day and id, so an event is found only with
 * the timestamp it was stored with.
 * @param except a range being stored: what is stored of it already does not count
 */
export async function queryStoredIds(
  clickhouse: ClickHouse,
  events: readonly { site: string; eventId: string; timestamp: number }[],
  except: Source & { first: number },
): Promise<Set<string>> {
  const stored = new Set<string>()
  for (const { asked, sites } of cutIntoQuestions(events)) {
    const ids = asked.map(({ eventId }) => `'${eventId}'`).join(',')
    const rows = await queryRows(clickhouse, z.object({ site: z.string(), id: z.string() }), {
      query: `SELECT toString(site_id) AS site, toString(event_id) AS id FROM events
        WHERE site_id IN {sites:Array(String)} AND toDate(timestamp) IN {days:Array(Date)} AND event_id IN (${ids})
          AND NOT (kafka_topic_id = {topicId:UUID} AND kafka_partition = {partition:UInt32}
            AND kafka_offset >= {first:UInt64})`,
      query_params: {
        sites: [...sites],
        days: [...new Set(asked.map(({ timestamp }) => new Date(timestamp).toISOString().slice(0, 10)))],
        ...{ topicId: except.topicId, partition: except.partition, first: except.first },
      },
    })
    for (const { site, id } of rows) stored.add(`${site}\0${id}`)
  }
  return stored
}

interface Asked {
  site: string
  eventId: string
  timestamp: number
}

function cutIntoQuestions<Event extends Asked>(
  events: readonly Event[],
): { asked: Event[]; sites: Set<string> }[] {
  const questions: { asked: Event[]; sites: Set<string> }[] = []
  let last: (typeof questions)[number] | undefined
  let siteBytes = 0
  for (const event of events) {
    const bytes = last?.sites.has(event.site) ? 0 : bytesInUrl(event.site)
    const { events: most, siteBytes: mostBytes } = mostOfQuestion
    if (!last || last.asked.length === most || siteBytes + bytes > mostBytes) {
      last = { asked: [], sites: new Set() }
      questions.push(last)
      siteBytes = 0
    }
    if (!last.sites.has(event.site)) siteBytes += bytesInUrl(event.site)
    last.sites.add(event.site)
    last.asked.push(event)
  }
  return questions
}

/** At most: each byte may be an escaped character, both of which are written as three; then quotes and a comma. */
function bytesInUrl(text: string): number {
  return 6 * Buffer.byteLength(text) + 9
}

function isRecent(below: StoredBelow): string {
  return `${isBelow(below)} AND received_at >= fromUnixTimestamp64Milli({since:Int64}, 'UTC')`
}

/** Rows of another topic, one made anew since, count whatever their offset. */
function isBelow({ nextOffsets }: StoredBelow): string {
  const own = [...nextOffsets.keys()].map(
    (partition) => `(kafka_partition = {p${partition}:UInt32} AND kafka_offset < {o${partition}:UInt64})`,
  )
  return `(kafka_topic_id != {topicId:UUID} OR ${own.join(' OR ') || 'false'})`
}

function belowParams({ topicId, nextOffsets }: StoredBelow): Record<string, string | number> {
  const offsets = [...nextOffsets].flatMap(([partition, next]) => [
    [`p${partition}`, partition],
    [`o${partition}`, next],
  ])
  return { topicId, ...(Object.fromEntries(offsets) as Record<string, number>) }
}

/** A row of RowBinary: a text, the bytes of a UUID, two doubles. */
const bytesAfterSite = uuidBytes + 16

/** Takes the whole rows of RowBinary out of `bytes`. Returns what is left. */
function takeRows(bytes: Buffer, onEvent: (event: StoredEvent) => void): Buffer<ArrayBuffer> {
  let at = 0
  for (;;) {
    let length = 0
    let start = at
    for (let shift = 0; start < bytes.length; shift += 7) {
      const byte = bytes[start] as number
      start += 1
      length += (byte & 0x7f) << shift
      if (byte < 0x80) break
    }
    const idAt = start + length
    const end = start + length + bytesAfterSite
    if (start === at || end > bytes.length || isCutVarint(bytes, start)) {
      return Buffer.from(bytes.subarray(at))
    }
    onEvent({
      site: bytes.toString('utf8', start, start + length),
      id: readWords(bytes, idAt),
      timestamp: bytes.readDoubleLE(idAt + uuidBytes),
      receivedAt: bytes.readDoubleLE(idAt + uuidBytes + 8),
    })
    at = end
  }
}

const words: IdWords = new Int32Array(4)

function readWords(bytes: Buffer, at: number): IdWords {
  for (let word = 0; word < words.length; word += 1) words[word] = bytes.readInt32BE(at + 4 * word)
  return words
}

/** Whether the bytes ended in the middle of a length. */
function isCutVarint(bytes: Buffer, end: number): boolean {
  return (bytes[end - 1] as number) >= 0x80
}
