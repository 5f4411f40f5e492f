// Gives the oldest segment of a spool to whoever sends its entries on.
import type { Logger } from '../runtime/logger.ts'
import type { Entry } from './entry.ts'
import type { Ledger } from './ledger.ts'
import { tellDamage } from './recover.ts'
import type { SegmentLog } from './segment-log.ts'
import { readSegment, removeSegment, type Segment } from './segment.ts'

export interface TakenSegment {
  segment: Segment
  /** Those that are not acknowledged, in the order they were appended. */
  entries: () => Entry[]
  /** The entry is kept elsewhere. */
  acknowledge: (entry: Entry) => void
  /** Called when all of them are kept elsewhere. */
  remove: () => Promise<void>
}

export interface Holdings {
  ledger: Ledger
  log: SegmentLog
  laneOf: (siteId: string) => number
  logger: Logger
  /** Grows with what is found damaged. */
  damage: { bytes: number }
}

/**
 * Reads it from the disk. What cannot be read of it is told, counted, and not given.
 * @throws Error of the operating system
 */
export async function takeOldest(holdings: Holdings): Promise<TakenSegment | null> {
  const { ledger, log, laneOf } = holdings
  if (ledger.segments().length <= 1) await log.seal()
  const [segment] = ledger.segments()
  if (!segment) return null
  const left = new Set(await readEntries(segment, holdings))
  return {
    segment,
    entries: () => [...left],
    acknowledge: (entry) => {
      if (left.delete(entry)) ledger.acknowledge(segment, laneOf(entry.siteId), entry)
    },
    remove: async () => {
      await removeSegment(segment)
      ledger.forget(segment)
    },
  }
}

async function readEntries(segment: Segment, { logger, damage }: Holdings): Promise<Entry[]> {
  const { entries, damagedBytes, tornBytes } = await readSegment(segment.path).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    return { entries: [], damagedBytes: segment.bytes, tornBytes: 0 }
  })
  const unreadable = damagedBytes + tornBytes
  if (unreadable > 0 && !segment.isDamaged) {
    segment.isDamaged = true
    damage.bytes += unreadable
    tellDamage(segment, unreadable, logger)
  }
  return entries
}
