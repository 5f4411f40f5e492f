// Makes a range ready to be inserted: settles which of its events are stored already, and after a refusal finds the rows
// that ClickHouse does not take.
import type { ClickHouse } from '../../clickhouse/client.ts'
import type { Source } from '../../clickhouse/insert-lines.ts'
import type { ShortRequests } from '../../clickhouse/short-requests.ts'
import { queryStoredIds } from '../../clickhouse/stored-events.ts'
import type { RecentIds } from '../recent-ids/recent-ids.ts'
import type { Span } from './lane-state.ts'
import { settleUncertain, type Range } from './range.ts'
import { setAsideRefused } from './refused-rows.ts'

/** @param refusal what ClickHouse said when it refused rows that may be among these; null where it did not */
export type PrepareRange = (source: Source, span: Span, range: Range, refusal: string | null) => Promise<void>

/**
 * @param clickhouse for questions
 * @param inserts for trying rows
 */
export function createPrepareRange(
  clickhouse: ClickHouse,
  inserts: ShortRequests,
  recentIds: RecentIds,
): PrepareRange {
  return async (source, { first }, range, refusal) => {
    if (range.uncertain.length > 0) {
      const ids = await queryStoredIds(clickhouse, range.uncertain, { ...source, first })
      settleUncertain(range, ({ site, eventId }) => ids.has(`${site}\0${eventId}`))
    }
    if (refusal !== null) await setAsideRefused(inserts, source, range, recentIds, refusal)
  }
}
