// How a member finds out where a partition goes on: from what the group says and what a look then finds; and begins its lane.
import { forget, type StartCall } from './calls.ts'
import { openLane } from './lane.ts'
import { beginLook, goOnLooking } from './look-call.ts'
import { note, type World } from './world.ts'

const ended = { since: 0, until: 0 }

export function advanceStart(world: World, call: StartCall): void {
  const { member, partition } = call
  const isPresent = member.phase === 'in' && member.id === call.id && member.generation === call.generation
  if (!isPresent) return forget(world, call)
  const stage = call.stage++
  if (stage === 0) return hearGroup(world, call)
  const next = goOnLooking(world, partition, call, stage - 1)
  if (next !== null) {
    call.stage = next + 1
    return
  }
  forget(world, call)
  if (!member.lanes[partition]) begin(world, call)
}

function hearGroup(world: World, call: StartCall): void {
  const { coordinator, logs, rules } = world
  call.committed = coordinator.committed[call.partition] ?? call.committed
  call.low = logs[call.partition]?.start ?? 0
  const { offset, lease } = call.committed
  if (lease) note(world, 'started with a lease')
  const { since, until } = lease ?? ended
  const doubt = { since, until: rules.waitsForLease ? until : 0, from: offset ?? 0, last: Infinity }
  Object.assign(call, beginLook(doubt))
}

function begin(world: World, { member, partition, committed, low, booked, lines }: StartCall): void {
  const log = world.logs[partition]
  const offsets = lines.map((line) => log?.offsetOf[line] ?? 0)
  const start = world.rules.startOf({ committed, low, booked, offsets })
  if (lines.length > 0) note(world, 'started behind lines in no books')
  if (start.expired) note(world, 'lines in no books expired')
  member.positions[partition] = start.next
  openLane(world, member, partition, start, new Set(lines))
}
