// How the calls that only read the log go on: making ready, fetching.
import { canHear, forget, isOrphan, type FetchCall, type PrepareCall } from './calls.ts'
import { feed, leaveGroup, take } from './lane.ts'
import { note, type World } from './world.ts'

export function advancePrepare(world: World, call: PrepareCall): void {
  forget(world, call)
  feed(world, call.lane, { kind: 'prepared' }, call.attempt)
}

/** A lane that leaves waits no longer. */
export function giveUpPrepare(world: World, call: PrepareCall): void {
  if (isOrphan(call) || !canHear(call) || !call.lane.state.isLeaving) return
  note(world, 'range not prepared')
  forget(world, call)
  feed(world, call.lane, { kind: 'notPrepared' }, call.attempt)
}

/** The broker answers with any piece of the log that begins where it was asked to. */
export function advanceFetch(world: World, call: FetchCall, choice: number): void {
  const { member, partition } = call
  const log = world.logs[partition]
  if (!log) return
  if (call.stage === 0) {
    call.from = Math.max(call.asked, log.start)
    call.last = call.from + (choice % Math.max(1, log.end - call.from))
    call.stage = 1
    return
  }
  if (isOrphan(call)) return forget(world, call)
  if (!canHear(call)) return
  forget(world, call)
  const lane = member.lanes[partition]
  if (!lane || call.last >= log.end || member.phase === 'leaving') return
  const { next, phase } = lane.state
  // What should come next has expired: the membership is begun anew, from where the log begins now.
  if (phase === 'running' && call.asked === next && call.from > next) {
    note(world, 'next offset expired')
    return leaveGroup(world, member)
  }
  take(world, lane, call.from, call.last)
}
