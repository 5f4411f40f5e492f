// Whether anything is stored twice: a line of the topic, or an event. Exact, and with bounded memory for any number of
// rows: places are counted as bitmaps, ids a few million at a time.
import { z } from 'zod'
import { unknownTopicId } from '../../event/event-id.ts'
import type { ClickHouse } from '../client.ts'
import { queryRows } from '../query-rows.ts'
import { siteOfDeadLetter } from '../site-of-dead-letter.ts'

/** Rows whose topic id is unknown and that belong to a topic all the same: where in `partitions` they came from. */
export interface Adoption {
  topicId: string
  partitions: number[]
}

const places = `
SELECT if(kafka_topic_id = toUUID('${unknownTopicId}')
    AND has({adopting:Array(UInt32)}, kafka_partition), {adopter:UUID}, kafka_topic_id) AS topicId,
  kafka_partition AS partition, kafka_offset AS offset, kafka_line AS line, site, isDead
FROM (
  SELECT kafka_topic_id, kafka_partition, kafka_offset, kafka_line, toString(site_id) AS site, 0 AS isDead FROM events
  UNION ALL
  SELECT kafka_topic_id, kafka_partition, kafka_offset, kafka_line, ${siteOfDeadLetter} AS site, 1 AS isDead
  FROM dead_letters
)`

/** A place as one number; lines of many records lie side by side, which is what keeps a bitmap small. */
const placeNumber = 'bitOr(bitShiftLeft(toUInt64(line), 40), offset)'

/** How many bands of offsets a partition is cut into to find where something is stored twice. */
const bands = 10_000

const suspectRow = z.object({ topicId: z.string(), partition: z.number(), width: z.number() })

const twicePlaceRow = z.object({
  topicId: z.string(),
  partition: z.number(),
  offset: z.number(),
  line: z.number(),
  site: z.string(),
  rows: z.number(),
  dead: z.number(),
})

/** A line that is stored more than once: as how many rows, and as how many dead letters. */
export type TwicePlace = z.infer<typeof twicePlaceRow>

/** Lines that are stored more than once; at most `limit`. One pass over the tables, 0.1 to 4 bytes of memory a row. */
export async function queryTwicePlaces(
  clickhouse: ClickHouse,
  adoption: Adoption,
  limit: number,
): Promise<TwicePlace[]> {
  const adopted = { adopting: adoption.partitions, adopter: adoption.topicId }
  const suspects = await queryRows(clickhouse, suspectRow, {
    query: `SELECT topicId, partition, intDiv(max(offset) - min(offset), ${bands}) + 1 AS width
      FROM (${places}) GROUP BY topicId, partition HAVING count() != groupBitmap(${placeNumber})
      ORDER BY topicId, partition`,
    query_params: adopted,
  })
  const found: TwicePlace[] = []
  for (const suspect of suspects) {
    if (found.length >= limit) break
    const ofSuspect = `SELECT * FROM (${places}) WHERE topicId = {topicId:UUID} AND partition = {partition:UInt32}`
    const twice = await queryRows(clickhouse, twicePlaceRow, {
      query: `SELECT topicId, partition, offset, line, any(site) AS site, countIf(isDead = 0) AS rows, sum(isDead) AS dead
        FROM (${ofSuspect})
        WHERE intDiv(offset, {width:UInt64}) IN (
          SELECT intDiv(offset, {width:UInt64}) AS band FROM (${ofSuspect})
          GROUP BY band HAVING count() != groupBitmap(${placeNumber}) ORDER BY band LIMIT {limit:UInt32}
        )
        GROUP BY topicId, partition, offset, line HAVING count() > 1 ORDER BY offset, line LIMIT {limit:UInt32}`,
      query_params: { ...adopted, ...suspect, limit: limit - found.length },
    })
    found.push(...twice)
  }
  return found
}

const twiceIdRow = z.object({
  site: z.string(),
  eventId: z.string(),
  rows: z.number(),
  places: z.array(z.object({ partition: z.number(), offset: z.number(), line: z.number() })),
})

/** An event that is stored more than once, and some of the places it came from. */
export type TwiceId = z.infer<typeof twiceIdRow>

/** Rows of one pass: about 55 bytes of memory each. */
const rowsOfPass = 4_000_000

interface Pass {
  from: string
  to: string
  /** Which part of how many of these sites' rows. */
  part: number
  parts: number
}

/**
 * Events that are stored more than once; at most `limit`. Every row's id is read once, 4 million rows at a time; those
 * of a site that has more are read once for each 4 million of its rows.
 */
export async function queryTwiceIds(
  clickhouse: ClickHouse,
  limit: number,
  rowsAtOnce = rowsOfPass,
): Promise<TwiceId[]> {
  const found: TwiceId[] = []
  for await (const pass of passes(clickhouse, rowsAtOnce)) {
    if (found.length >= limit) break
    found.push(...(await queryTwiceIdsOf(clickhouse, pass, limit - found.length)))
  }
  return found
}

async function queryTwiceIdsOf(clickhouse: ClickHouse, pass: Pass, limit: number): Promise<TwiceId[]> {
  const hash = 'cityHash64(site_id, event_id)'
  const ofPass = `site_id >= {from:String} AND site_id <= {to:String}
    AND (1 = {parts:UInt32} OR cityHash64(event_id) % {parts:UInt32} = {part:UInt32})`
  const suspects = await queryRows(clickhouse, z.object({ hash: z.string() }), {
    query: `SELECT toString(${hash}) AS hash FROM events WHERE ${ofPass}
      GROUP BY ${hash} HAVING count() > 1 LIMIT 1000`,
    query_params: { ...pass },
  })
  if (suspects.length === 0) return []
  return queryRows(clickhouse, twiceIdRow, {
    query: `SELECT site_id AS site, toString(event_id) AS eventId, count() AS rows,
        groupArraySorted(4)((kafka_partition, kafka_offset, kafka_line)
          ::Tuple(partition UInt32, offset UInt64, line UInt32)) AS places
      FROM events WHERE ${ofPass} AND ${hash} IN (SELECT toUInt64(arrayJoin({suspects:Array(String)})))
      GROUP BY site, eventId HAVING rows > 1 ORDER BY site, eventId LIMIT {limit:UInt32}`,
    query_params: { ...pass, suspects: suspects.map((suspect) => suspect.hash), limit },
  })
}

/** Sites that follow each other and have few enough rows together; or a part of the rows of a site that has more. */
async function* passes(clickhouse: ClickHouse, rowsAtOnce: number): AsyncGenerator<Pass> {
  let open = { from: '', to: '', rows: 0 }
  for await (const { site, rows } of sizesOfSites(clickhouse)) {
    if (open.rows + rows > rowsAtOnce) {
      yield* partsOf(open, rowsAtOnce)
      open = { from: site, to: site, rows: 0 }
    }
    open = { from: open.from, to: site, rows: open.rows + rows }
  }
  yield* partsOf(open, rowsAtOnce)
}

function partsOf({ from, to, rows }: { from: string; to: string; rows: number }, rowsAtOnce: number): Pass[] {
  const parts = Math.ceil(rows / rowsAtOnce)
  return Array.from({ length: parts }, (_, part) => ({ from, to, part, parts }))
}

const sitesOfPage = 20_000
const sizeRow = z.object({ site: z.string(), rows: z.number() })

/** Every site and its rows, by name. A page at a time: an answer that is read for minutes would be broken off. */
async function* sizesOfSites(clickhouse: ClickHouse): AsyncGenerator<z.infer<typeof sizeRow>> {
  for (let after = ''; ;) {
    const page = await queryRows(clickhouse, sizeRow, {
      query: `SELECT toString(site_id) AS site, count() AS rows FROM events WHERE site_id > {after:String}
        GROUP BY site ORDER BY site LIMIT {limit:UInt32}`,
      query_params: { after, limit: sitesOfPage },
    })
    yield* page
    const last = page.at(-1)
    if (page.length < sitesOfPage || !last) return
    after = last.site
  }
}
