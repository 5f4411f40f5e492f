// Broken variants of the protocol, and of what it relies on. Each must be caught: a test of the test.
import type { LaneEffect, LaneEvent, LaneState, Step } from '../../consumer/lane/lane-state.ts'
import { rules, times, type Rules, type Violation } from './world.ts'

export interface Variant {
  name: string
  rules: Rules
  /** As what it must show. */
  shows: readonly Violation[]
}

const { startLane, step } = rules
const twice: readonly Violation[] = ['doubled', 'books']
const lost: readonly Violation[] = ['lost', 'doubled']
const books: readonly Violation[] = ['books']
const early: readonly Violation[] = ['booked before stored']

export const variants: readonly Variant[] = [
  variant('no lease', twice, { step: withoutLease }),
  variant('a lease that is found is not waited for', twice, { waitsForLease: false }),
  variant('an insert may arrive after the lease', twice, { step: (...given) => late(step(...given)) }),
  variant('the lease is given back while something is on its way', twice, { step: giveBackAtOnce }),
  variant('no fence', twice, { fence: () => 'write' }),
  variant('a fence that answers 200', lost, {
    fence: (now, deadline) => (now < deadline ? 'write' : 'drop'),
  }),
  variant('no look: unknown is taken as not stored', twice, { looks: 'not' }),
  variant('no look: unknown is taken as stored', lost, { step: takeAs('inserted', 'unknown', 'stored') }),
  variant('a look before the deadline', twice, { looks: 'before the deadline' }),
  variant('a look while an insert still runs', twice, { looks: 'while inserts run' }),
  variant('a look that reads the lines before it waits', twice, { looks: 'for lines before it waits' }),
  variant('a look that does not read the books', books, { looks: 'for lines alone' }),
  variant('lines that are there are stored again', twice, { skipsStored: false }),
  variant('what was asked for before a look counts after it', early, { dropsStale: false }),
  variant('the offset is committed before the books are written', books, { step: commitBeforeBooks }),
  variant('books whose outcome is unknown are taken as written', books, {
    step: takeAs('booked', 'unknown', 'stored'),
  }),
  variant('lines that a look has found are not remembered in the next lease', twice, {
    ...{ startLane: (start, now) => forgetFound(startLane(start, now)) },
    step: (...given) => forgetFound(step(...given)),
  }),
  variant('a lease says that nothing was stored before it was asked for', twice, { step: leaseSinceNow }),
  variant('lines say what the clock says, though it went back', twice, { step: stampByClock }),
  variant('a batch that does not begin at the next offset', lost, { mayTake: () => true, step: takeAny }),
  variant('a partition no longer assigned goes on', twice, { endsLanes: false }),
  variant('a commit sent again under a newer membership', twice, { commitsUnder: 'sent' }),
  variant('a commit sent again under the same membership', twice, { step: commitAgain }),
  variant('an unknown commit is taken as done', twice, { step: takeAs('committed', 'unknown', 'done') }),
  variant('a refused commit is taken as done', twice, { step: takeAs('committed', 'refused', 'done') }),
]

type Given = [state: LaneState, event: LaneEvent, now: number]

function variant(name: string, shows: readonly Violation[], changed: Partial<Rules>): Variant {
  return { name, shows, rules: { ...rules, ...changed } }
}

/** Goes on as if the group had one. */
function withoutLease(state: LaneState, event: LaneEvent, now: number): Step {
  const until = Math.ceil(now) + times.fence + times.slack
  const next = step({ ...state, committed: { ...state.committed, until } }, event, now)
  const effects = next.effects.map((effect): LaneEffect =>
    effect.kind === 'commit' ? { ...effect, lease: null } : effect,
  )
  return { state: next.state, effects }
}

function late({ state, effects }: Step): Step {
  return {
    state,
    effects: effects.map((effect) =>
      effect.kind === 'insert' ? { ...effect, deadline: effect.deadline + 5 } : effect,
    ),
  }
}

function giveBackAtOnce(...[state, event, now]: Given): Step {
  const next = step(state, event, now)
  const { committing, booked: offset, committed } = next.state
  if (event.kind !== 'leave' || committing || !next.state.storing || committed.until === 0) return next
  const given = { offset, since: committed.since, until: 0 }
  return {
    state: { ...next.state, committing: given },
    effects: [...next.effects, { kind: 'commit', offset, lease: null }],
  }
}

function commitBeforeBooks(...[state, event, now]: Given): Step {
  const next = step(state, event, now)
  const { stored } = next.state
  if (event.kind !== 'inserted' || !stored) return next
  return { state: { ...next.state, booked: stored.last + 1 }, effects: next.effects }
}

function forgetFound({ state, effects }: Step): Step {
  return { state: { ...state, earlier: null }, effects }
}

function leaseSinceNow(...[state, event, now]: Given): Step {
  const since = Math.floor(now)
  const { state: after, effects } = step(state, event, now)
  return {
    state: after,
    effects: effects.map((effect) =>
      effect.kind === 'commit' && effect.lease ? { ...effect, lease: { ...effect.lease, since } } : effect,
    ),
  }
}

function stampByClock(...[state, event, now]: Given): Step {
  if (event.kind !== 'prepared') return step(state, event, now)
  const since = -Infinity
  const committing = state.committing && { ...state.committing, since }
  const next = step({ ...state, committed: { ...state.committed, since }, committing }, event, now)
  return {
    state: {
      ...next.state,
      committed: state.committed,
      committing: next.state.committing === committing ? state.committing : next.state.committing,
    },
    effects: next.effects,
  }
}

function takeAny(...[state, event, now]: Given): Step {
  return step(state, event.kind === 'taken' ? { ...event, from: state.next } : event, now)
}

function commitAgain(...[state, event, now]: Given): Step {
  const { committing } = state
  if (event.kind !== 'committed' || event.outcome !== 'unknown' || !committing) return step(state, event, now)
  const { offset, since, until } = committing
  return { state, effects: [{ kind: 'commit', offset, lease: until === 0 ? null : { since, until } }] }
}

/** One outcome of an event is taken for another. */
function takeAs(kind: LaneEvent['kind'], from: string, to: string): Rules['step'] {
  return (state, event, now) => {
    const isMistaken = event.kind === kind && 'outcome' in event && event.outcome === from
    return step(state, isMistaken ? ({ ...event, outcome: to } as LaneEvent) : event, now)
  }
}
