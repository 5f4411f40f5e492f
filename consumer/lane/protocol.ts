// How a range of one partition's offsets becomes rows exactly once: intent, fenced insert, look. A pure state
// machine: events in, effects out; whoever runs it owns the records, the connections and the clocks.
//
// The invariants:
// 1. A range begins at the offset after the last one, and nothing is inserted before its bounds and the deadline of
//    its insert are committed to the group (the intent).
// 2. The store refuses an insert whose deadline has passed, by its own clock.
// 3. After any outcome but a plain success, nothing is done about the range before the deadline has passed and no
//    insert of it runs any more: from then on nothing of it can land. Only then is it looked for.
// 4. A range whose intent stands is never cut anew: whoever comes to it tries exactly this one.

/** Offsets `first` to `last`, both included. */
export interface Span {
  first: number
  last: number
}

/** What is committed before a range is inserted. `deadline` is whole seconds since 1970 by the store's clock. */
export interface Intent extends Span {
  deadline: number
}

/** Where a partition stood when it was assigned. */
export interface LaneStart {
  /** The first offset to read. */
  next: number
  /** A range that may be stored or not, and may still be on its way until its deadline. */
  pending: Intent | null
}

export type Phase =
  /** Nothing is pending. */
  | 'idle'
  /** A range that somebody else began is being read again. */
  | 'rereading'
  /** Its lines are made ready: all of them, or those that a look did not find. */
  | 'preparing'
  | 'intending'
  | 'inserting'
  | 'looking'
  | 'clearing'
  /** The partition is no longer ours, or it cannot be known. Final. */
  | 'ended'

export interface LaneState {
  phase: Phase
  /** The offset the next fetch must begin at. */
  next: number
  /** The first offset that is taken and not yet part of a pending range. */
  openFirst: number
  pending: Span | null
  /** Of the pending range's newest intent; null before its first. */
  deadline: number | null
}

export type LaneEvent =
  /** A fetch that was asked for from offset `from` and covers the log up to `last`. */
  | { kind: 'fetched'; from: number; last: number }
  /** What is taken should be stored now. */
  | { kind: 'due' }
  /** `now` is the store's clock in seconds since 1970, as well as it is known. */
  | { kind: 'prepared'; now: number }
  /** `unknown`: no answer, so it may still take effect later. */
  | { kind: 'committed'; outcome: 'done' | 'refused' | 'unknown' }
  /** `unknown`: anything but a plain success. */
  | { kind: 'inserted'; outcome: 'stored' | 'unknown' }
  /** `now` by the store's own clock, read before `isRunning`, which was read before `isStored`. */
  | { kind: 'looked'; now: number; isRunning: boolean; isStored: boolean }
  /** The membership is over. */
  | { kind: 'ended' }

export type LaneEffect =
  /** Keep the records of the fetch at hand. */
  | { kind: 'take' }
  /** Forget the fetch at hand and fetch from this offset. */
  | { kind: 'refetch'; offset: number }
  | { kind: 'prepare'; span: Span }
  /** Commit that `offset` is the next to read, with the intent or none. Under this membership, or not at all. */
  | { kind: 'commit'; offset: number; intent: Intent | null }
  | { kind: 'insert'; intent: Intent }
  | { kind: 'look'; intent: Intent }
  | { kind: 'stored'; span: Span }
  /**
   * The membership is over. Where the coordinator did not say so itself (`isFenced`), become a new member of the
   * group, so that a commit which is still on its way is refused when it arrives.
   */
  | { kind: 'rejoin'; isFenced: boolean }

export interface Step {
  state: LaneState
  effects: LaneEffect[]
}

export function startLane({ next, pending }: LaneStart): Step {
  if (!pending) {
    return { state: { phase: 'idle', next, openFirst: next, pending: null, deadline: null }, effects: [] }
  }
  const { first, last, deadline } = pending
  return whenReread({
    phase: 'rereading',
    next,
    openFirst: Math.max(next, last + 1),
    pending: { first, last },
    deadline,
  })
}

/**
 * @param fenceSeconds how long an insert may take to reach the table before the store refuses it
 */
export function step(state: LaneState, event: LaneEvent, fenceSeconds: number): Step {
  if (state.phase === 'ended') return stay(state)
  switch (event.kind) {
    case 'fetched':
      return fetched(state, event)
    case 'due':
      return due(state)
    case 'prepared':
      return state.phase === 'preparing' ? intend(state, event.now, fenceSeconds) : stay(state)
    case 'committed':
      return committed(state, event.outcome)
    case 'inserted':
      if (state.phase !== 'inserting') return stay(state)
      return event.outcome === 'stored' ? clear(state) : look(state)
    case 'looked':
      return looked(state, event)
    case 'ended':
      return stay({ ...state, phase: 'ended' })
  }
}

/** Whether something is taken that no pending range covers. */
export function hasOpen(state: LaneState): boolean {
  return state.next > state.openFirst
}

function fetched(state: LaneState, { from, last }: { from: number; last: number }): Step {
  if (from !== state.next) return { state, effects: [{ kind: 'refetch', offset: state.next }] }
  const taken = { ...state, next: last + 1 }
  const { state: after, effects } = state.phase === 'rereading' ? whenReread(taken) : stay(taken)
  return { state: after, effects: [{ kind: 'take' }, ...effects] }
}

function whenReread(state: LaneState): Step {
  return state.pending && state.next > state.pending.last ? look(state) : stay(state)
}

function due(state: LaneState): Step {
  if (state.phase !== 'idle' || !hasOpen(state)) return stay(state)
  const pending = { first: state.openFirst, last: state.next - 1 }
  return {
    state: { ...state, phase: 'preparing', pending, deadline: null, openFirst: state.next },
    effects: [{ kind: 'prepare', span: pending }],
  }
}

function intend(state: LaneState, now: number, fenceSeconds: number): Step {
  const deadline = Math.ceil(now + fenceSeconds)
  const intent = { ...pendingOf(state), deadline }
  return {
    state: { ...state, phase: 'intending', deadline },
    effects: [{ kind: 'commit', offset: intent.first, intent }],
  }
}

function committed(state: LaneState, outcome: 'done' | 'refused' | 'unknown'): Step {
  if (state.phase !== 'intending' && state.phase !== 'clearing') return stay(state)
  if (outcome !== 'done') {
    const isFenced = outcome === 'refused'
    return { state: { ...state, phase: 'ended' }, effects: [{ kind: 'rejoin', isFenced }] }
  }
  if (state.phase === 'intending') {
    return { state: { ...state, phase: 'inserting' }, effects: [{ kind: 'insert', intent: intentOf(state) }] }
  }
  return {
    state: { ...state, phase: 'idle', pending: null, deadline: null },
    effects: [{ kind: 'stored', span: pendingOf(state) }],
  }
}

function clear(state: LaneState): Step {
  const offset = pendingOf(state).last + 1
  return { state: { ...state, phase: 'clearing' }, effects: [{ kind: 'commit', offset, intent: null }] }
}

function look(state: LaneState): Step {
  return { state: { ...state, phase: 'looking' }, effects: [{ kind: 'look', intent: intentOf(state) }] }
}

function looked(
  state: LaneState,
  { now, isRunning, isStored }: { now: number; isRunning: boolean; isStored: boolean },
): Step {
  if (state.phase !== 'looking') return stay(state)
  if (isStored) return clear(state)
  if (now < intentOf(state).deadline || isRunning) return look(state)
  return { state: { ...state, phase: 'preparing' }, effects: [{ kind: 'prepare', span: pendingOf(state) }] }
}

function stay(state: LaneState): Step {
  return { state, effects: [] }
}

function pendingOf({ pending }: LaneState): Span {
  if (!pending) throw new Error('no range is pending')
  return pending
}

function intentOf(state: LaneState): Intent {
  return { ...pendingOf(state), deadline: state.deadline ?? 0 }
}
