// All there is in one run of the model: the logs, the group, the store, the members, and what is on its way.
import { leftBehind, startOf as startOfPartition } from '../../consumer/group/starts.ts'
import type { LaneEvent, LaneStart, LaneState, LaneTimes, Step } from '../../consumer/lane/lane-state.ts'
import { toMetadata } from '../../consumer/lane/lease.ts'
import { mayTake, startLane, step } from '../../consumer/lane/protocol.ts'
import { toStoredLines } from '../../consumer/lane/stored-lines.ts'
import { createLogger } from '../../runtime/logger.ts'
import type { Call } from './calls.ts'
import { createCoordinator, type Committed, type Coordinator } from './coordinator.ts'
import { createLog, type Log } from './log.ts'
import { createStore, type Store } from './store.ts'

/** Seconds. */
export const times: LaneTimes = { fence: 5, slack: 2 }

/** What a member knows of a partition when it begins its lane. */
export interface StartFacts {
  committed: Committed
  /** The first offset that has not expired. */
  low: number
  /** What a look has found: all below is in the books, and the offsets of lines beyond. */
  booked: number
  offsets: readonly number[]
}

/** What the product decides, and what it relies on. Each broken variant changes one of these. */
export interface Rules {
  startOf: (facts: StartFacts) => LaneStart
  startLane: (start: LaneStart, now: number) => Step
  mayTake: (state: LaneState, from: number) => boolean
  step: (state: LaneState, event: LaneEvent, now: number) => Step
  /** What becomes of an insert that the store evaluates at `now` by its own clock. `drop`: nothing, and it says done. */
  fence: (now: number, deadline: number) => 'write' | 'refuse' | 'drop'
  /** The membership a commit is sent under: the one when the lane asked for it, or when it leaves at last. */
  commitsUnder: 'asked' | 'sent'
  /** Whether lanes end with their membership. */
  endsLanes: boolean
  /** What a look does: all of it, nothing at all, or all but for one thing. */
  looks:
    | 'well'
    | 'not'
    | 'before the deadline'
    | 'while inserts run'
    | 'for lines before it waits'
    | 'for lines alone'
  /** Whether the lease that is found at a start is waited for. */
  waitsForLease: boolean
  /** Whether lines that a look has found are not stored again. */
  skipsStored: boolean
  /** Whether what was asked for before a recovery does not count after it. */
  dropsStale: boolean
}

export const rules: Rules = {
  ...{ startOf, mayTake, startLane: (start, now) => startLane(start, now, times) },
  step: (state, event, now) => step(state, event, now, times),
  fence: (now, deadline) => (Math.floor(now) < deadline ? 'write' : 'refuse'),
  ...{ commitsUnder: 'asked', endsLanes: true, looks: 'well', waitsForLease: true },
  ...{ skipsStored: true, dropsStale: true },
}

/** What must never be. */
export type Violation =
  | 'doubled'
  | 'lost'
  | 'booked before stored'
  | 'committed before stored'
  | 'books'
  | 'stuck'
  | 'hasty deadline'
  | 'never read'

export interface Member {
  name: string
  /** Counts its processes: what an earlier one asked for is answered to nobody. */
  process: number
  isUp: boolean
  isStopped: boolean
  /** `leaving`: it knows of another generation, and finishes what it holds before it joins that. */
  phase: 'out' | 'joining' | 'in' | 'leaving'
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
  /** The fetches that are taken and not in the books, as pairs of first and last offset. */
  held: number[]
  /** Lines that the last look has found. */
  found: ReadonlySet<number>
  /** Up to this offset it has what the look has found, and the log has nothing any more. */
  goneUntil: number
  /** Whether it owes books. */
  owes: boolean
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
  isBusy: boolean
  clockAhead: number
  window: number
  skews: readonly number[]
}

/** The product's own word on where a partition goes on. */
function startOf({ committed: { offset, lease }, low, booked, offsets }: StartFacts): LaneStart {
  const metadata = offset === null ? null : toMetadata(topicId, lease)
  const found = { partition: 0, low, high: Number.MAX_SAFE_INTEGER, committed: offset, metadata }
  const left = leftBehind(found, topicId)
  const event = { site: '', eventId: '', timestamp: 0, receivedAt: 0 }
  const events = offsets.map((at, line) => ({ ...event, offset: at, line }))
  return startOfPartition(found, left, { booked, stored: toStoredLines(events, []) }, topicId, aside).start
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

/** The clock of a store is far from 0, where no lease would be. */
const epoch = 1000

export function storeClock({ time, store }: World): number {
  return epoch + time + store.clockAhead
}

/** The store's clock as a member knows it. */
export function clockOf(world: World, { skew }: Member): number {
  return storeClock(world) + skew
}

export function note(world: World, what: string): void {
  world.seen.set(what, (world.seen.get(what) ?? 0) + 1)
}
