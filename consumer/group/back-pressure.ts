// Keeps memory bounded while ClickHouse is slower than Kafka: partitions that hold enough are not fetched from. What waits to
// be decoded does not count here: `decode-queue.ts` bounds it.
import type { Lane } from '../lane/lane.ts'

export interface BackPressure {
  /** Pauses the lane's partition if it holds a whole range, or all lanes together hold enough. */
  pauseIfFull: (partition: number, lane: Lane) => void
  /** Resumes every paused partition that may hold more. */
  resumeWhatFits: () => void
  /** Resumes every paused partition: a new membership has nothing in hand. */
  resumeAll: () => void
  heldBytes: () => number
  /** Whether a lane may take nothing more for now. */
  mustWait: (lane: Lane) => boolean
}

export function createBackPressure(parts: {
  lanes: () => ReadonlyMap<number, Lane>
  maxHeldBytes: number
  pause: (partition: number) => void
  resume: (partition: number) => void
}): BackPressure {
  const paused = new Set<number>()
  const heldBytes = () => [...parts.lanes().values()].reduce((sum, lane) => sum + lane.bytes(), 0)
  const isOver = () => heldBytes() >= parts.maxHeldBytes
  // A range that is read again can only be stored, and its bytes let go of, once all of it is there.
  const mustWait = (lane: Lane) => lane.state().phase !== 'rereading' && (lane.isFull() || isOver())
  const resume = (partition: number) => {
    paused.delete(partition)
    parts.resume(partition)
  }
  return {
    heldBytes,
    mustWait,
    resumeAll: () => [...paused].forEach(resume),
    pauseIfFull: (partition, lane) => {
      if (!mustWait(lane)) return
      paused.add(partition)
      parts.pause(partition)
    },
    resumeWhatFits: () => {
      for (const partition of paused) {
        const lane = parts.lanes().get(partition)
        if (lane && mustWait(lane)) continue
        resume(partition)
      }
    },
  }
}
