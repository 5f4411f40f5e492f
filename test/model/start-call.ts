// How a member finds out where a partition goes on, which takes two questions, and begins its lane there.
import { forget, type StartCall } from './calls.ts'
import { openLane } from './lane.ts'
import { highestLine, storedUntil } from './store.ts'
import { note, type World } from './world.ts'

export function advanceStart(world: World, call: StartCall): void {
  const { member, partition, committed } = call
  const isPresent = member.phase === 'in' && member.id === call.id && member.generation === call.generation
  if (!isPresent) return forget(world, call)
  const log = world.logs[partition]
  const turn = call.stage++
  if (turn === 0) {
    call.committed = world.coordinator.committed[partition] ?? committed
    call.low = log?.start ?? 0
  } else if (turn === 1) {
    const stored = { next: storedUntil(world.store, partition), highest: highestLine(world.store, partition) }
    call.start = world.rules.startOf({ ...committed, low: call.low, stored })
  } else {
    forget(world, call)
    if (member.lanes[partition]) return
    member.positions[partition] = committed.offset ?? call.low
    if (call.start.pending) note(world, 'started with a pending range')
    openLane(world, member, partition, () => world.rules.startLane(call.start))
  }
}
