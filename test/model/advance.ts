// One stage of any call, and the ways in which a call fails.
import { canHear, forget, inserting, isOrphan, type Call } from './calls.ts'
import { advanceCommit, giveUpCommit } from './commit-call.ts'
import { leave } from './coordinator.ts'
import { advanceInsert, breakInsert, giveUpInsert } from './insert-call.ts'
import { advanceLook } from './look-call.ts'
import { advanceFetch, advancePrepare, giveUpPrepare } from './read-calls.ts'
import { advanceStart } from './start-call.ts'
import type { World } from './world.ts'

/** @param choice any number, for what may turn out in several ways */
export function advance(world: World, call: Call, choice: number): void {
  switch (call.kind) {
    case 'commit':
      return advanceCommit(world, call)
    case 'insert':
      return advanceInsert(world, call)
    case 'fetch':
      return advanceFetch(world, call, choice)
    case 'leave':
      forget(world, call)
      return leave(world.coordinator, call.id, world.time)
    case 'look':
    case 'prepare':
    case 'start':
      if (isOrphan(call)) return forget(world, call)
      if (!canHear(call)) return
      if (call.kind === 'look') return advanceLook(world, call)
      return call.kind === 'prepare' ? advancePrepare(world, call) : advanceStart(world, call)
  }
}

/** The member waits no longer. What only reads is asked again by the driver itself, so nothing comes of it there. */
export function giveUp(world: World, call: Call): void {
  if (call.kind === 'commit') giveUpCommit(world, call)
  else if (call.kind === 'prepare') giveUpPrepare(world, call)
  else if (call.kind === 'insert') giveUpInsert(world, call)
}

/** The request or the answer is lost on the way, or what runs in the store is broken off. */
export function lose(world: World, call: Call): void {
  switch (call.kind) {
    case 'commit':
      call.isLost = true
      return
    case 'insert':
      if (call.stage === inserting.travels || call.stage === inserting.answered) call.isLost = true
      else breakInsert(world, call)
      return
    case 'fetch':
    case 'leave':
      return forget(world, call)
    case 'look':
    case 'prepare':
    case 'start':
      call.stage = 0
      return
  }
}
