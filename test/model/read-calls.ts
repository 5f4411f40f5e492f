// How the calls that change nothing go on: looking, making ready, fetching.
import { canHear, forget, isOrphan, type FetchCall, type LookCall, type PrepareCall } from './calls.ts'
import { isRunning } from './insert-call.ts'
import { feed, leaveGroup, makeReady } from './lane.ts'
import { isStored } from './store.ts'
import { note, storeClock, type World } from './world.ts'

/** Each of the three readings takes its time, and the world goes on between them. */
export function advanceLook(world: World, call: LookCall): void {
  const { lane, intent } = call
  const { partition } = lane
  const turn = world.rules.looksInOrder ? call.stage : 2 - call.stage
  call.stage++
  if (turn === 0) call.now = storeClock(world)
  else if (turn === 1) call.isRunning = isRunning(world, partition, intent)
  else if (turn === 2) call.isStored = isStored(world.store, partition, intent)
  else {
    forget(world, call)
    note(world, `look: ${answerOf(call)}`)
    feed(world, lane, { kind: 'looked', now: call.now, isRunning: call.isRunning, isStored: call.isStored })
  }
}

function answerOf({ now, intent, isRunning, isStored }: LookCall): string {
  if (isStored) return 'stored'
  if (isRunning) return 'running'
  return now < intent.deadline ? 'early' : 'not stored'
}

export function advancePrepare(world: World, call: PrepareCall): void {
  const { lane, span, isRetry } = call
  if (call.stage++ === 0) return makeReady(world, lane, span, isRetry)
  forget(world, call)
  feed(world, lane, { kind: 'prepared', now: storeClock(world) + lane.member.skew })
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
  if (!lane || call.last >= log.end) return
  const { next } = lane.state
  // What should come next has expired: the membership is begun anew, from where the log begins now.
  if (call.asked === next && call.from > next) {
    note(world, 'next offset expired')
    return leaveGroup(world, member)
  }
  feed(world, lane, { kind: 'fetched', from: call.from, last: call.last })
}
