// The SELECT behind GET /stats, with bound values.
import { z } from 'zod'
import type { ClickHouse } from './client.ts'

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

/** Every instant an event can have lies between these, as epoch milliseconds. */
const noEarlier = Date.UTC(1990, 0, 1)
const noLater = Date.UTC(2200, 0, 1)

/**
 * Views, exact unique users, all events and the most viewed paths of a scope. Ties are ordered by the path's
 * UTF-8 bytes.
 * @param signal ends the query, in ClickHouse too
 * @throws ClickHouseError when ClickHouse refuses, another error when it cannot be reached
 */
export async function queryStats(
  clickhouse: ClickHouse,
  scope: StatsScope,
  signal: AbortSignal,
): Promise<{ stats: Stats; version: StatsVersion }> {
  const params = { viewTypes: scope.viewTypes, limit: scope.limit }
  const { version, ...stats } = await queryOne(clickhouse, statsQuery, scope, params, countedRow, signal)
  return { stats, version }
}

/** What the scope holds now, at a fraction of the cost. The same parameters and errors. */
export async function queryStatsVersion(
  clickhouse: ClickHouse,
  scope: StatsScope,
  signal: AbortSignal,
): Promise<StatsVersion> {
  return (await queryOne(clickhouse, versionQuery, scope, {}, versionRow, signal)).version
}

async function queryOne<Row>(
  clickhouse: ClickHouse,
  query: string,
  { siteId, from, to }: StatsScope,
  params: Record<string, unknown>,
  schema: z.ZodType<Row>,
  signal: AbortSignal,
): Promise<Row> {
  const range = { site: siteId, from: clamp(from ?? noEarlier), to: clamp(to ?? noLater) }
  const result = await clickhouse.query({
    query,
    format: 'JSONEachRow',
    query_params: { ...range, ...params },
    abort_signal: signal,
    clickhouse_settings: {
      cancel_http_readonly_queries_on_client_close: 1,
      enable_shared_storage_snapshot_in_query: true,
      output_format_json_quote_64bit_integers: 0,
    },
  })
  const [row] = await result.json()
  return schema.parse(row)
}

function clamp(instant: number): number {
  return Math.min(Math.max(instant, noEarlier), noLater)
}
