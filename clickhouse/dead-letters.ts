// Questions about dead letters: how many there are of each kind, and the letters themselves.
import { z } from 'zod'
import type { ClickHouse } from './client.ts'
import { queryRows } from './query-rows.ts'
import { siteOfDeadLetter } from './site-of-dead-letter.ts'

/** Where a dead letter came from. */
export interface LetterPlace {
  topicId: string
  partition: number
  offset: number
  line: number
}

/** Which dead letters are meant; null is no bound. */
export interface LetterFilter {
  reason: string | null
  /** Key of the record; empty for records without one that is text. */
  site: string | null
  /** Set aside at this time or later, epoch milliseconds. */
  since: number | null
  /** Only these; a null topic id means that of any topic. */
  places: (Omit<LetterPlace, 'topicId'> & { topicId: string | null })[] | null
}

/** Whether a letter comes from this place. */
export function isAt(
  { topicId, partition, offset, line }: LetterPlace,
  place: NonNullable<LetterFilter['places']>[number],
): boolean {
  const isOfTopic = place.topicId === null || place.topicId === topicId
  return isOfTopic && place.partition === partition && place.offset === offset && place.line === line
}

/** `unfinished`: it was about to be sent again when that broke off, so it may have been sent. */
export type LetterState = 'open' | 'unfinished' | 'replayed'

/** A dead letter as it was set aside. Times are epoch milliseconds. */
export interface DeadLetter extends LetterPlace {
  raw: Buffer
  /** Key of its record; empty where it had none. */
  key: Buffer
  reason: string
  field: string
  message: string
  receivedAt: number
  storedAt: number
  state: LetterState
  /** Where it stands on the topic since it was sent again. */
  sentTo: { partition: number; offset: number } | null
}

const place = 'kafka_topic_id, kafka_partition, kafka_offset, kafka_line'

/** Whether it was marked before it was sent more often than Kafka refused it. */
const isBegun = "countIf(state = 'sending') > countIf(state = 'refused')"

const isMeant = `({reason:String} = '' OR reason = {reason:String})
  AND ({anySite:Bool} OR ${siteOfDeadLetter} = {site:String})
  AND stored_at >= fromUnixTimestamp64Milli({since:Int64}, 'UTC')
  AND ({anyPlace:Bool} OR arrayExists((topicId, partition, offset, line) ->
    (topicId = '' OR topicId = toString(kafka_topic_id)) AND partition = kafka_partition
      AND offset = kafka_offset AND line = kafka_line,
    {topicIds:Array(String)}, {partitions:Array(UInt32)}, {offsets:Array(UInt64)}, {lines:Array(UInt32)}))`

function paramsOf({ reason, site, since, places }: LetterFilter) {
  return {
    reason: reason ?? '',
    anySite: site === null,
    site: site ?? '',
    since: since ?? 0,
    anyPlace: places === null,
    ...placeParams(places ?? []),
  }
}

function placeParams(places: NonNullable<LetterFilter['places']>) {
  return {
    topicIds: places.map(({ topicId }) => topicId ?? ''),
    partitions: places.map(({ partition }) => partition),
    offsets: places.map(({ offset }) => offset),
    lines: places.map(({ line }) => line),
  }
}

const placeRow = { topicId: z.string(), partition: z.number(), offset: z.number(), line: z.number() }

const groupRow = z.object({
  reason: z.string(),
  field: z.string(),
  site: z.string(),
  open: z.number(),
  unfinished: z.number(),
  replayed: z.number(),
  newest: z.number(),
  ...placeRow,
})

/** Dead letters of one kind, when the newest was set aside (epoch milliseconds), and its place. */
export type LetterGroup = z.infer<typeof groupRow>

/** Kinds of dead letters by reason, field and site, those with the most open ones first; at most `limit`. */
export async function queryLetterGroups(
  clickhouse: ClickHouse,
  filter: LetterFilter,
  limit: number,
): Promise<LetterGroup[]> {
  return queryRows(clickhouse, groupRow, {
    query: `SELECT reason, field, ${siteOfDeadLetter} AS site, countIf(isBegun = 0 AND wasSent = 0) AS open,
        countIf(isBegun = 1 AND wasSent = 0) AS unfinished, countIf(wasSent = 1) AS replayed,
        toUnixTimestamp64Milli(max(stored_at)) AS newest,
        argMax((toString(kafka_topic_id), kafka_partition, kafka_offset, kafka_line), stored_at) AS example,
        example.1 AS topicId, example.2 AS partition, example.3 AS offset, example.4 AS line
      FROM dead_letters LEFT JOIN (
        SELECT ${place}, ${isBegun} AS isBegun, max(state = 'sent') AS wasSent
        FROM dead_letter_replays GROUP BY ${place}
      ) AS replays USING (${place})
      WHERE ${isMeant} GROUP BY reason, field, site
      ORDER BY open + unfinished DESC, replayed DESC, reason, field, site LIMIT {limit:UInt32}`,
    query_params: { ...paramsOf(filter), limit },
  })
}

const bytes = z.string().transform((text) => Buffer.from(text, 'base64'))

const letterRow = z.object({
  ...placeRow,
  raw: bytes,
  key: bytes,
  reason: z.string(),
  field: z.string(),
  message: z.string(),
  receivedAt: z.number(),
  storedAt: z.number(),
})

/** Letters may be as long as a record. */
const lettersOfPage = 100

/**
 * The dead letters that were set aside by now, one after another in the order of their logs. A page at a time, so that
 * whoever reads them may take as long as it likes.
 */
export async function* queryLetters(
  clickhouse: ClickHouse,
  filter: LetterFilter,
): AsyncGenerator<DeadLetter> {
  const [clock] = await queryRows(clickhouse, z.object({ now: z.number() }), {
    query: 'SELECT toUnixTimestamp64Milli(now64(3)) AS now',
  })
  let after: LetterPlace = { partition: 0, offset: 0, line: 0, topicId: '' }
  for (;;) {
    const page = await queryRows(clickhouse, letterRow, {
      query: `SELECT toString(kafka_topic_id) AS topicId, kafka_partition AS partition, kafka_offset AS offset,
          kafka_line AS line, base64Encode(raw) AS raw, base64Encode(kafka_key) AS key, reason, field, message,
          toUnixTimestamp64Milli(received_at) AS receivedAt, toUnixTimestamp64Milli(stored_at) AS storedAt
        FROM dead_letters
        WHERE ${isMeant} AND stored_at <= fromUnixTimestamp64Milli({now:Int64}, 'UTC')
          AND (kafka_partition, kafka_offset, kafka_line, toString(kafka_topic_id))
            > ({partition:UInt32}, {offset:UInt64}, {line:UInt32}, {topicId:String})
        ORDER BY kafka_partition, kafka_offset, kafka_line, topicId LIMIT {limit:UInt32}`,
      query_params: { ...paramsOf(filter), ...after, now: clock?.now, limit: lettersOfPage },
    })
    const marks = await queryMarks(clickhouse, page)
    for (const letter of page) yield { ...letter, ...(marks.get(placeText(letter)) ?? open) }
    const last = page.at(-1)
    if (page.length < lettersOfPage || !last) return
    after = { partition: last.partition, offset: last.offset, line: last.line, topicId: last.topicId }
  }
}

type Mark = Pick<DeadLetter, 'state' | 'sentTo'>

const open: Mark = { state: 'open', sentTo: null }

const markRow = z.object({
  ...placeRow,
  isBegun: z.number(),
  wasSent: z.number(),
  sentPartition: z.number(),
  sentOffset: z.number(),
})

async function queryMarks(
  clickhouse: ClickHouse,
  letters: readonly LetterPlace[],
): Promise<Map<string, Mark>> {
  const rows = await queryRows(clickhouse, markRow, {
    query: `SELECT toString(kafka_topic_id) AS topicId, kafka_partition AS partition, kafka_offset AS offset,
        kafka_line AS line, max(state = 'sent') AS wasSent, ${isBegun} AS isBegun,
        argMax(sent_partition, (state = 'sent', marked_at)) AS sentPartition,
        argMax(sent_offset, (state = 'sent', marked_at)) AS sentOffset
      FROM dead_letter_replays
      WHERE (${place}) IN (
        SELECT toUUID(place.1), place.2, place.3, place.4 FROM (SELECT arrayJoin(arrayZip({topicIds:Array(String)},
          {partitions:Array(UInt32)}, {offsets:Array(UInt64)}, {lines:Array(UInt32)})) AS place))
      GROUP BY topicId, partition, offset, line`,
    query_params: placeParams([...letters]),
  })
  return new Map(
    rows.map(({ isBegun: wasBegun, wasSent, sentPartition, sentOffset, ...letter }) => [
      placeText(letter),
      wasSent
        ? { state: 'replayed', sentTo: { partition: sentPartition, offset: sentOffset } }
        : { state: wasBegun ? 'unfinished' : 'open', sentTo: null },
    ]),
  )
}

function placeText({ topicId, partition, offset, line }: LetterPlace): string {
  return `${topicId}:${partition}:${offset}:${line}`
}
