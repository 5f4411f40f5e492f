// The segments of a spool: files that are numbered in the order of their entries, and what each still holds.
import { existsSync } from 'node:fs'
import { readdir, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { scanEntries, type Entry, type Scanned } from './entry.ts'

const name = /^(\d{12})\.events$/

export interface Segment {
  path: string
  bytes: number
  /** Entries that nobody has taken care of yet, by lane, and the events in them. */
  lanes: Map<number, number>
  /** Where entries begin that somebody has taken care of, by lane; lanes of which none is left are not in it. */
  acknowledged: Map<number, Set<number>>
  events: number
  /** When its first entry was received, epoch milliseconds. */
  oldestAt: number
  isDamaged: boolean
}

/** An empty segment at `path`. */
export function newSegment(path: string): Segment {
  return {
    path,
    bytes: 0,
    lanes: new Map(),
    acknowledged: new Map(),
    events: 0,
    oldestAt: Infinity,
    isDamaged: false,
  }
}

/** Counts `entry` in. */
export function countIn(segment: Segment, lane: number, entry: Entry): void {
  segment.lanes.set(lane, (segment.lanes.get(lane) ?? 0) + 1)
  segment.events += entry.events
  segment.oldestAt = Math.min(segment.oldestAt, entry.receivedAt)
}

export function segmentPath(folder: string, number: number): string {
  return join(folder, `${String(number).padStart(12, '0')}.events`)
}

/** The numbers of the segments in a folder, in order. */
export async function segmentNumbers(folder: string): Promise<number[]> {
  const files = await readdir(folder)
  return files
    .flatMap((file) => name.exec(file)?.[1] ?? [])
    .map(Number)
    .sort((left, right) => left - right)
}

/** Everything that can be read of a segment. */
export async function readSegment(path: string): Promise<Scanned & { bytes: number }> {
  const bytes = await readFile(path)
  return { ...scanEntries(bytes), bytes: bytes.length }
}

/** Takes a segment away. One with damaged bytes stays beside the others under another name, for people to look at. */
export async function removeSegment({ path, isDamaged }: Segment): Promise<void> {
  if (isDamaged && existsSync(path)) await rename(path, `${path}.damaged`)
  else await rm(path, { force: true })
}
