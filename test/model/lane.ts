// The driver of a lane, as the product has it: hands events to the protocol and does what it asks for.
import type { LaneEffect, LaneEvent, LaneStart, Span } from '../../consumer/lane/lane-state.ts'
import { isDrained } from '../../consumer/lane/protocol.ts'
import { asked, askedBy } from './calls.ts'
import { linesBelow, months } from './log.ts'
import { beginLook } from './look-call.ts'
import { clockOf, note, times, type Lane, type Member, type World } from './world.ts'

export function openLane(
  world: World,
  member: Member,
  partition: number,
  start: LaneStart,
  found: ReadonlySet<number>,
): void {
  const { state, effects } = world.rules.startLane(start, clockOf(world, member))
  const { first, last } = start.expired ?? { first: 0, last: -1 }
  const held = start.expired ? [first, last] : []
  const lane: Lane = { member, partition, state, held, found, goneUntil: last, owes: false }
  member.lanes[partition] = lane
  perform(world, lane, effects)
}

/** @param attempt when the event was asked for, of one that does not count after a recovery */
export function feed(world: World, lane: Lane, event: LaneEvent, attempt: number | null = null): void {
  const isStale = attempt !== null && (attempt !== lane.state.attempt || lane.state.phase !== 'running')
  if (isStale) note(world, 'answer after a recovery')
  if (isStale && world.rules.dropsStale) return
  const { state, effects } = world.rules.step(lane.state, event, clockOf(world, lane.member))
  lane.state = state
  perform(world, lane, effects)
}

/** Hands over what was fetched. */
export function take(world: World, lane: Lane, from: number, last: number): void {
  const { member, partition } = lane
  if (!world.rules.mayTake(lane.state, from)) {
    note(world, 'fetch refused')
    member.positions[partition] = lane.state.next
    return
  }
  lane.held.push(from, last)
  member.positions[partition] = last + 1
  feed(world, lane, { kind: 'taken', from, last })
}

/** Writes the books that are owed. */
export function payBooks(world: World, lane: Lane): void {
  if (!lane.owes) return
  lane.owes = false
  feed(world, lane, { kind: 'booksDue' })
}

/** Ends every lane and leaves the group, to join it as somebody new. */
export function leaveGroup(world: World, member: Member): void {
  if (member.phase === 'out') return
  if (member.id !== null) world.calls.push({ kind: 'leave', ...asked(member), id: member.id })
  endMembership(world, member)
  member.phase = 'out'
  member.id = null
}

export function endMembership(world: World, member: Member): void {
  if (!world.rules.endsLanes) return
  for (const [partition, lane] of member.lanes.entries()) {
    member.lanes[partition] = null
    if (!lane) continue
    if (isDrained(lane.state) && lane.state.isLeaving) note(world, 'lane drained')
    feed(world, lane, { kind: 'ended' })
  }
}

function perform(world: World, lane: Lane, effects: LaneEffect[]): void {
  for (const effect of effects) {
    if (world.trace) world.trace.push(`    ${lane.member.name} p${lane.partition}: ${JSON.stringify(effect)}`)
    performOne(world, lane, effect)
  }
}

function performOne(world: World, lane: Lane, effect: LaneEffect): void {
  const { member, held } = lane
  const call = askedBy(lane)
  switch (effect.kind) {
    case 'prepare':
      checkRead(world, lane, effect.span)
      world.calls.push({ kind: 'prepare', ...call, span: effect.span })
      return
    case 'commit': {
      const { offset, lease } = effect
      const request = { under: membershipOf(member), committed: { offset, lease } }
      world.calls.push({ kind: 'commit', ...call, ...request, isAccepted: false })
      return
    }
    case 'insert':
    case 'book': {
      const { span, since, deadline } = effect
      checkDeadline(world, deadline, clockOf(world, member))
      const { lines, rows } = linesOf(world, lane, span)
      const what = effect.kind === 'insert' ? 'lines' : 'books'
      const request = { what, span, since, deadline, lines, rows, nextMonth: 0, isDone: false } as const
      world.calls.push({ kind: 'insert', ...call, ...request })
      return
    }
    case 'oweBooks':
      lane.owes = true
      return
    case 'recover':
      held.length = 0
      lane.owes = false
      world.calls.push({ kind: 'look', ...call, ...beginLook(effect) })
      return
    case 'rejoin':
      return effect.isFenced ? endMembership(world, member) : leaveGroup(world, member)
  }
}

export function membershipOf({ phase, id, generation }: Member): { id: number; generation: number } | null {
  return (phase === 'in' || phase === 'leaving') && id !== null ? { id, generation } : null
}

/** The lines of a span that the lane has read, by month, without those that are stored; and how many all of them are. */
function linesOf(world: World, lane: Lane, span: Span): { lines: number[][]; rows: number } {
  const log = world.logs[lane.partition]
  const lines: number[][] = Array.from({ length: months }, () => [])
  if (!log) return { lines, rows: 0 }
  let rows = 0
  for (let index = 0; index < lane.held.length; index += 2) {
    const first = Math.max(lane.held[index] ?? 0, span.first)
    const last = Math.min(lane.held[index + 1] ?? 0, span.last)
    for (let line = linesBelow(log, first); line < linesBelow(log, last + 1); line++) {
      const isFound = lane.found.has(line)
      const isGone = (log.offsetOf[line] ?? 0) <= lane.goneUntil
      if (isFound || !isGone) rows++
      const isThere = isFound && world.rules.skipsStored
      if (!isThere && !isGone) lines[log.monthOf[line] ?? 0]?.push(line)
    }
  }
  if (lines.flat().length < rows) note(world, 'part of a range was there')
  return { lines, rows }
}

/** A new range covers what was read and nothing else: what expired unread is a hole in the books. */
function checkRead(world: World, { held }: Lane, { first, last }: Span): void {
  const isCovered = held.some(
    (from, index) => index % 2 === 0 && from <= first && first <= (held[index + 1] ?? -1),
  )
  if (!isCovered || (held.at(-1) ?? -1) < last) world.violations.add('never read')
}

/** The deadline leaves an insert at least half of the time of the fence, and is a whole second, as the store takes it. */
function checkDeadline(world: World, deadline: number, now: number): void {
  const seconds = deadline - now
  if (seconds >= times.fence / 2 && seconds <= times.fence + 1 && Number.isInteger(deadline)) return
  world.violations.add('hasty deadline')
}
