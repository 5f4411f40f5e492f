// The driver of a lane, as the product has it: hands events to the protocol and does what it asks for.
import type { LaneEffect, LaneEvent, Span, Step } from '../../consumer/lane/protocol.ts'
import { asked } from './calls.ts'
import { linesBelow, months } from './log.ts'
import { countRows } from './store.ts'
import { fenceSeconds, note, type Lane, type Member, type World } from './world.ts'

export function openLane(world: World, member: Member, partition: number, begin: () => Step): void {
  const { state, effects } = begin()
  const ready = { lines: [], rows: 0 }
  const lane: Lane = { member, partition, state, held: [], ready }
  member.lanes[partition] = lane
  perform(world, lane, effects, null)
}

export function feed(world: World, lane: Lane, event: LaneEvent): void {
  const { state, effects } = world.rules.step(lane.state, event)
  lane.state = state
  perform(world, lane, effects, event)
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
    if (lane) feed(world, lane, { kind: 'ended' })
  }
}

function perform(world: World, lane: Lane, effects: LaneEffect[], event: LaneEvent | null): void {
  for (const effect of effects) {
    if (world.trace) world.trace.push(`    ${lane.member.name} p${lane.partition}: ${JSON.stringify(effect)}`)
    performOne(world, lane, effect, event)
  }
}

function performOne(world: World, lane: Lane, effect: LaneEffect, event: LaneEvent | null): void {
  const { member, partition } = lane
  const call = asked(member)
  switch (effect.kind) {
    case 'take':
      if (event?.kind === 'fetched') take(lane, event.from, event.last)
      return
    case 'refetch':
      note(world, 'fetch refused')
      member.positions[partition] = effect.offset
      return
    case 'prepare': {
      if (event?.kind === 'due') checkRead(world, lane, effect.span)
      const isRetry = event?.kind === 'looked'
      world.calls.push({ kind: 'prepare', ...call, lane, span: effect.span, isRetry })
      return
    }
    case 'commit': {
      const { offset, intent } = effect
      if (event?.kind === 'prepared' && intent) checkDeadline(world, intent.deadline, event.now)
      const request = { under: membershipOf(member), committed: { offset, intent } }
      world.calls.push({ kind: 'commit', ...call, lane, ...request, isAccepted: false })
      return
    }
    case 'insert': {
      const statement = lane.ready.lines.some(({ length }) => length > 0) ? 'lines' : 'books'
      const request = { intent: effect.intent, ...lane.ready, statement } as const
      world.calls.push({ kind: 'insert', ...call, lane, ...request, nextMonth: 0, isDone: false })
      return
    }
    case 'look': {
      const found = { now: 0, isRunning: false, isStored: false }
      world.calls.push({ kind: 'look', ...call, lane, intent: effect.intent, ...found })
      return
    }
    case 'stored':
      return drop(lane, effect.span.last)
    case 'rejoin':
      return effect.isFenced ? endMembership(world, member) : leaveGroup(world, member)
  }
}

export function membershipOf({ phase, id, generation }: Member): { id: number; generation: number } | null {
  return phase === 'in' && id !== null ? { id, generation } : null
}

function take(lane: Lane, from: number, last: number): void {
  lane.held.push(from, last)
  lane.member.positions[lane.partition] = last + 1
}

/** Lets go of all fetches that end at or before `last`. */
function drop(lane: Lane, last: number): void {
  const { held } = lane
  while (held.length > 0 && (held[1] ?? 0) <= last) held.splice(0, 2)
}

/** The lines of the span that the lane holds, by month; of a retry, those that the table does not have. */
export function makeReady(world: World, lane: Lane, span: Span, isRetry: boolean): void {
  const { store } = world
  const log = world.logs[lane.partition]
  const counts = store.counts[lane.partition]
  if (!log || !counts) return
  const lines: number[][] = Array.from({ length: months }, () => [])
  let rows = isRetry ? countRows(store, lane.partition, span) : 0
  if (rows > 0) note(world, 'part of a range was there')
  for (let index = 0; index < lane.held.length; index += 2) {
    const first = Math.max(lane.held[index] ?? 0, span.first)
    const last = Math.min(lane.held[index + 1] ?? 0, span.last)
    for (let line = linesBelow(log, first); line < linesBelow(log, last + 1); line++) {
      if (isRetry && world.rules.skipsStored && (counts[line] ?? 0) > 0) continue
      lines[log.monthOf[line] ?? 0]?.push(line)
      rows++
    }
  }
  lane.ready = { lines, rows }
}

/** A new range covers what was read and nothing else: what expired unread is a hole in the books. */
function checkRead(world: World, { held }: Lane, { first, last }: Span): void {
  if ((held[0] ?? Infinity) > first || (held.at(-1) ?? -1) < last) world.violations.add('never read')
}

/** The deadline leaves the insert the whole time of the fence, and is a whole second, as the store takes it. */
function checkDeadline(world: World, deadline: number, now: number): void {
  const seconds = deadline - now
  if (seconds >= fenceSeconds && seconds <= fenceSeconds + 1 && Number.isInteger(deadline)) return
  world.violations.add('hasty deadline')
}
