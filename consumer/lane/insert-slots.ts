// How many ranges all lanes of a process insert at the same time. Those that wait grow meanwhile, so at full load
// ClickHouse gets a few large inserts instead of many small ones, which cost it several times as much for each row.

/** One lane's way to a slot. Only a first attempt needs one: what is in doubt waits for a clock, and holds up nobody. */
export interface InsertSlot {
  /** Whether no range was begun by any lane for a moment. */
  isQuiet: () => boolean
  /** Takes a slot, or has one already; where none is free, the lane is told when one may be. */
  take: () => boolean
  /** Gives it back, if there is one, and no longer waits for any. */
  release: () => void
}

export interface InsertSlots {
  /** @param onFree called when a slot may be free that was asked for before */
  open: (onFree: () => void) => InsertSlot
}

/** A small insert costs ClickHouse some ten milliseconds: so often it can bear. */
const quietAfterMs = 30

export function createInsertSlots(count: number): InsertSlots {
  const holders = new Set<object>()
  let lastTakenAt = -Infinity
  /** In the order they came. */
  const waiting = new Map<object, () => void>()
  const tellNext = () => {
    const [next] = waiting
    if (!next || holders.size >= count) return
    const [lane, onFree] = next
    waiting.delete(lane)
    onFree()
  }
  return {
    open: (onFree) => {
      const lane = {}
      return {
        isQuiet: () => performance.now() - lastTakenAt >= quietAfterMs,
        take: () => {
          if (holders.has(lane)) return true
          if (holders.size >= count) {
            waiting.set(lane, onFree)
            return false
          }
          waiting.delete(lane)
          holders.add(lane)
          lastTakenAt = performance.now()
          return true
        },
        release: () => {
          waiting.delete(lane)
          if (holders.delete(lane)) tellNext()
        },
      }
    },
  }
}
