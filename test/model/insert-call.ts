// How an insert goes on: it arrives late, passes the fence or not, lands month by month, and the books last.
import type { Span } from '../../consumer/lane/protocol.ts'
import { canHear, forget, inserting, isOrphan, type InsertCall } from './calls.ts'
import { feed } from './lane.ts'
import { landBook, landLines } from './store.ts'
import { note, storeClock, type World } from './world.ts'

export function advanceInsert(world: World, call: InsertCall): void {
  switch (call.stage) {
    case inserting.travels:
      if (call.isLost) return giveUpInsert(world, call)
      call.stage = inserting.arrived
      return
    case inserting.arrived:
      return meetFence(world, call)
    case inserting.lands:
      return land(world, call)
    case inserting.landed:
      return answer(call, true)
    default:
      return hear(world, call)
  }
}

/** Whether the store shows an insert of this range, of any deadline. */
export function isRunning({ calls }: World, partition: number, { first, last }: Span): boolean {
  return calls.some(
    (call) =>
      call.kind === 'insert' &&
      call.lane.partition === partition &&
      call.intent.first === first &&
      call.intent.last === last &&
      call.stage >= inserting.arrived &&
      call.stage <= inserting.landed,
  )
}

/** The member hears nothing for long enough. The insert itself goes on. */
export function giveUpInsert(world: World, call: InsertCall): void {
  if (isOrphan(call) && call.isLost) return forget(world, call)
  if (isOrphan(call) || !canHear(call)) return
  call.isGivenUp = true
  if (call.isLost || call.stage === inserting.answered) forget(world, call)
  note(world, 'insert unknown')
  feed(world, call.lane, { kind: 'inserted', outcome: 'unknown' })
}

/** The store fails, refuses the rows or is killed: what has landed stays. */
export function breakInsert(world: World, call: InsertCall): void {
  if (call.nextMonth > 0) note(world, 'insert broken between months')
  answer(call, false)
}

function meetFence(world: World, call: InsertCall): void {
  const verdict = world.rules.fence(storeClock(world), call.intent.deadline)
  if (verdict === 'write') {
    call.stage = inserting.lands
    return
  }
  note(world, 'insert late')
  answer(call, verdict === 'drop')
}

function land(world: World, call: InsertCall): void {
  const { lane, intent, rows, statement, lines } = call
  if (storeClock(world) >= intent.deadline) note(world, 'insert landed after its deadline')
  if (isOrphan(call)) note(world, 'insert landed that was given up')
  if (statement === 'books') {
    landBook(world.store, lane.partition, { first: intent.first, last: intent.last, rows })
    call.stage = inserting.landed
    return
  }
  const month = call.nextMonth++
  const ofMonth = lines[month] ?? []
  if (ofMonth.length > 0 && !landLines(world.store, lane.partition, intent, month, ofMonth)) {
    world.violations.add('doubled')
  }
  if (call.nextMonth >= lines.length) call.stage = inserting.landed
}

function answer(call: InsertCall, isDone: boolean): void {
  call.isDone = isDone
  call.stage = inserting.answered
}

function hear(world: World, call: InsertCall): void {
  if (isOrphan(call)) return forget(world, call)
  if (!canHear(call)) return
  if (call.isLost || !call.isDone) return giveUpInsert(world, call)
  if (call.statement === 'lines') {
    call.statement = 'books'
    call.stage = inserting.travels
    return
  }
  forget(world, call)
  feed(world, call.lane, { kind: 'inserted', outcome: 'stored' })
}
