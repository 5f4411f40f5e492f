// The lines that wait for Kafka, by partition, and how many bytes they hold.
import { takeRecords, type PackedRecord, type PackLimits, type Piece } from './pack-records.ts'

/** What goes out of one partition with one request. */
export interface Taken {
  partition: number
  records: PackedRecord[]
  bytes: number
}

export interface WaitingLines {
  add: (partition: number, pieces: readonly Piece[]) => void
  /** Whether anybody still waits for lines that are not sent. Lets go of lines that nobody waits for. */
  isWanted: () => boolean
  /** Takes what one request may hold of each partition; it counts as waiting until it is forgotten. */
  take: (maxBytesPerPartition: number, limits: PackLimits) => Taken[]
  forget: (taken: readonly Taken[]) => void
  /** Lets go of everything that was not taken, and gives it in order of its partitions. */
  clear: () => Piece[]
  /** Bytes that wait, those under way included. */
  bytes: () => number
}

export function createWaitingLines(): WaitingLines {
  const queues = new Map<number, Piece[]>()
  let bytes = 0
  return {
    bytes: () => bytes,
    add: (partition, pieces) => {
      bytes += bytesOf(pieces)
      const queue = queues.get(partition)
      if (queue) queue.push(...pieces)
      else queues.set(partition, [...pieces])
    },
    isWanted: () => {
      for (const [partition, queue] of queues) {
        const wanted = queue.filter(({ waiter }) => !waiter.isSettled)
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

/** The sum of their bytes. */
export function bytesOf(pieces: readonly { bytes: number }[]): number {
  return pieces.reduce((sum, piece) => sum + piece.bytes, 0)
}
