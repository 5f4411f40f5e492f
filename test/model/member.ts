// A consumer process as a member of the group: it joins, learns of new generations when it next asks, and may be
// killed or stopped in between.
import { asked, type FetchCall } from './calls.ts'
import { heartbeat, join } from './coordinator.ts'
import { endMembership, feed, payBooks } from './lane.ts'
import { beginLook } from './look-call.ts'
import { note, type Member, type World } from './world.ts'

/** The member's next exchange with the coordinator, whatever it is. A dead process is started anew. */
export function contact(world: World, member: Member): void {
  const { coordinator, time } = world
  if (!member.isUp) {
    member.isUp = true
    return
  }
  if (member.isStopped) return
  if (member.phase === 'out' || member.id === null) return rejoin(world, member)
  if (member.phase === 'joining') return hearAnswer(world, member)
  const answer = heartbeat(coordinator, member.id, member.generation, time)
  if (answer === 'fine') return
  note(world, 'membership ended')
  if (answer === 'rejoin' && member.phase === 'in') return finish(world, member)
  endMembership(world, member)
  member.phase = 'out'
  if (answer === 'unknown') member.id = null
  rejoin(world, member)
}

/** Stores what it holds: the next time it asks, it joins the new generation. */
function finish(world: World, member: Member): void {
  member.phase = 'leaving'
  for (const lane of member.lanes) if (lane) feed(world, lane, { kind: 'leave' })
  for (const lane of member.lanes) if (lane) payBooks(world, lane)
}

/** Asks for what comes next in a partition; more than one such question may be on its way. */
export function fetchNext(world: World, member: Member, partition: number): void {
  const lane = member.lanes[partition]
  const log = world.logs[partition]
  const from = member.positions[partition] ?? 0
  const mayFetch = member.isUp && !member.isStopped && member.phase !== 'leaving'
  if (!lane || !log || lane.state.phase === 'ended' || from >= log.end || !mayFetch) return
  if (world.calls.filter((call) => call.kind === 'fetch' && call.member === member).length > 3) return
  const call: FetchCall = { kind: 'fetch', ...asked(member), partition, asked: from, from, last: from }
  world.calls.push(call)
}

export function kill(world: World, member: Member): void {
  if (!member.isUp) return
  note(world, 'member killed')
  member.process++
  member.isUp = false
  member.isStopped = false
  member.phase = 'out'
  member.id = null
  member.lanes.fill(null)
}

function rejoin(world: World, member: Member): void {
  member.id = join(world.coordinator, member.id, world.time)
  member.phase = 'joining'
}

function hearAnswer(world: World, member: Member): void {
  const { coordinator } = world
  const answer = member.id === null ? undefined : coordinator.answers.get(member.id)
  if (!answer) {
    if (member.id !== null && !coordinator.sessions.has(member.id)) member.phase = 'out'
    return
  }
  member.phase = 'in'
  member.generation = answer.generation
  for (const partition of answer.partitions) {
    const start = {
      partition,
      id: member.id,
      generation: answer.generation,
      committed: { offset: null, lease: null },
      low: 0,
      ...beginLook({ from: 0, last: 0, since: 0, until: 0 }),
    }
    world.calls.push({ kind: 'start', ...asked(member), ...start })
  }
}
