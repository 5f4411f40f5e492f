// One partition's way into the store under one membership: takes what was fetched and runs the protocol.
import type { BookSchedule } from './book-schedule.ts'
import type { InsertSchedule } from './insert-schedule.ts'
import type { LaneEffect, LaneEvent, LaneStart, LaneState, LaneTimes, Step } from './lane-state.ts'
import { LaneWork, type LaneWorkParts } from './lane-work.ts'
import type { Records } from './open-range.ts'
import { isDrained, mayBegin, mayTake, startLane, step } from './protocol.ts'

export interface Lane {
  /**
   * Takes records of about so many bytes. `more`: there may be others; `end`: it has all; `elsewhere`: it takes none from
   * there, see `state`.
   */
  take: (fetched: Records, bytes: number) => 'more' | 'end' | 'elsewhere'
  /** Bytes held. */
  bytes: () => number
  /** Whether it holds a whole range besides the one being stored. */
  isFull: () => boolean
  /** Where it stands: `next` is the offset that the next fetch must begin at. */
  state: () => Readonly<LaneState>
  /** Stores what it holds; resolves when all is stored and committed, or can no longer be. */
  drain: () => Promise<void>
  /** Lets go of everything at once: the partition is no longer ours. */
  end: () => void
}

export interface LaneParts extends Omit<LaneWorkParts, 'state' | 'dispatch' | 'onLetGo'> {
  start: LaneStart
  times: LaneTimes
  schedule: InsertSchedule
  bookSchedule: BookSchedule
  /** The membership cannot go on: the group has to be joined anew. */
  onRejoin: (isFenced: boolean) => void
}

export function createLane(parts: LaneParts): Lane {
  const { lines, times, schedule, bookSchedule } = parts
  const { clock } = parts.steps
  const draining = createDraining()
  const begun = startLane(parts.start, clock.now(), times)
  let { state } = begun
  const dispatch = (event: LaneEvent) => follow(step(state, event, clock.now(), times))
  const work = new LaneWork({ ...parts, state: () => state, dispatch, onLetGo: () => place.end() })

  const follow = ({ state: after, effects }: Step) => {
    state = after
    effects.forEach(perform)
    place.mayBeDue()
    if (isDrained(state)) draining.end()
  }
  const perform = (effect: LaneEffect): void => {
    if (effect.kind === 'prepare') work.prepare(effect)
    if (effect.kind === 'insert') void work.insert(effect)
    if (effect.kind === 'oweBooks') bookSchedule.owe(owing)
    if (effect.kind === 'book') void work.book(effect)
    if (effect.kind === 'commit') void work.commit(effect)
    if (effect.kind === 'recover') void work.recover(effect)
    if (effect.kind === 'rejoin') parts.onRejoin(effect.isFenced)
  }
  const isUrgent = draining.isUnderWay
  const owing = { isUrgent, writeBooks: () => dispatch({ kind: 'booksDue' }) }
  const place = schedule.join({
    lines: () => lines.open().lines(),
    bytes: () => lines.open().bytes(),
    openedAt: () => lines.open().openedAt(),
    mayBegin: () => mayBegin(state),
    ...{ isUrgent, begin: () => dispatch({ kind: 'due' }) },
  })
  follow(begun)
  return {
    take: (fetched, bytes) => {
      const from = fetched.passed
      if (!mayTake(state, from)) return 'elsewhere'
      const isMore = lines.open().take(fetched, bytes)
      if (fetched.passed > from) dispatch({ kind: 'taken', from, last: fetched.passed - 1 })
      return isMore ? 'more' : 'end'
    },
    bytes: lines.bytes,
    isFull: () => lines.open().isFull(),
    state: () => state,
    drain: () => {
      const drained = draining.begin()
      dispatch({ kind: 'leave' })
      work.leave()
      bookSchedule.owe(owing)
      return drained
    },
    end: () => {
      dispatch({ kind: 'ended' })
      work.end()
      place.leave()
    },
  }
}

function createDraining() {
  let end: (() => void) | null = null
  return {
    isUnderWay: () => end !== null,
    begin: () => new Promise<void>((resolve) => (end = resolve)),
    end: () => end?.(),
  }
}
