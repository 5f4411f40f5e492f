// Rebuilds the window of recent ids from what is stored, so that it outlives every process.
import type { ClickHouse } from '../../clickhouse/client.ts'
import { queryHorizon, readRecentEvents, type StoredBelow } from '../../clickhouse/stored-events.ts'
import { clockSkewMs, createRecentIds, type RecentIds, type WindowLimits } from './recent-ids.ts'

/**
 * The window of partitions that are about to be read on from these offsets. What lies at or above them is left out:
 * a range that is read again must not be taken for its own duplicate.
 * @param signal the window is no longer wanted
 * @throws Error where ClickHouse does not answer, or the signal is given
 */
export async function loadWindow(
  clickhouse: ClickHouse,
  limits: WindowLimits,
  below: StoredBelow,
  signal: AbortSignal,
): Promise<RecentIds> {
  const recentIds = createRecentIds(limits, Date.now)
  const wanted = { most: limits.maxIds, since: Date.now() - limits.maxAgeMs }
  const since = await readRecentEvents(clickhouse, below, wanted, {
    onCount: recentIds.reserve,
    onEvent: ({ site, id, timestamp, receivedAt }) => {
      signal.throwIfAborted()
      recentIds.add(site, id, timestamp, receivedAt)
    },
  })
  recentIds.forget(await queryHorizon(clickhouse, since, clockSkewMs))
  signal.throwIfAborted()
  return recentIds
}
