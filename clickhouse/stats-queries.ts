// The SELECTs behind GET /stats, with bound values: figures of any number of events, and of few, which are counted here.
import { z } from 'zod'
import { countFew } from './count-few.ts'
import { textParameter, textsParameter, toSearch, type Parameters } from './parameters.ts'
import type { ShortRequests } from './short-requests.ts'

/** Which events are asked about. Instants are epoch milliseconds, `to` exclusive; null is no bound. */
export interface StatsScope {
  siteId: string
  from: number | null
  to: number | null
  /** The event types that count as views. */
  viewTypes: string[]
  /** How many paths are listed. */
  limit: number
}

const statsRow = z.object({
  total_views: z.number(),
  unique_users: z.number(),
  total_events: z.number(),
  top_paths: z.array(z.object({ path: z.string(), views: z.number() })),
})

/** Exact figures, all of one moment. */
export type Stats = z.infer<typeof statsRow>

/**
 * What a scope holds at a moment, as a text: while it stays the same, so do the figures. It is the number of rows and the
 * youngest version of a part that has some. Inserts add rows; whatever changes or removes any gives parts versions above
 * all that were there before, as it does to what is inserted after it (https://clickhouse.com/docs/operations/system-tables/parts,
 * `data_version`). A merge may lower the version: then they are counted once more.
 */
export type StatsVersion = string

const versionRow = z.object({ version: z.string() })
const countedRow = statsRow.extend(versionRow.shape)

const inScope = `site_id = {site:String}
  AND timestamp >= fromUnixTimestamp64Milli({from:Int64}, 'UTC')
  AND timestamp < fromUnixTimestamp64Milli({to:Int64}, 'UTC')`

const version = "concat(toString(count()), '/', toString(max(_part_data_version)))"

const isView = 'event_type IN {viewTypes:Array(String)}'

/** An event without a user counts for none. Told by the hash of no text, the texts need not be read at all. */
const hasUser = "user_hash != reinterpretAsUInt128(sipHash128(''))"

/** Two scans at the same time, of the same parts of the table: `enable_shared_storage_snapshot_in_query`. */
const statsQuery = `
SELECT sum(views) AS total_views, sum(users) AS unique_users, sum(events) AS total_events,
  groupArrayArray(paths) AS top_paths, max(of_version) AS version
FROM (
  SELECT countIf(${isView}) AS views, uniqExactIf(user_hash, ${hasUser} AND ${isView}) AS users, count() AS events,
    []::Array(Tuple(path String, views UInt64)) AS paths, ${version} AS of_version
  FROM events WHERE ${inScope}
  UNION ALL
  SELECT 0, 0, 0, groupArray((path, views)::Tuple(path String, views UInt64)), '' FROM (
    SELECT path, count() AS views
    FROM events WHERE ${inScope} AND ${isView} AND path != ''
    GROUP BY path ORDER BY views DESC, path ASC LIMIT {limit:UInt32}
  )
)`

const versionQuery = `SELECT ${version} AS version FROM events WHERE ${inScope}`

/** To understand the query of all figures takes ClickHouse three times as long as to find a few events: so they come as they are. */
const fewQuery = `SELECT path, user_hash, event_type FROM events WHERE ${inScope} LIMIT {most:UInt32}`

/** So many events are few. */
export const fewEvents = 4096

/** Every instant an event can have lies between these, as epoch milliseconds. */
const noEarlier = Date.UTC(1990, 0, 1)
const noLater = Date.UTC(2200, 0, 1)

/** Figures, and what they were counted from. */
export interface Counted {
  stats: Stats
  version: StatsVersion
}

/**
 * Views, exact unique users, all events and the most viewed paths of a scope. Ties are ordered by the path's
 * UTF-8 bytes.
 * @param signal ends the query, in ClickHouse too
 * @throws ClickHouseError when ClickHouse refuses, another error when it cannot be reached
 */
export async function queryStats(
  requests: ShortRequests,
  scope: StatsScope,
  signal: AbortSignal,
): Promise<Counted> {
  const { version, ...stats } = await queryOne(requests, statsQuery, scope, countedRow, signal)
  return { stats, version }
}

/** The same figures of a scope of few events; null where it has more. The same parameters and errors. */
export async function queryStatsOfFew(
  requests: ShortRequests,
  scope: StatsScope,
  signal: AbortSignal,
): Promise<Stats | null> {
  const query = `${fewQuery} FORMAT RowBinary`
  const parameters = { ...parametersOf(scope), param_most: fewEvents + 1 }
  const { body } = await requests.send({ query, settings: settingsOfFew, parameters, signal })
  return countFew(body, fewEvents, scope)
}

/** What the scope holds now, at a fraction of the cost. The same parameters and errors. */
export async function queryStatsVersion(
  requests: ShortRequests,
  scope: StatsScope,
  signal: AbortSignal,
): Promise<StatsVersion> {
  return (await queryOne(requests, versionQuery, scope, versionRow, signal)).version
}

async function queryOne<Row>(
  requests: ShortRequests,
  query: string,
  scope: StatsScope,
  schema: z.ZodType<Row>,
  signal: AbortSignal,
): Promise<Row> {
  const { body } = await requests.send({
    ...{ query: `${query} FORMAT JSONEachRow`, settings, parameters: parametersOf(scope), signal },
  })
  return schema.parse(JSON.parse(body.toString()))
}

function parametersOf({ siteId, from, to, viewTypes, limit }: StatsScope): Parameters {
  return {
    param_site: textParameter(siteId),
    param_from: clamp(from ?? noEarlier),
    param_to: clamp(to ?? noLater),
    param_viewTypes: textsParameter(viewTypes),
    param_limit: limit,
  }
}

/** With a failure in the middle of an answer there is none. */
const wholeAnswers = { cancel_http_readonly_queries_on_client_close: 1, wait_end_of_query: 1 }

const settings = toSearch({
  ...wholeAnswers,
  enable_shared_storage_snapshot_in_query: 1,
  output_format_json_quote_64bit_integers: 0,
})

const settingsOfFew = toSearch({ ...wholeAnswers, max_threads: 1 })

function clamp(instant: number): number {
  return Math.min(Math.max(instant, noEarlier), noLater)
}
