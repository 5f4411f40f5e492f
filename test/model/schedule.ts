// A schedule: where the model starts, and what happens in which order. Faults stop at its end, and then everything
// that waits has to come to its end within a bounded number of rounds.
import fc from 'fast-check'
import type { Insertion } from '../../consumer/lane/lane-state.ts'
import { act } from './actions.ts'
import { advance } from './advance.ts'
import { inserting, isOrphan, type Call } from './calls.ts'
import { checkEnd, isSettled } from './check.ts'
import { pass } from './coordinator.ts'
import { entryKinds } from './log.ts'
import { feed, payBooks } from './lane.ts'
import { contact, fetchNext } from './member.ts'
import { createWorld, type Member, type Rules, type Setup, type World } from './world.ts'

export interface Schedule {
  setup: Setup
  /** Which faults are likely. */
  mix: number
  /** What happens, one number each: see `act`. */
  choices: readonly number[]
}

/** Of full speed at the start: enough for two inserts of a lane to meet. */
const mostTurns = 30

/** Of a quarter of a second: many times what the slowest takes, sessions that have to end included. */
const maxRounds = 600

export const schedules: fc.Arbitrary<Schedule> = fc.record({
  setup: fc.record({
    entries: fc.array(fc.array(fc.nat(entryKinds - 1), { minLength: 1, maxLength: 10 }), {
      minLength: 1,
      maxLength: 2,
    }),
    members: fc.integer({ min: 2, max: 3 }),
    isBusy: fc.boolean(),
    clockAhead: fc.nat(7).map((quarters) => quarters / 4),
    window: fc.constantFrom(0, 0, 0, 2),
    skews: fc.tuple(skew(), skew(), skew()),
  }),
  mix: fc.nat(2),
  choices: fc.array(fc.nat(0xfffff), { maxLength: 120, size: 'max' }),
})

/** Runs a schedule and then all that is left to do; what is wrong is in `violations`. */
export function run({ setup, mix, choices }: Schedule, rules: Rules, trace: string[] | null = null): World {
  const world = createWorld(setup, rules)
  begin(world, setup.isBusy)
  world.trace = trace
  for (const choice of choices) act(world, mix, choice)
  trace?.push('faults stop')
  if (settle(world)) checkEnd(world)
  else world.violations.add('stuck')
  return world
}

/** The members join and start their lanes, and go on at full speed for a while where the schedule begins there. */
function begin(world: World, isBusy: boolean): void {
  for (let turn = 0; turn < 4; turn++) for (const member of world.members) contact(world, member)
  for (let turn = 0; turn < 6; turn++) for (const call of [...world.calls]) advance(world, call, 0)
  for (let turn = 0; turn < mostTurns && isBusy && !world.members.some(hasTwoInserts); turn++) {
    for (const member of world.members) work(world, member)
    for (const call of [...world.calls]) advance(world, call, turn)
  }
}

/** Lines are on their way, and the books of those before them. */
function hasTwoInserts({ lanes }: Member): boolean {
  return lanes.some((lane) => isUnderWay(lane?.state.storing) && isUnderWay(lane?.state.booking))
}

function isUnderWay(insertion: Insertion | null | undefined): boolean {
  return typeof insertion?.deadline === 'number'
}

/** Everybody does what comes next, round by round; what hangs comes in late. False: it never came to an end. */
function settle(world: World): boolean {
  for (let round = 0; round < maxRounds; round++) {
    world.time += 0.25
    pass(world.coordinator, world.time)
    for (const member of world.members) work(world, member)
    for (const call of [...world.calls]) {
      if (comesIn(call, round)) advance(world, call, round)
    }
    if (isSettled(world)) return true
  }
  return false
}

/** Lines take longer than books; what hangs comes in late, the answer of an insert when its lane has recovered and asked for the like again. */
function comesIn(call: Call, round: number): boolean {
  if (!call.isHeld) return call.kind !== 'insert' || call.what === 'books' || round % 3 === 0
  if (call.kind !== 'insert' || call.stage !== inserting.answered || isOrphan(call)) return round % 16 === 0
  const { phase, attempt, storing, booking } = call.lane.state
  const isMistakable = attempt !== call.attempt && isUnderWay(call.what === 'lines' ? storing : booking)
  return isMistakable || (phase !== 'recovering' && round % 16 === 0)
}

function work(world: World, member: Member): void {
  member.isStopped = false
  contact(world, member)
  for (const [partition, lane] of member.lanes.entries()) {
    if (!lane) continue
    feed(world, lane, { kind: 'due' })
    payBooks(world, lane)
    const isFetching = world.calls.some(
      (call) => call.kind === 'fetch' && call.member === member && call.partition === partition,
    )
    if (!isFetching) fetchNext(world, member, partition)
  }
}

function skew(): fc.Arbitrary<number> {
  return fc.integer({ min: -8, max: 8 }).map((quarters) => quarters / 4)
}
