// What a spool finds when it is opened: the segments of its last owner, however that one ended.
import { rm, truncate } from 'node:fs/promises'
import type { Logger } from '../runtime/logger.ts'
import { countIn, newSegment, readSegment, segmentNumbers, segmentPath, type Segment } from './segment.ts'

export interface Recovered {
  /** Those that hold entries, oldest first. */
  segments: Segment[]
  /** The number of the next one. */
  nextNumber: number
  tornBytes: number
  damagedBytes: number
}

/**
 * Reads every segment. The torn end of the newest is cut off: nobody was told that it is kept. Bytes that cannot be read
 * anywhere else were on the disk once; what can be read around them is kept.
 * @throws Error of the operating system where a file cannot be read at all
 */
export async function recoverSegments(
  folder: string,
  laneOf: (siteId: string) => number,
  logger: Logger,
): Promise<Recovered> {
  const numbers = await segmentNumbers(folder)
  const newest = numbers.at(-1)
  const recovered: Recovered = { segments: [], nextNumber: (newest ?? 0) + 1, tornBytes: 0, damagedBytes: 0 }
  for (const number of numbers) {
    const segment = newSegment(segmentPath(folder, number))
    const { entries, damagedBytes, tornBytes, bytes } = await readSegment(segment.path)
    const cut = number === newest ? tornBytes : 0
    const damaged = damagedBytes + tornBytes - cut
    for (const entry of entries) countIn(segment, laneOf(entry.siteId), entry)
    segment.bytes = bytes - cut
    segment.isDamaged = damaged > 0
    recovered.tornBytes += cut
    recovered.damagedBytes += damaged
    if (cut > 0) await cutOff(segment, cut, logger)
    if (damaged > 0) tellDamage(segment, damaged, logger)
    if (segment.bytes === 0) await rm(segment.path)
    else recovered.segments.push(segment)
  }
  return recovered
}

async function cutOff({ path, bytes }: Segment, cut: number, logger: Logger): Promise<void> {
  logger.warn({ path, bytes: cut }, 'the torn end of the spool is cut off')
  await truncate(path, bytes)
}

/** Tells that part of a segment cannot be read. */
export function tellDamage({ path }: Segment, bytes: number, logger: Logger): void {
  logger.error(
    { path, bytes },
    'part of the spool cannot be read: the rest is kept, and the file is set aside as .damaged',
  )
}
