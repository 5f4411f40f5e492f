// When what the lanes hold is stored: all lanes together, one insert after another. A row costs ClickHouse several times
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
  mayBeDue: () => void
  /** What it began is stored, or takes its time: nobody waits for it any more. */
  end: () => void
  /** The lane is no more. */
  leave: () => void
}

export type InsertLimits = Omit<RangeLimits, 'maxHeldBytes'>

export interface InsertSchedule {
  join: (lane: ScheduledLane) => InsertPlace
  /** Whether so few lines come that they are stored almost at once. */
  isQuiet: () => boolean
}

/** Eight lines, and one more every 2 ms (500 a second): where no more come, others are not worth waiting for. */
const few = { lines: 8, linesPerMs: 0.5 }

/** Inserts of few lines begin so many milliseconds apart: each is a part that ClickHouse has to merge with others. */
const betweenMs = 10

/** From which age on, in milliseconds, so many lines are few. */
const fewFromMs = (lines: number) => (lines - few.lines) / few.linesPerMs

export function createInsertSchedule(limits: InsertLimits): InsertSchedule {
  const lanes = new Set<ScheduledLane>()
  const underWay = new Set<ScheduledLane>()
  let begunAt = -Infinity
  let timer: NodeJS.Timeout | undefined
  let isChecking = false

  /** Checks once for all lanes that become ready in the same turn. */
  const check = () => {
    if (isChecking) return
    isChecking = true
    setImmediate(() => {
      isChecking = false
      beginIfDue()
    })
  }
  const beginIfDue = () => {
    clearTimeout(timer)
    const ready = [...lanes].filter((lane) => lane.mayBegin())
    if (ready.length === 0 || underWay.size > 0) return
    const waitMs = waitOf(ready, limits, begunAt + betweenMs - performance.now())
    if (waitMs > 0) {
      timer = setTimeout(beginIfDue, Math.ceil(waitMs))
      return
    }
    begunAt = performance.now()
    for (const lane of whatFits(ready, limits)) {
      underWay.add(lane)
      lane.begin()
    }
  }
  const end = (lane: ScheduledLane) => {
    if (!underWay.delete(lane) || underWay.size > 0) return
    check()
  }
  return {
    join: (lane) => {
      lanes.add(lane)
      return {
        mayBeDue: check,
        end: () => end(lane),
        leave: () => {
          lanes.delete(lane)
          end(lane)
        },
      }
    },
    isQuiet: () => {
      const held = [...lanes].filter((lane) => lane.openedAt() < Infinity)
      return ageOf(held) >= fewFromMs(sum(held, (lane) => lane.lines()))
    },
  }
}

/** The lanes that hold the oldest, as many as have enough together, at least one: an insert has to arrive in time. */
function whatFits(ready: readonly ScheduledLane[], { maxRows, maxBytes }: InsertLimits): ScheduledLane[] {
  let [lines, bytes] = [0, 0]
  return [...ready]
    .sort((left, right) => left.openedAt() - right.openedAt())
    .filter((lane) => {
      const fits = lines < maxRows && bytes < maxBytes
      lines += lane.lines()
      bytes += lane.bytes()
      return fits
    })
}

/** Milliseconds until these lanes are to begin; 0 or less for now. */
function waitOf(
  ready: readonly ScheduledLane[],
  { maxRows, maxBytes, maxAgeMs, quietAgeMs }: InsertLimits,
  quietForMs: number,
): number {
  if (ready.some((lane) => lane.isUrgent())) return 0
  const lines = sum(ready, (lane) => lane.lines())
  if (lines >= maxRows || sum(ready, (lane) => lane.bytes()) >= maxBytes) return 0
  const ageMs = ageOf(ready)
  // Soon, if few come; never later than the age at which all are stored.
  const quietWaitMs = Math.max(quietAgeMs - ageMs, fewFromMs(lines) - ageMs, quietForMs)
  return Math.min(quietWaitMs, maxAgeMs - ageMs)
}

function ageOf(lanes: readonly ScheduledLane[]): number {
  const oldest = lanes.reduce((earliest, lane) => Math.min(earliest, lane.openedAt()), Infinity)
  return oldest === Infinity ? 0 : performance.now() - oldest
}

function sum<Item>(items: readonly Item[], amount: (item: Item) => number): number {
  return items.reduce((total, item) => total + amount(item), 0)
}
