// Finds out what is stored of a partition once nothing more of it can land: waits for the end of a lease or of a deadline by
// ClickHouse's clock, and until none of its inserts runs; then reads its books and the lines beyond them.
import { setTimeout as sleep } from 'node:timers/promises'
import type { ClickHouse } from '../../clickhouse/client.ts'
import { partsOfNames, type Source } from '../../clickhouse/insert-lines.ts'
import {
  endInserts,
  lookForInserts,
  queryBooked,
  queryStoredDeadLetters,
  queryStoredEvents,
} from '../../clickhouse/look.ts'
import type { Doubt } from './lane-state.ts'
import type { StoreClock } from './store-clock.ts'
import { toStoredLines, type StoredLines } from './stored-lines.ts'

/** What is stored, for good. */
export interface Found {
  /** The books have all lines below. */
  booked: number
  /** Lines from there on. */
  stored: StoredLines
}

/** @throws whatever ClickHouse says, or the reason of the signal */
export type Recover = (source: Source, doubt: Doubt, signal: AbortSignal) => Promise<Found>

/** Seconds after its deadline in which an insert that passed its check may still write, on a store that is slow. */
const graceSeconds = 10

/** Seconds. */
const pause = { shortest: 0.05, longest: 1 }

/** @param clickhouse a client whose answers take no longer than one is ready to wait */
export function createRecover(clickhouse: ClickHouse, database: string, clock: StoreClock): Recover {
  return async (source, { from, last, since, until }, signal) => {
    await untilNoneCanLand(source, until, signal)
    const booked = Math.max(from, await queryBooked(clickhouse, source, last))
    const [events, dead] = await Promise.all([
      queryStoredEvents(clickhouse, source, booked, since),
      queryStoredDeadLetters(clickhouse, source, booked),
    ])
    return { booked, stored: toStoredLines(events, dead) }
  }

  async function untilNoneCanLand(source: Source, until: number, signal: AbortSignal): Promise<void> {
    const names = partsOfNames(database, source)
    for (;;) {
      const { now, isRunning } = await lookForInserts(clickhouse, names)
      clock.observe(now)
      const left = until - now
      if (left <= 0 && !isRunning) return
      if (left < -graceSeconds) await endInserts(clickhouse, names)
      const seconds = Math.min(Math.max(left, pause.shortest), pause.longest)
      await sleep(1000 * seconds, undefined, { signal })
    }
  }
}
