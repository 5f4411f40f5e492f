// What an answer says of its own freshness (contract section 5).
import type { Freshness } from './history.ts'

export interface FreshnessMembers {
  /** Every event that reached the log before this instant is counted; null where no such instant is known. */
  complete_until: string | null
  /** Null while Kafka cannot be asked. */
  lag: Lag | null
  /** Whether what was waited for is counted; absent where nothing was. */
  after_reached?: boolean
}

/** What waits in the log: its records, and the seconds that one of them has waited at most; null where unknown. */
export interface Lag {
  records: number
  seconds: number | null
}

/**
 * @param known what was told before the numbers were counted; null where Kafka could not be asked
 * @param isReached whether what was waited for is stored; null where nothing was waited for
 */
export function freshnessMembers(known: Freshness | null, isReached: boolean | null): FreshnessMembers {
  const until = known?.completeUntil ?? null
  return {
    complete_until: until === null ? null : new Date(until).toISOString(),
    lag: known && { records: known.records, seconds: known.seconds },
    ...(isReached === null ? {} : { after_reached: isReached }),
  }
}
