// How a look goes on. Each of its readings takes its time, and the world goes on between them.
import type { Doubt } from '../../consumer/lane/lane-state.ts'
import { forget, type LookCall, type Looking } from './calls.ts'
import { isRunning } from './insert-call.ts'
import { feed } from './lane.ts'
import { booksUntil, linesStored } from './store.ts'
import { note, storeClock, type World } from './world.ts'

const reading = { clock: 0, running: 1, books: 2, lines: 3, done: 4 } as const

export function beginLook(doubt: Doubt): Looking {
  return { doubt, now: 0, booked: doubt.from, lines: [] }
}

/**
 * One reading.
 * @param stage of the look, which is not that of every call that looks
 * @returns the next stage; null where it is done
 */
export function goOnLooking(world: World, partition: number, look: Looking, stage: number): number | null {
  const { looks } = world.rules
  switch (stage) {
    case reading.clock:
      look.now = storeClock(world)
      if (looks === 'for lines before it waits') readLines(world, partition, look)
      return reading.running
    case reading.running:
      return mustWait(world, partition, look) ? reading.clock : reading.books
    case reading.books:
      if (looks !== 'for lines alone')
        look.booked = Math.max(look.doubt.from, booksUntil(world.store, partition, look.doubt.last))
      return reading.lines
    case reading.lines:
      if (looks !== 'for lines before it waits') readLines(world, partition, look)
      return reading.done
    default:
      note(world, look.lines.length > 0 ? 'look: stored' : 'look: not stored')
      return null
  }
}

function mustWait(world: World, partition: number, { now, doubt }: Looking): boolean {
  const { looks } = world.rules
  if (now < doubt.until && looks !== 'before the deadline') {
    note(world, 'look: early')
    return true
  }
  if (!isRunning(world, partition) || looks === 'while inserts run') return false
  note(world, 'look: running')
  return true
}

function readLines(world: World, partition: number, look: Looking): void {
  look.lines = linesStored(world.store, partition, look.booked, look.doubt.since)
}

export function advanceLook(world: World, call: LookCall): void {
  const { lane } = call
  const next = world.rules.looks === 'not' ? null : goOnLooking(world, lane.partition, call, call.stage)
  if (next !== null) {
    call.stage = next
    return
  }
  forget(world, call)
  lane.found = new Set(call.lines)
  const log = world.logs[lane.partition]
  const storedLast = call.lines.reduce((last, line) => Math.max(last, log?.offsetOf[line] ?? -1), -1)
  feed(world, lane, { kind: 'recovered', booked: call.booked, storedLast })
  lane.member.positions[lane.partition] = lane.state.next
}
