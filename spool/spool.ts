// Keeps events on this machine's disk until they can go on: entries in order, each on the disk before it counts. What was
// appended is still there after kill -9 and power loss, and leaves only when its taker says so, oldest first.
import type { Lock } from '../runtime/lock.ts'
import type { Logger } from '../runtime/logger.ts'
import { encodeEntry, type Entry } from './entry.ts'
import { createGroupCommit } from './group-commit.ts'
import { createLedger, type Ledger } from './ledger.ts'
import { watchOwnership } from './ownership.ts'
import { recoverSegments } from './recover.ts'
import { createSegmentLog, type SegmentLog, type Writing } from './segment-log.ts'
import type { Segment } from './segment.ts'
import { isOf, sealOldest, takeSegment, type IsWanted, type TakenSegment } from './take-oldest.ts'

/** Entries that are not kept: nothing of them is in the spool. */
export class NotSpooled extends Error {
  override name = 'NotSpooled'
}

export interface Spool {
  /**
   * Resolves when the entry is on the disk.
   * @throws NotSpooled where the spool is full or its disk fails
   */
  append: (entry: Entry) => Promise<void>
  /** Whether entries of this lane are in it, or on their way: younger ones go behind them. */
  holds: (lane: number) => boolean
  laneOf: (siteId: string) => number
  /**
   * The oldest segment that holds entries of such lanes, with all its entries; null where there is none. One that is
   * empty is given, too, to be removed. One call at a time; only the last one given is to be used.
   * @param isWanted every lane unless told otherwise
   */
  takeOldest: (isWanted?: IsWanted) => Promise<TakenSegment | null>
  /** Bytes of the segments that hold entries of such lanes, and of entries on their way to the disk. */
  bytesOf: (isWanted: IsWanted) => number
  state: () => SpoolState
  /** Rejects with FolderTakenOver once another process owns the folder: nothing can be appended any more. */
  lost: Promise<never>
  /** Lets the folder go. What is in it stays for whoever takes it next. */
  close: () => Promise<void>
}

export interface SpoolState {
  /** On the disk and on their way there. */
  bytes: number
  events: number
  /** When the oldest was received, epoch milliseconds; null where there is none. */
  oldestAt: number | null
  /** Found since it was opened. */
  tornBytes: number
  damagedBytes: number
  /** Why it takes nothing at present; null where it does. */
  refusal: string | null
}

export interface SpoolOptions {
  folder: string
  lock: Lock
  maxBytes: number
  /** Bytes after which a segment is full: what is sent again at most after a crash while it is emptied. */
  segmentBytes?: number
  /** The lane of a site: entries of one lane stay in order. */
  laneOf: (siteId: string) => number
  logger: Logger
}

const defaultSegmentBytes = 4 * 1024 * 1024

/** A disk that failed is not relied on for this long. */
const failureCountsForMs = 5000

/**
 * Opens the spool in a folder whose lock is held.
 * @throws Error of the operating system where what is there cannot be read
 */
export async function openSpool(options: SpoolOptions): Promise<Spool> {
  const { folder, lock, laneOf, logger, segmentBytes = defaultSegmentBytes } = options
  const ledger = createLedger()
  const found = await recoverSegments(folder, laneOf, logger)
  for (const segment of found.segments) ledger.add(segment)
  const ownership = watchOwnership(folder, lock)
  const log = createSegmentLog({
    folder,
    segmentBytes,
    ledger,
    firstNumber: found.nextNumber,
    checkOwner: ownership.check,
  })
  const damage = { bytes: found.damagedBytes }
  const holdings = { ledger, log, laneOf, logger, damage, checkOwner: ownership.check }
  const commit = createCommit(log, folder, logger)
  let refusedBytes = 0
  let taken: TakenSegment | null = null
  const hasRoomFor = (bytes: number) => ledger.bytes() + bytes <= options.maxBytes

  const append = async (entry: Entry) => {
    const bytes = encodeEntry(entry)
    refusedBytes = hasRoomFor(bytes.length) ? 0 : bytes.length
    if (refusedBytes > 0) throw new NotSpooled('the spool is full')
    const lane = laneOf(entry.siteId)
    ledger.expect(lane, bytes.length)
    try {
      await commit.add({ entry, lane, bytes })
    } catch (error) {
      ledger.giveUp(lane, bytes.length)
      throw error
    }
  }
  return {
    append,
    holds: ledger.holds,
    laneOf,
    takeOldest: async (isWanted = () => true) => {
      const segment = await sealOldest(holdings, isWanted)
      if (!segment) return null
      if (taken?.segment !== segment) taken = await takeSegment(segment, holdings)
      return taken
    },
    bytesOf: (isWanted) => bytesOf(ledger, isWanted),
    state: () => ({
      ...stateOf(ledger),
      tornBytes: found.tornBytes,
      damagedBytes: damage.bytes,
      refusal: hasRoomFor(refusedBytes) ? commit.failure() : 'the spool is full',
    }),
    lost: ownership.lost,
    close: async () => {
      ownership.end()
      await commit.idle()
      await log.seal()
      lock.release()
    },
  }
}

/** Writes in groups, and remembers for a while that the disk failed. */
function createCommit(log: SegmentLog, folder: string, logger: Logger) {
  let failure = { message: '', at: -Infinity }
  const recent = () => (performance.now() - failure.at < failureCountsForMs ? failure.message : null)
  const { add, idle } = createGroupCommit<Writing>(async (group) => {
    try {
      await log.write(group)
      failure.at = -Infinity
    } catch (error) {
      if (recent() === null) logger.error({ err: error, folder }, 'the spool cannot be written')
      failure = { message: `the spool cannot be written: ${(error as Error).message}`, at: performance.now() }
      throw new NotSpooled(failure.message, { cause: error })
    }
  })
  return { add, idle, failure: recent }
}

function stateOf(ledger: Ledger): Pick<SpoolState, 'bytes' | 'events' | 'oldestAt'> {
  const held = ledger.segments().filter(({ events }) => events > 0)
  const events = sumOf(held, (segment) => segment.events)
  return { bytes: ledger.bytes(), events, oldestAt: held[0]?.oldestAt ?? null }
}

function bytesOf(ledger: Ledger, isWanted: IsWanted): number {
  const others = ledger.segments().filter((segment) => !isOf(segment, isWanted))
  return ledger.bytes() - sumOf(others, ({ bytes }) => bytes)
}

function sumOf(segments: Segment[], of: (segment: Segment) => number): number {
  return segments.reduce((sum, segment) => sum + of(segment), 0)
}
