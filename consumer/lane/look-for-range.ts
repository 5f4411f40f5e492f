// The look after a doubt, with its patience: not more often than useful, and an insert that hangs is ended.
import { setTimeout as sleep } from 'node:timers/promises'
import type { ClickHouse } from '../../clickhouse/client.ts'
import { partsOfNames } from '../../clickhouse/insert-lines.ts'
import { endInserts, lookForRange } from '../../clickhouse/look.ts'
import type { StoreSteps } from './pending-range.ts'

/** Seconds after its deadline in which an insert that passed its check may still write, on a store that is slow. */
const graceSeconds = 10

const longestPauseSeconds = 1

/** Looks for a range. Where nothing can be said yet, it answers only after a pause. */
export function createLook(clickhouse: ClickHouse, database: string): StoreSteps['look'] {
  return async (source, intent) => {
    const names = partsOfNames(database, source, intent)
    const found = await lookForRange(clickhouse, source, intent, names)
    const secondsLeft = intent.deadline - found.now
    if (found.isStored || (secondsLeft <= 0 && !found.isRunning)) return found
    if (secondsLeft < -graceSeconds) await endInserts(clickhouse, names)
    await sleep(1000 * Math.min(Math.max(secondsLeft, 0.1), longestPauseSeconds))
    return found
  }
}
