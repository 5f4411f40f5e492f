// Keeps memory bounded while ClickHouse is slower than Kafka: a lane takes nothing while it holds a whole range besides the
// one being stored, or all lanes together hold enough; nor while it looks what it stored.
import type { Lane } from '../lane/lane.ts'

export interface BackPressure {
  /** Whether a lane may take nothing more for now. */
  mustWait: (lane: Lane) => boolean
  /** Resolves as soon as one of the lanes may take more than a moment before, or `giveUp` is called. */
  room: () => Promise<void>
  /** To be called when that is so. */
  onRoom: () => void
  heldBytes: () => number
}

export function createBackPressure(
  lanes: () => ReadonlyMap<number, Lane>,
  maxHeldBytes: number,
): BackPressure {
  let waiting: (() => void)[] = []
  const heldBytes = () => {
    let bytes = 0
    for (const lane of lanes().values()) bytes += lane.bytes()
    return bytes
  }
  return {
    heldBytes,
    mustWait: (lane) => lane.state().phase !== 'running' || lane.isFull() || heldBytes() >= maxHeldBytes,
    room: () => new Promise((resolve) => waiting.push(resolve)),
    onRoom: () => {
      const told = waiting
      waiting = []
      for (const tell of told) tell()
    },
  }
}
