// All there is in one run of the model: the logs, the group, the store, the members, and what is on its way.
import { startOf as startOfPartition } from '../../consumer/group/starts.ts'
import { toMetadata } from '../../consumer/lane/intent.ts'
import {
  startLane,
  step,
  type LaneEvent,
  type LaneState,
  type LaneStart,
  type Step,
} from '../../consumer/lane/protocol.ts'
import { createLogger } from '../../runtime/logger.ts'
import type { Call } from './calls.ts'
import { createCoordinator, type Committed, type Coordinator } from './coordinator.ts'
import { createLog, type Log } from './log.ts'
import { createStore, type Store } from './store.ts'

/** How long an insert may take to reach the table, seconds. */
export const fenceSeconds = 5

/** What a member knows of a partition when it is assigned. */
export interface StartFacts extends Committed {
  /** The first offset that has not expired. */
  low: number
  /** The offset after the last one in the books, and the highest of any line. */
  stored: { next: number; highest: number | null }
}

/** What the product decides, and what it relies on. Each broken variant changes one of these. */
export interface Rules {
  startOf: (facts: StartFacts) => LaneStart
  startLane: (start: LaneStart) => Step
  step: (state: LaneState, event: LaneEvent) => Step
  /** What becomes of an insert that the store evaluates at `now` by its own clock. `drop`: nothing, and it says done. */
  fence: (now: number, deadline: number) => 'write' | 'refuse' | 'drop'
  /** The membership a commit is sent under: the one when the lane asked for it, or when it leaves at last. */
  commitsUnder: 'asked' | 'sent'
  /** Whether lanes end with their membership. */
  endsLanes: boolean
  /** Whether a look reads the clock first and the books last. */
  looksInOrder: boolean
  /** Whether a range that was looked for is stored without the lines that are there. */
  skipsStored: boolean
}

export const rules: Rules = {
  startOf,
  startLane,
  step: (state, event) => step(state, event, fenceSeconds),
  fence: (now, deadline) => (Math.floor(now) < deadline ? 'write' : 'refuse'),
  ...{ commitsUnder: 'asked', endsLanes: true, looksInOrder: true, skipsStored: true },
}

/** What must never be. */
export type Violation =
  'doubled' | 'lost' | 'committed before stored' | 'books' | 'stuck' | 'hasty deadline' | 'never read'

export interface Member {
  name: string
  /** Counts its processes: what an earlier one asked for is answered to nobody. */
  process: number
  isUp: boolean
  isStopped: boolean
  phase: 'out' | 'joining' | 'in'
  /** Its id and generation in the group as far as it knows. */
  id: number | null
  generation: number
  /** By partition. */
  lanes: (Lane | null)[]
  /** By partition: where it fetches next. */
  positions: number[]
  /** Seconds by which it takes the store's clock to be ahead of what it is. */
  skew: number
}

export interface Lane {
  member: Member
  partition: number
  state: LaneState
  /** The fetches it keeps, as pairs of first and last offset. */
  held: number[]
  /** What the newest `prepare` made ready: the lines to insert by month, and how many the range has in all. */
  ready: { lines: number[][]; rows: number }
}

export interface World {
  rules: Rules
  time: number
  logs: Log[]
  coordinator: Coordinator
  store: Store
  members: Member[]
  calls: Call[]
  violations: Set<Violation>
  /** How often things happened that a run should meet. */
  seen: Map<string, number>
  /** What happened, in words; null: nobody wants to know. */
  trace: string[] | null
}

export interface Setup {
  /** By partition: what stands at each offset. */
  entries: readonly (readonly number[])[]
  members: number
  clockAhead: number
  window: number
  skews: readonly number[]
}

/** The product's own word on where a partition goes on. */
function startOf({ offset, intent, low, stored: { next, highest } }: StartFacts): LaneStart {
  const metadata = offset === null ? null : toMetadata(topicId, intent)
  const found = { partition: 0, low, high: Number.MAX_SAFE_INTEGER, committed: offset, metadata }
  return startOfPartition(found, topicId, { next, highest: highest ?? undefined }, aside)
}

const topicId = '7e0e0f3a-6d52-4f0e-9a55-0c1d2e3f4a5b'

/** Where the product counts and says what it finds. */
const aside = {
  told: new Map<string, number>(),
  topic: 'events',
  metrics: { expired: () => undefined },
  logger: createLogger('model', 'silent'),
}

export function createWorld({ entries, members, clockAhead, window, skews }: Setup, given: Rules): World {
  const logs = entries.map(createLog)
  return {
    ...{ rules: given, time: 0, logs },
    coordinator: createCoordinator(logs.length),
    store: createStore(logs, clockAhead, window),
    members: Array.from({ length: members }, (_, index) => ({
      ...{ name: 'ABC'[index] ?? '?', process: 1, isUp: true, isStopped: false, phase: 'out' as const },
      ...{ id: null, generation: 0, lanes: logs.map(() => null), positions: logs.map(() => 0) },
      skew: skews[index] ?? 0,
    })),
    ...{ calls: [], violations: new Set(), seen: new Map(), trace: null },
  }
}

export function storeClock({ time, store }: World): number {
  return time + store.clockAhead
}

export function note(world: World, what: string): void {
  world.seen.set(what, (world.seen.get(what) ?? 0) + 1)
}
