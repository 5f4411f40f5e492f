// Numbers that were counted before are told again for as long as what they were counted from is the same, which is asked
// each time: they are never stale. Numbers of few events are counted each time.
import { LRUCache } from 'lru-cache'
import type { ShortRequests } from '../clickhouse/short-requests.ts'
import {
  fewEvents,
  queryStats,
  queryStatsOfFew,
  queryStatsVersion,
  type Counted,
  type Stats,
  type StatsScope,
} from '../clickhouse/stats-queries.ts'

/**
 * Exact figures of a scope, of a moment after the call.
 * @param signal ends the question
 * @throws ClickHouseError when ClickHouse refuses, another error when it cannot be reached
 */
export type CountStats = (scope: StatsScope, signal: AbortSignal) => Promise<Stats>

/** Bytes of all answers that are remembered, about: a path may have 2,048 characters, and there may be 1,000 of them. */
const mostBytes = 16_777_216
const bytesOfPath = 100

/** Sites that are known to have many events. */
const mostBusySites = 10_000

export function createCountStats(requests: ShortRequests): CountStats {
  const counted = new LRUCache<string, Counted>({
    maxSize: mostBytes,
    sizeCalculation: ({ stats }, key) =>
      stats.top_paths.reduce((sum, { path }) => sum + bytesOfPath + 2 * path.length, 1000 + 2 * key.length),
  })
  const busySites = new LRUCache<string, true>({ max: mostBusySites })
  return async (scope, signal) => {
    const key = JSON.stringify(scope)
    const known = counted.get(key)
    if (known && known.version === (await queryStatsVersion(requests, scope, signal))) return known.stats
    // Few events are counted as quickly as it is seen whether they are the same.
    const few = busySites.has(scope.siteId) ? null : await queryStatsOfFew(requests, scope, signal)
    if (few) return few
    const found = await queryStats(requests, scope, signal)
    if (found.stats.total_events > fewEvents) {
      busySites.set(scope.siteId, true)
      counted.set(key, found)
    } else {
      busySites.delete(scope.siteId)
    }
    return found.stats
  }
}
