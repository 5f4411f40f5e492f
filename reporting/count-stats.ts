// Numbers that were counted before are told again for as long as what they were counted from is the same, which is asked
// each time: they are never stale.
import { LRUCache } from 'lru-cache'
import type { ClickHouse } from '../clickhouse/client.ts'
import {
  queryStats,
  queryStatsVersion,
  type Stats,
  type StatsScope,
  type StatsVersion,
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

export function createCountStats(clickhouse: ClickHouse): CountStats {
  const counted = new LRUCache<string, { stats: Stats; version: StatsVersion }>({
    maxSize: mostBytes,
    sizeCalculation: ({ stats }, key) =>
      stats.top_paths.reduce((sum, { path }) => sum + bytesOfPath + 2 * path.length, 1000 + 2 * key.length),
  })
  return async (scope, signal) => {
    const key = JSON.stringify(scope)
    const known = counted.get(key)
    if (known && known.version === (await queryStatsVersion(clickhouse, scope, signal))) return known.stats
    const found = await queryStats(clickhouse, scope, signal)
    counted.set(key, found)
    return found.stats
  }
}
