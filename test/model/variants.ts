// Broken variants of the protocol, and of what it relies on. Each must be caught: a test of the test.
import type { LaneEvent, LaneState, LaneStart, Step } from '../../consumer/lane/protocol.ts'
import { rules, type Rules, type Violation } from './world.ts'

export interface Variant {
  name: string
  rules: Rules
  /** As what it must show. */
  shows: readonly Violation[]
}

const { startLane, step } = rules
const twice: readonly Violation[] = ['doubled', 'books']
const lost: readonly Violation[] = ['lost', 'doubled']

export const variants: readonly Variant[] = [
  variant('commit before insert', lost, { step: commitFirst }),
  variant('a range whose intent stands is cut anew', twice, { startLane: recutAtStart }),
  variant('a range that a look did not find is cut anew', twice, { step: recutAfterLook }),
  variant('no intent', twice, { step: withoutIntent }),
  variant('no fence', twice, { fence: () => 'write' }),
  variant('a fence that answers 200', lost, {
    fence: (now, deadline) => (now < deadline ? 'write' : 'drop'),
  }),
  variant('no look: unknown is taken as not stored', twice, withoutLook(false)),
  variant('no look: unknown is taken as stored', lost, withoutLook(true)),
  variant('a look before the deadline', twice, { step: blindTo({ now: Infinity }) }),
  variant('a look while that insert still runs', twice, { step: blindTo({ isRunning: false }) }),
  variant('a look that reads the books before what runs', twice, { looksInOrder: false }),
  variant('a batch that does not begin at the next offset', lost, { step: takeAny }),
  variant('a partition no longer assigned goes on', twice, { endsLanes: false }),
  variant('a commit sent again under a newer membership', twice, { commitsUnder: 'sent' }),
  variant('a commit sent again under the same membership', twice, { step: commitAgain }),
  variant('an unknown commit is taken as done', twice, { step: takeCommitAs('unknown', 'done') }),
  variant('a refused commit is taken as done', twice, { step: takeCommitAs('refused', 'done') }),
  variant('lines of a range that are there are stored again', twice, { skipsStored: false }),
]

function variant(name: string, shows: readonly Violation[], changed: Partial<Rules>): Variant {
  return { name, shows, rules: { ...rules, ...changed } }
}

function commitFirst(state: LaneState, event: LaneEvent): Step {
  const next = step(state, event)
  if (next.state.phase === 'clearing') return step(next.state, { kind: 'committed', outcome: 'done' })
  const { pending } = next.state
  if (event.kind !== 'prepared' || !pending) return next
  return { state: next.state, effects: [{ kind: 'commit', offset: pending.last + 1, intent: null }] }
}

function recutAtStart({ next, pending }: LaneStart): Step {
  if (!pending) return startLane({ next, pending })
  const { first, last, deadline } = pending
  return startLane({ next, pending: { first, last: last > first ? last - 1 : last + 1, deadline } })
}

function recutAfterLook(state: LaneState, event: LaneEvent): Step {
  const next = step(state, event)
  if (event.kind !== 'looked' || next.state.phase !== 'preparing' || !next.state.pending) return next
  const openFirst = next.state.pending.first
  return { state: { ...next.state, phase: 'idle', pending: null, deadline: null, openFirst }, effects: [] }
}

function withoutIntent(state: LaneState, event: LaneEvent): Step {
  const next = step(state, event)
  return next.state.phase === 'intending' ? step(next.state, { kind: 'committed', outcome: 'done' }) : next
}

function withoutLook(isStored: boolean): Partial<Rules> {
  const guess = (next: Step): Step => {
    if (!next.effects.some(({ kind }) => kind === 'look')) return next
    const guessed = step(next.state, { kind: 'looked', now: Infinity, isRunning: false, isStored })
    return {
      state: guessed.state,
      effects: [...next.effects.filter(({ kind }) => kind !== 'look'), ...guessed.effects],
    }
  }
  return { startLane: (start) => guess(startLane(start)), step: (state, event) => guess(step(state, event)) }
}

function blindTo(seen: { now?: number; isRunning?: boolean }): Rules['step'] {
  return (state, event) => step(state, event.kind === 'looked' ? { ...event, ...seen } : event)
}

function takeAny(state: LaneState, event: LaneEvent): Step {
  return step(state, event.kind === 'fetched' ? { ...event, from: state.next } : event)
}

function commitAgain(state: LaneState, event: LaneEvent): Step {
  if (event.kind !== 'committed' || event.outcome !== 'unknown' || !state.pending) return step(state, event)
  const { first, last } = state.pending
  if (state.phase === 'clearing')
    return { state, effects: [{ kind: 'commit', offset: last + 1, intent: null }] }
  if (state.phase !== 'intending' || state.deadline === null) return step(state, event)
  const intent = { first, last, deadline: state.deadline }
  return { state, effects: [{ kind: 'commit', offset: first, intent }] }
}

function takeCommitAs(from: 'unknown' | 'refused', to: 'done'): Rules['step'] {
  return (state, event) =>
    step(state, event.kind === 'committed' && event.outcome === from ? { ...event, outcome: to } : event)
}
