// GET /stats: checks the request, asks, shapes the answer.
import type { ClickHouse } from '../clickhouse/client.ts'
import { queryStats } from '../clickhouse/stats-queries.ts'
import type { StatsRequest } from './stats-request.ts'

/** The body of the answer. `from` and `to` are the instants the numbers cover, `to` exclusive; null is no bound. */
export interface StatsAnswer {
  site_id: string
  date: string | null
  from: string | null
  to: string | null
  timezone: string
  total_views: number
  unique_users: number
  total_events: number
  top_paths: { path: string; views: number }[]
}

/**
 * Exact figures of one site.
 * @param viewTypes the event types that count as views where the request names none
 * @param signal ends the question
 */
export async function getStats(
  clickhouse: ClickHouse,
  viewTypes: string[],
  request: StatsRequest,
  signal: AbortSignal,
): Promise<StatsAnswer> {
  const { siteId, range, eventType, limit } = request
  const scope = {
    siteId,
    from: range.from,
    to: range.to,
    viewTypes: eventType === null ? viewTypes : [eventType],
    limit,
  }
  const stats = await queryStats(clickhouse, scope, signal)
  return {
    site_id: siteId,
    date: request.date,
    from: toText(range.from),
    to: toText(range.to),
    timezone: request.timezone,
    ...stats,
  }
}

function toText(instant: number | null): string | null {
  return instant === null ? null : new Date(instant).toISOString()
}
