// When what the lanes hold is stored: all of it together, and one time after another. A row costs ClickHouse several times
// as much in a small insert as in a large one, and most of a small one is the same whatever is in it; so lanes do not insert
// by themselves, and while one insert is under way they grow.
import type { RangeLimits } from '../config.ts'

/** A lane as the schedule sees it. */
export interface ScheduledLane {
  /** Whether it holds something that it may begin to store. */
  mayBegin: () => boolean
  /** Whether it cannot wait. */
  isUrgent: () => boolean
  /** Lines and bytes it holds, apart from the range being stored. */
  lines: () => number
  bytes: () => number
  /** When the first of them came, by `performance.now()`. */
  openedAt: () => number
  begin: () => void
}

/** One lane's place in the schedule. */
export interface InsertPlace {
  /** To be called whenever the lane may be due. */
  look: () => void
  /** The first attempt of what it began is over. What is in doubt waits for a clock, and holds up nobody. */
  end: () => void
  /** The lane is no more. */
  leave: () => void
}

export interface InsertSchedule {
  join: (lane: ScheduledLane) => InsertPlace
  /** Whether so few lines come that they are stored almost at once. */
  isQuiet: () => boolean
}

/** Where no more than these come, others are not worth waiting for. */
const few = { lines: 8, linesPerMs: 0.5 }

/** A small insert costs ClickHouse some ten milliseconds: so often it can bear. */
const quietPauseMs = 30

export function createInsertSchedule(limits: Omit<RangeLimits, 'maxHeldBytes'>): InsertSchedule {
  const lanes = new Set<ScheduledLane>()
  const underWay = new Set<ScheduledLane>()
  let lastBegunAt = -Infinity
  let timer: NodeJS.Timeout | undefined
  let isLooking = false

  /** Looks once for all lanes that become ready in the same turn. */
  const look = () => {
    if (isLooking) return
    isLooking = true
    setImmediate(() => {
      isLooking = false
      beginIfDue()
    })
  }
  const beginIfDue = () => {
    clearTimeout(timer)
    const ready = [...lanes].filter((lane) => lane.mayBegin())
    if (ready.length === 0 || underWay.size > 0) return
    const waitMs = waitOf(ready, limits, performance.now() - lastBegunAt)
    if (waitMs > 0) {
      timer = setTimeout(beginIfDue, Math.ceil(waitMs))
      return
    }
    lastBegunAt = performance.now()
    for (const lane of ready) {
      underWay.add(lane)
      lane.begin()
    }
  }
  const end = (lane: ScheduledLane) => {
    if (underWay.delete(lane) && underWay.size === 0) look()
  }
  return {
    join: (lane) => {
      lanes.add(lane)
      return {
        look,
        end: () => end(lane),
        leave: () => {
          lanes.delete(lane)
          end(lane)
        },
      }
    },
    isQuiet: () => {
      const held = [...lanes].filter((lane) => lane.openedAt() < Infinity)
      return sum(held, (lane) => lane.lines()) <= few.lines + few.linesPerMs * ageOf(held)
    },
  }
}

/** Milliseconds until these lanes are to begin; 0 or less for now. */
function waitOf(
  ready: readonly ScheduledLane[],
  { maxRows, maxBytes, maxAgeMs, quietAgeMs }: Omit<RangeLimits, 'maxHeldBytes'>,
  sinceLastMs: number,
): number {
  if (ready.some((lane) => lane.isUrgent())) return 0
  const lines = sum(ready, (lane) => lane.lines())
  if (lines >= maxRows || sum(ready, (lane) => lane.bytes()) >= maxBytes) return 0
  const fewFromMs = (lines - few.lines) / few.linesPerMs
  const ageMs = ageOf(ready)
  const quietWaitMs = Math.max(quietAgeMs - ageMs, fewFromMs - ageMs, quietPauseMs - sinceLastMs)
  return Math.min(quietWaitMs, maxAgeMs - ageMs)
}

function ageOf(lanes: readonly ScheduledLane[]): number {
  const oldest = lanes.reduce((earliest, lane) => Math.min(earliest, lane.openedAt()), Infinity)
  return oldest === Infinity ? 0 : performance.now() - oldest
}

function sum<Item>(items: readonly Item[], amount: (item: Item) => number): number {
  return items.reduce((total, item) => total + amount(item), 0)
}
