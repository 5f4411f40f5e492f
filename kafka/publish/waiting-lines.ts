// The lines that wait for Kafka, by partition, and how many bytes they hold.
import { takeRecords, type PackedRecord, type PackLimits, type Piece } from './pack-records.ts'
import type { SiteLines } from './publishing.ts'

/** What goes out of one partition with one request. */
export interface Taken<Waiter> {
  partition: number
  records: PackedRecord<Waiter>[]
  bytes: number
}

export interface WaitingLines<Waiter> {
  add: (partition: number, pieces: Piece<Waiter>[]) => void
  /** Whether anybody still waits for lines that are not sent. Lets go of lines that nobody waits for. */
  isWanted: () => boolean
  /** Takes what one request may hold of each partition; it counts as waiting until it is forgotten. */
  take: (maxBytesPerPartition: number, limits: PackLimits) => Taken<Waiter>[]
  forget: (taken: Taken<Waiter>[]) => void
  /** Lets go of everything that was not taken, and gives it in order of its partitions. */
  clear: () => Piece<Waiter>[]
  /** Bytes that wait, those under way included. */
  bytes: () => number
}

export function createWaitingLines<Waiter>(waits: (waiter: Waiter) => boolean): WaitingLines<Waiter> {
  const queues = new Map<number, Piece<Waiter>[]>()
  let bytes = 0
  return {
    bytes: () => bytes,
    add: (partition, pieces) => {
      bytes += bytesOf(pieces)
      const queue = queues.get(partition)
      if (queue) queue.push(...pieces)
      else queues.set(partition, pieces)
    },
    isWanted: () => {
      for (const [partition, queue] of queues) {
        const wanted = queue.filter(({ waiter }) => waits(waiter))
        bytes -= bytesOf(queue) - bytesOf(wanted)
        if (wanted.length > 0) queues.set(partition, wanted)
        else queues.delete(partition)
      }
      return queues.size > 0
    },
    take: (maxBytesPerPartition, limits) =>
      [...queues].map(([partition, queue]) => ({
        partition,
        ...takeRecords(queue, maxBytesPerPartition, limits),
      })),
    forget: (taken) => {
      bytes -= bytesOf(taken)
    },
    clear: () => {
      const pieces = [...queues.values()].flat()
      queues.clear()
      bytes -= bytesOf(pieces)
      return pieces
    },
  }
}

/** What a record takes besides its key, value and seal, at most. */
const recordBytes = 30

/** Lines of one site that go into one record. */
export type CutText = Pick<Piece<unknown>, 'text' | 'textBytes' | 'bytes' | 'events'>

/** The lines as texts of at most one record each. A line longer than a record may be travels alone. */
export function cutLines({ siteId, text, events }: SiteLines, limits: PackLimits): CutText[] {
  const keyBytes = Buffer.byteLength(siteId)
  const whole = toText(text, events, keyBytes)
  if (events <= 1 || isOneRecord(whole, limits)) return [whole]
  const texts: CutText[] = []
  let lines: string[] = []
  let bytes = Infinity
  for (const line of text.split('\n')) {
    const lineBytes = Buffer.byteLength(line) + 1
    const isFull = lines.length === limits.maxEventsPerRecord || bytes + lineBytes > limits.maxBytesPerRecord
    if (isFull) {
      if (lines.length > 0) texts.push(toText(lines.join('\n'), lines.length, keyBytes))
      lines = []
      bytes = keyBytes + recordBytes
    }
    lines.push(line)
    bytes += lineBytes
  }
  return [...texts, toText(lines.join('\n'), lines.length, keyBytes)]
}

function isOneRecord({ events, bytes }: CutText, limits: PackLimits): boolean {
  return events <= limits.maxEventsPerRecord && bytes <= limits.maxBytesPerRecord
}

function toText(text: string, events: number, keyBytes: number): CutText {
  const textBytes = Buffer.byteLength(text)
  return { text, textBytes, bytes: textBytes + 1 + keyBytes + recordBytes, events }
}

/** The sum of their bytes. */
export function bytesOf(pieces: { bytes: number }[]): number {
  return pieces.reduce((sum, piece) => sum + piece.bytes, 0)
}
