// How an insert goes on: it arrives late, passes the fence or not, and lands, lines month by month.
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

/** Whether the store shows an insert of this partition. */
export function isRunning({ calls }: World, partition: number): boolean {
  return calls.some(
    (call) =>
      call.kind === 'insert' &&
      call.lane.partition === partition &&
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
  tell(world, call, 'unknown')
}

/** The store fails, refuses the rows or is killed: what has landed stays. */
export function breakInsert(world: World, call: InsertCall): void {
  if (call.nextMonth > 0) note(world, 'insert broken between months')
  answer(call, false)
}

function meetFence(world: World, call: InsertCall): void {
  const verdict = world.rules.fence(storeClock(world), call.deadline)
  if (verdict === 'write') {
    call.stage = inserting.lands
    return
  }
  note(world, 'insert late')
  answer(call, verdict === 'drop')
}

function land(world: World, call: InsertCall): void {
  const { lane, span, since, deadline, what, rows, lines } = call
  if (storeClock(world) >= deadline) note(world, 'insert landed after its deadline')
  if (isOrphan(call)) note(world, 'insert landed that was given up')
  if (what === 'books') {
    if (!landBook(world.store, lane.partition, { ...span, rows }))
      world.violations.add('booked before stored')
    call.stage = inserting.landed
    return
  }
  const month = call.nextMonth++
  const ofMonth = lines[month] ?? []
  const batch = { ...span, month, since, lines: ofMonth }
  if (ofMonth.length > 0 && !landLines(world.store, lane.partition, batch)) world.violations.add('doubled')
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
  forget(world, call)
  tell(world, call, 'stored')
}

function tell(world: World, { what, lane, attempt }: InsertCall, outcome: 'stored' | 'unknown'): void {
  feed(world, lane, { kind: what === 'lines' ? 'inserted' : 'booked', outcome }, attempt)
}
