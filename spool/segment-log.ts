// Writes entries behind each other into segments. A new one begins where the last is full, was sealed, or its disk failed.
import { rm } from 'node:fs/promises'
import type { Entry } from './entry.ts'
import type { Ledger } from './ledger.ts'
import { createSegment, type SegmentWriter } from './segment-writer.ts'
import { newSegment, segmentPath, type Segment } from './segment.ts'

/** An entry on its way to the disk. */
export interface Writing {
  entry: Entry
  lane: number
  bytes: Buffer
}

export interface SegmentLog {
  /**
   * Resolves when all of them are on the disk, and this process still owns it.
   * @throws Error of the operating system; none of them is kept then
   */
  write: (group: Writing[]) => Promise<void>
  /** Ends the segment that is being written, so that it can be read and removed. */
  seal: () => Promise<void>
}

export interface SegmentLogOptions {
  folder: string
  firstNumber: number
  /** Bytes after which a segment is full. */
  segmentBytes: number
  ledger: Ledger
  /** Throws where another process owns the folder by now. */
  checkOwner: () => Promise<void>
}

export function createSegmentLog(options: SegmentLogOptions): SegmentLog {
  const { folder, segmentBytes, ledger, checkOwner } = options
  let nextNumber = options.firstNumber
  let open: { writer: SegmentWriter; segment: Segment } | null = null
  let lastTurn: Promise<unknown> = Promise.resolve()

  /** One behind another: a segment is never sealed while it is written. */
  const inTurn = (work: () => Promise<void>) => {
    const turn = lastTurn.then(work)
    lastTurn = turn.catch(() => undefined)
    return turn
  }
  const begin = async () => {
    const path = segmentPath(folder, nextNumber)
    nextNumber += 1
    const writer = await createSegment(path)
    const segment = newSegment(path)
    ledger.add(segment)
    return { writer, segment }
  }
  const seal = async () => {
    if (!open) return
    const { writer, segment } = open
    open = null
    await writer.close().catch(() => undefined)
    if (segment.bytes > 0) return
    ledger.forget(segment)
    await rm(segment.path, { force: true }).catch(() => undefined)
  }
  const write = async (group: Writing[]) => {
    open ??= await begin()
    const { writer, segment } = open
    try {
      await writer.append(Buffer.concat(group.map(({ bytes }) => bytes)))
      await checkOwner()
    } catch (error) {
      await seal()
      throw error
    }
    for (const { entry, lane, bytes } of group) ledger.settle(segment, lane, bytes.length, entry)
    if (writer.bytes() >= segmentBytes) await seal()
  }
  return { write: (group) => inTurn(() => write(group)), seal: () => inTurn(seal) }
}
