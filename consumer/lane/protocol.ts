// How what is taken of one partition's log becomes rows exactly once: lease, fenced insert, look. A pure state machine: events
// in, effects out; whoever runs it owns the records, the connections and the clocks.
//
// The invariants:
// 1. Nothing is inserted before the group has a lease: an offset, and the moment until which lines from there on may still
//    arrive in the store.
// 2. The store refuses an insert whose deadline has passed, by its own clock. No deadline is later than the lease's end.
// 3. The books of lines are written after the lines, span after span, and the group's offset moves behind what is in the books:
//    whatever lies below a committed offset is stored.
// 4. After any outcome but a plain success nothing is inserted before every deadline has passed and no insert runs any more:
//    from then on nothing can land. Then the store is looked at, and what is not in the books is read again and inserted, but
//    for the lines that are there. Whoever takes a partition over does the same at the end of the lease that it finds.
// 5. A look reads only lines that say they were stored at the lease's `since` or later, so none that is in no books says an
//    earlier moment. What lines say is chosen here and never goes back, as what is known of the store's clock may.
import type {
  Insertion,
  LaneEffect,
  LaneEvent,
  LaneStart,
  LaneState,
  LaneTimes,
  Span,
  Step,
} from './lane-state.ts'

/** @param now the store's clock, as well as it is known */
export function startLane(start: LaneStart, now: number, times: LaneTimes): Step {
  const { booked, next, committed, expired, storedLast } = start
  const { since } = committed
  const state: LaneState = {
    ...{ phase: 'running', attempt: 0, next, openFirst: next, preparing: null, storing: null, booking: null },
    stored: expired && { ...expired, since, deadline: null },
    ...{ booked, earlier: storedLast >= booked ? { last: storedLast, since } : null },
    ...{ committed, committing: null, isLeaving: false },
  }
  const { state: begun, effects } = goOn(state, now, times)
  return { state: begun, effects: expired ? [{ kind: 'oweBooks' }, ...effects] : effects }
}

/** @param now the store's clock, as well as it is known */
export function step(state: LaneState, event: LaneEvent, now: number, times: LaneTimes): Step {
  if (state.phase === 'ended') return stay(state)
  switch (event.kind) {
    case 'taken':
      return mayTake(state, event.from) ? stay({ ...state, next: event.last + 1 }) : stay(state)
    case 'due':
      return due(state)
    case 'prepared':
      return prepared(state, now, times)
    case 'notPrepared':
      return notPrepared(state, now, times)
    case 'inserted':
      return inserted(state, event.outcome)
    case 'booksDue':
      return booksDue(state, now, times)
    case 'booked':
      return booked(state, event.outcome, now, times)
    case 'committed':
      return committed(state, event.outcome, now, times)
    case 'recovered':
      return recovered(state, event, now, times)
    case 'leave':
      return goOn({ ...state, isLeaving: true }, now, times)
    case 'ended':
      return stay({ ...state, phase: 'ended' })
  }
}

/** Where a commit takes long, so much of an insert's time has to do: another commit would take as long again. */
const leastOfNewLease = 0.5

/** Whether records that were fetched from this offset follow what is taken. */
export function mayTake(state: LaneState, from: number): boolean {
  return state.phase === 'running' && !state.isLeaving && from === state.next
}

/** Whether something is taken that is not on its way. */
export function hasOpen({ next, openFirst }: LaneState): boolean {
  return next > openFirst
}

/** Whether it may begin to store what is open. */
export function mayBegin(state: LaneState): boolean {
  return state.phase === 'running' && !state.preparing && !state.storing && hasOpen(state)
}

/** Whether nothing more can be stored, nor is to be told to the group. What is in doubt is left to whoever comes next. */
export function isDrained(state: LaneState): boolean {
  const { phase, booked, committed: known, committing } = state
  if (phase !== 'running') return true
  return isIdle(state) && !committing && known.offset === booked && known.until === 0
}

function isIdle(state: LaneState): boolean {
  return !hasOpen(state) && !state.preparing && !state.storing && !state.stored && !state.booking
}

function due(state: LaneState): Step {
  if (!mayBegin(state)) return stay(state)
  const span = { first: state.openFirst, last: state.next - 1 }
  return {
    state: { ...state, preparing: span, openFirst: state.next },
    effects: [{ kind: 'prepare', span }],
  }
}

function prepared(state: LaneState, now: number, times: LaneTimes): Step {
  const { preparing, committed: known, committing } = state
  if (!preparing) return stay(state)
  const since = Math.max(Math.floor(now), known.since, committing?.since ?? 0)
  return goOn({ ...state, preparing: null, storing: { ...preparing, since, deadline: null } }, now, times)
}

function notPrepared(state: LaneState, now: number, times: LaneTimes): Step {
  const { preparing, isLeaving } = state
  if (!preparing || !isLeaving) return stay(state)
  const { first } = preparing
  return goOn({ ...state, preparing: null, next: first, openFirst: first }, now, times)
}

function inserted(state: LaneState, outcome: 'stored' | 'unknown'): Step {
  const { storing, stored } = state
  if (!storing) return stay(state)
  if (outcome === 'unknown') return recover(state)
  const owed = { ...(stored ?? storing), last: storing.last, deadline: null }
  return { state: { ...state, storing: null, stored: owed }, effects: [{ kind: 'oweBooks' }] }
}

function booksDue(state: LaneState, now: number, times: LaneTimes): Step {
  const { stored, booking } = state
  return stored && !booking ? goOn({ ...state, stored: null, booking: stored }, now, times) : stay(state)
}

function booked(state: LaneState, outcome: 'stored' | 'unknown', now: number, times: LaneTimes): Step {
  const { booking, stored, earlier } = state
  if (!booking) return stay(state)
  if (outcome === 'unknown') return recover(state)
  const booked = booking.last + 1
  const left = earlier && earlier.last >= booked ? earlier : null
  const { state: after, effects } = goOn({ ...state, booking: null, booked, earlier: left }, now, times)
  return { state: after, effects: stored ? [{ kind: 'oweBooks' }, ...effects] : effects }
}

function committed(
  state: LaneState,
  outcome: 'done' | 'refused' | 'unknown',
  now: number,
  times: LaneTimes,
): Step {
  const { committing } = state
  if (!committing) return stay(state)
  if (outcome !== 'done') {
    const isFenced = outcome === 'refused'
    return { state: { ...state, phase: 'ended' }, effects: [{ kind: 'rejoin', isFenced }] }
  }
  return goOn(
    { ...state, committed: committing, committing: null },
    now,
    times,
    times.fence * leastOfNewLease,
  )
}

function recover(state: LaneState): Step {
  const { storing, booking, booked: from } = state
  const until = Math.max(storing?.deadline ?? 0, booking?.deadline ?? 0)
  const since = sinceOf(state) ?? 0
  const doubt = { from, last: booking?.last ?? from - 1, since, until }
  return {
    state: {
      ...state,
      ...{ phase: 'recovering', attempt: state.attempt + 1, next: from, openFirst: from },
      ...{ preparing: null, storing: null, stored: null, booking: null, earlier: { last: Infinity, since } },
    },
    effects: [{ kind: 'recover', ...doubt }],
  }
}

function recovered(
  state: LaneState,
  { booked: next, storedLast }: { booked: number; storedLast: number },
  now: number,
  times: LaneTimes,
): Step {
  if (state.phase !== 'recovering') return stay(state)
  const earlier = storedLast >= next && state.earlier ? { ...state.earlier, last: storedLast } : null
  return goOn({ ...state, phase: 'running', booked: next, next, openFirst: next, earlier }, now, times)
}

/**
 * Begins what waits for a lease, and commits what the group is to know.
 * @param enough seconds that must be left of the lease
 */
function goOn(state: LaneState, now: number, times: LaneTimes, enough = times.fence): Step {
  if (state.phase !== 'running') return stay(state)
  const left = state.committed.until - now
  const deadline = Math.min(state.committed.until, Math.ceil(now + times.fence))
  const begins = (insertion: Insertion | null) => insertion?.deadline === null && left >= enough
  const effects: LaneEffect[] = []
  let { storing, booking } = state
  if (storing && begins(storing)) {
    effects.push({ kind: 'insert', span: spanOf(storing), since: storing.since, deadline })
    storing = { ...storing, deadline }
  }
  if (booking && begins(booking)) {
    effects.push({ kind: 'book', span: spanOf(booking), since: booking.since, deadline })
    booking = { ...booking, deadline }
  }
  const told = tell({ ...state, storing, booking }, now, times)
  return { state: told.state, effects: [...effects, ...told.effects] }
}

/** Commits, where a lease is waited for, something else is in the books than the group knows, or the lease is given back. */
function tell(state: LaneState, now: number, { fence, slack }: LaneTimes): Step {
  const { booked: offset, committed: known, committing, storing, booking, isLeaving } = state
  const waits = storing?.deadline === null || booking?.deadline === null
  const givesBack = isLeaving && isIdle(state)
  const isNews = waits || offset !== known.offset || (givesBack && known.until > 0)
  if (committing || !isNews) return stay(state)
  const since = sinceOf(state) ?? Math.max(Math.floor(now), known.since)
  const until = givesBack ? 0 : Math.ceil(now + fence + slack)
  return {
    state: { ...state, committing: { offset, since, until } },
    effects: [{ kind: 'commit', offset, lease: givesBack ? null : { since, until } }],
  }
}

/** The earliest that a line says which is inserted and not in the books; null where there are none. */
function sinceOf({ storing, stored, booking, earlier }: LaneState): number | null {
  const all = [storing, stored, booking, earlier].flatMap((lines) => (lines ? [lines.since] : []))
  return all.length === 0 ? null : Math.min(...all)
}

function spanOf({ first, last }: Span): Span {
  return { first, last }
}

function stay(state: LaneState): Step {
  return { state, effects: [] }
}
