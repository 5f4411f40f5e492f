// ClickHouse's clock, for tests that choose a deadline.
import type { ClickHouse } from '../../clickhouse/client.ts'
import { rowsOf } from './fresh.ts'

/** Seconds since 1970. */
export async function readStoreClock(clickhouse: ClickHouse): Promise<number> {
  const query = 'SELECT toUnixTimestamp64Milli(now64(3)) / 1000 AS now'
  const [clock] = await rowsOf<{ now: number }>(clickhouse, query)
  if (!clock) throw new Error('ClickHouse gave no rows')
  return clock.now
}
