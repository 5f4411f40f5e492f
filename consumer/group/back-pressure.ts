// Keeps memory bounded while ClickHouse is slower than Kafka: a lane takes nothing while it holds a whole range besides the
// one being stored, or all lanes together hold enough; nor while it looks what it stored.
import type { Lane } from '../lane/lane.ts'

export interface BackPressure {
  /** Whether a lane may take nothing more for now. */
  mustWait: (lane: Lane) => boolean
  /** Resolves as soon as one of the lanes may take more than a moment before, after `ms` milliseconds, or with the signal. */
  room: (ms: number, signal: AbortSignal) => Promise<void>
  /** To be called when that is so. */
  onRoom: () => void
  heldBytes: () => number
}

export function createBackPressure(
  lanes: () => ReadonlyMap<number, Lane>,
  maxHeldBytes: number,
): BackPressure {
  const waiting = new Set<() => void>()
  const heldBytes = () => {
    let bytes = 0
    for (const lane of lanes().values()) bytes += lane.bytes()
    return bytes
  }
  return {
    heldBytes,
    mustWait: (lane) => lane.state().phase !== 'running' || lane.isFull() || heldBytes() >= maxHeldBytes,
    room: (ms, signal) =>
      new Promise((resolve) => {
        const tell = () => {
          clearTimeout(timer)
          signal.removeEventListener('abort', tell)
          waiting.delete(tell)
          resolve()
        }
        const timer = setTimeout(tell, ms)
        signal.addEventListener('abort', tell)
        waiting.add(tell)
      }),
    onRoom: () => {
      for (const tell of [...waiting]) tell()
    },
  }
}
