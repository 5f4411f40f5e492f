// How a commit goes on: it reaches the coordinator when it will, and its answer comes, or not.
import { canHear, forget, isOrphan, type CommitCall } from './calls.ts'
import { checkCommitted } from './check.ts'
import { commit } from './coordinator.ts'
import { feed, membershipOf } from './lane.ts'
import { note, type World } from './world.ts'

export function advanceCommit(world: World, call: CommitCall): void {
  if (call.isLost) return giveUpCommit(world, call)
  if (call.stage === 0) {
    const under = world.rules.commitsUnder === 'sent' ? membershipOf(call.member) : call.under
    call.isAccepted = under !== null && commit(world.coordinator, under, call.lane.partition, call.committed)
    call.stage = 1
    note(world, call.isAccepted ? 'commit accepted' : 'commit refused')
    if (call.isAccepted) {
      if (isOrphan(call)) note(world, 'commit accepted that was given up')
      checkCommitted(world, call.lane.partition)
    }
    return
  }
  if (isOrphan(call)) return forget(world, call)
  if (!canHear(call)) return
  forget(world, call)
  feed(world, call.lane, { kind: 'committed', outcome: call.isAccepted ? 'done' : 'refused' })
}

/** The member hears nothing for long enough. The commit itself may still be on its way. */
export function giveUpCommit(world: World, call: CommitCall): void {
  if (isOrphan(call) && call.isLost) return forget(world, call)
  if (isOrphan(call) || !canHear(call)) return
  call.isGivenUp = true
  if (call.isLost || call.stage === 1) forget(world, call)
  note(world, 'commit unknown')
  feed(world, call.lane, { kind: 'committed', outcome: 'unknown' })
}
