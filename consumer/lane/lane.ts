// One partition's way into the store under one membership: takes fetches and runs the protocol.
import type { Source } from '../../clickhouse/insert-lines.ts'
import type { RangeLimits } from '../config.ts'
import type { RecentIds } from '../recent-ids/recent-ids.ts'
import type { SourceRecord } from './record.ts'
import type { InsertPlace, InsertSchedule } from './insert-schedule.ts'
import { createOpenRange, type OpenRange } from './open-range.ts'
import { createPendingRange, type PendingRange, type StoreSteps } from './pending-range.ts'
import {
  hasOpen,
  startLane,
  step,
  type LaneEffect,
  type LaneEvent,
  type LaneStart,
  type LaneState,
  type Span,
} from './protocol.ts'
import type { Range } from './range.ts'

export interface Lane {
  /**
   * Takes records that were asked for from offset `from` and cover the log up to `last`: a fetch, or a part of one.
   * @returns the offset to fetch from where this one does not follow the last; null where it was taken
   */
  accept: (records: SourceRecord[], from: number, last: number) => number | null
  /** Goes on behind `last` where it has come to `first` or beyond: nothing to store stands between them. */
  pass: (first: number, last: number) => void
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

export interface LaneParts {
  source: Source
  start: LaneStart
  limits: RangeLimits
  /** How long an insert may take to reach the table before the store refuses it. */
  fenceSeconds: number
  judge: RecentIds['judge']
  steps: StoreSteps
  schedule: InsertSchedule
  /** Told after each range that was stored and committed. */
  onStored: (source: Source, span: Span, range: Range) => void
  /** Told whenever more may be taken than a moment before. */
  onRoom: () => void
  /** The membership cannot go on: the group has to be joined anew. */
  onRejoin: (isFenced: boolean) => void
}

export function createLane(parts: LaneParts): Lane {
  const draining = createDraining()
  const steps = withoutHoldingUp(parts.steps, () => place.end())
  const pending = createPendingRange(parts.source, parts.start.pending, steps)
  const open = createOpenRange(parts.source, parts.limits, parts.judge, pending.isJudged)
  const first = startLane(parts.start)
  let state = first.state
  const next = () => {
    open.judgeWaiting()
    place.mayBeDue()
    if (isDrained(state)) draining.end()
  }
  const dispatch = (event: LaneEvent, records: SourceRecord[] = []): LaneEffect[] => {
    const { effects, state: after } = step(state, event, parts.fenceSeconds)
    state = after
    effects.forEach((effect) => perform(effect, records))
    next()
    return effects
  }

  const perform = (effect: LaneEffect, records: SourceRecord[]): void => {
    if (effect.kind === 'take') return take(pending, open, state, records)
    if (effect.kind === 'stored') return tellStored(parts, effect.span, pending.release(), place)
    if (effect.kind === 'rejoin') return parts.onRejoin(effect.isFenced)
    if (effect.kind === 'prepare' && state.deadline === null)
      handOver(parts, open, pending, effect.span, place)
    if (effect.kind !== 'refetch') pending.perform(effect).then(dispatch, () => parts.onRejoin(false))
  }

  const fetched = (records: SourceRecord[], from: number, last: number) =>
    offsetWanted(dispatch({ kind: 'fetched', from, last }, records))

  const place = parts.schedule.join({
    ...open,
    mayBegin: () => mayBegin(state),
    isUrgent: draining.isUnderWay,
    begin: () => dispatch({ kind: 'due' }),
  })
  first.effects.forEach((effect) => perform(effect, []))
  return {
    accept: fetched,
    pass: (first, last) => {
      if (first <= state.next && state.next <= last) fetched([], state.next, last)
    },
    bytes: () => open.bytes() + pending.bytes(),
    isFull: open.isFull,
    state: () => state,
    drain: () => {
      const drained = draining.begin()
      next()
      return drained
    },
    end: () => {
      dispatch({ kind: 'ended' })
      place.leave()
      open.close()
      pending.end()
    },
  }
}

/** What was open becomes the pending range. To ask the table about many of its events takes long. */
function handOver(
  { onRoom }: LaneParts,
  open: OpenRange,
  pending: PendingRange,
  span: Span,
  place: InsertPlace,
): void {
  const range = open.close()
  pending.hold(range, span)
  if (range.uncertain.length > 0) place.end()
  onRoom()
}

function tellStored(
  { source, onStored, onRoom }: LaneParts,
  span: Span,
  range: Range,
  place: InsertPlace,
): void {
  onStored(source, span, range)
  place.end()
  onRoom()
}

/** What goes wrong takes its time: the other lanes are not to wait for it. */
function withoutHoldingUp(steps: StoreSteps, letGo: () => void): StoreSteps {
  const onTrouble = (error: unknown, doing: string) => {
    letGo()
    steps.onTrouble(error, doing)
  }
  return { ...steps, onTrouble }
}

function offsetWanted([effect]: LaneEffect[]): number | null {
  return effect?.kind === 'refetch' ? effect.offset : null
}

function mayBegin(state: LaneState): boolean {
  return state.phase === 'idle' && hasOpen(state)
}

/** Records below the open range belong to a pending one that is read again. */
function take(pending: PendingRange, open: OpenRange, state: LaneState, records: SourceRecord[]): void {
  const isOpen = ({ offset }: SourceRecord) => Number(offset) >= state.openFirst
  pending.keep(records.filter((record) => !isOpen(record)))
  if (hasOpen(state)) open.add(records.filter(isOpen))
}

/** A range that somebody else began is left to whoever comes next: reading it again may take long. */
function isDrained(state: LaneState): boolean {
  return ['ended', 'rereading'].includes(state.phase) || (state.phase === 'idle' && !hasOpen(state))
}

function createDraining() {
  let end: (() => void) | null = null
  return {
    isUnderWay: () => end !== null,
    begin: () => new Promise<void>((resolve) => (end = resolve)),
    end: () => end?.(),
  }
}
