// Gives the oldest segment of a spool to whoever sends its entries on. Only one is held in memory at a time: what was
// acknowledged of another is noted beside it, so that it can be read again.
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
  /**
   * Called when all of them are kept elsewhere.
   * @throws FolderTakenOver; Error of the operating system
   */
  remove: () => Promise<void>
}

/** Which lanes are meant. */
export type IsWanted = (lane: number) => boolean

export interface Holdings {
  ledger: Ledger
  log: SegmentLog
  laneOf: (siteId: string) => number
  logger: Logger
  /** Grows with what is found damaged. */
  damage: { bytes: number }
  /** Throws where the folder is another process's by now: it may have given the segment's name to one of its own. */
  checkOwner: () => Promise<void>
}

/**
 * The oldest segment that holds entries of such lanes, or none at all any more; null where there is none. It is not
 * written any further.
 */
export async function sealOldest({ ledger, log }: Holdings, isWanted: IsWanted): Promise<Segment | null> {
  const segment = ledger.segments().find((one) => isOf(one, isWanted))
  if (!segment) return null
  if (segment === ledger.segments().at(-1)) await log.seal()
  return ledger.segments().includes(segment) ? segment : null
}

/** Whether a segment holds entries of such lanes, or none at all. */
export function isOf({ lanes }: Segment, isWanted: IsWanted): boolean {
  const held = [...lanes].filter(([, entries]) => entries > 0)
  return held.length === 0 || held.some(([lane]) => isWanted(lane))
}

/**
 * Reads it from the disk. What cannot be read of it is told, counted, and not given.
 * @throws Error of the operating system
 */
export async function takeSegment(segment: Segment, holdings: Holdings): Promise<TakenSegment> {
  const { ledger, laneOf, checkOwner } = holdings
  const left = new Map<Entry, number>()
  for (const { entry, at } of await readEntries(segment, holdings)) {
    const lane = laneOf(entry.siteId)
    const isLeft = (segment.lanes.get(lane) ?? 0) > 0 && !segment.acknowledged.get(lane)?.has(at)
    if (isLeft) left.set(entry, at)
  }
  ledger.recount(segment, [...left.keys()], laneOf)
  return {
    segment,
    entries: () => [...left.keys()],
    acknowledge: (entry) => {
      const at = left.get(entry)
      if (at !== undefined) ledger.acknowledge(segment, laneOf(entry.siteId), entry, at)
      left.delete(entry)
    },
    remove: async () => {
      await checkOwner()
      await removeSegment(segment)
      ledger.forget(segment)
    },
  }
}

async function readEntries(
  segment: Segment,
  { logger, damage }: Holdings,
): Promise<{ entry: Entry; at: number }[]> {
  const found = await readSegment(segment.path).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    return { entries: [], starts: [], damagedBytes: segment.bytes, tornBytes: 0 }
  })
  const unreadable = found.damagedBytes + found.tornBytes
  if (unreadable > 0 && !segment.isDamaged) {
    segment.isDamaged = true
    damage.bytes += unreadable
    tellDamage(segment, unreadable, logger)
  }
  return found.entries.map((entry, index) => ({ entry, at: found.starts[index] ?? 0 }))
}
