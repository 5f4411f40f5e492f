// GET /stats: what is asked about, and the shape of the answer.
import type { Stats, StatsScope } from '../clickhouse/stats-queries.ts'
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

/** @param viewTypes the event types that count as views where the request names none */
export function scopeOf({ siteId, range, eventType, limit }: StatsRequest, viewTypes: string[]): StatsScope {
  const { from, to } = range
  return { siteId, from, to, viewTypes: eventType === null ? viewTypes : [eventType], limit }
}

export function toAnswer({ siteId, date, range, timezone }: StatsRequest, stats: Stats): StatsAnswer {
  return { site_id: siteId, date, from: toText(range.from), to: toText(range.to), timezone, ...stats }
}

function toText(instant: number | null): string | null {
  return instant === null ? null : new Date(instant).toISOString()
}
