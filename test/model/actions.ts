// What may happen next, and how likely it is: the meaning of one number of a schedule.
import { hasOpen } from '../../consumer/lane/protocol.ts'
import { advance, giveUp, lose } from './advance.ts'
import { inserting, nameOf, type Call } from './calls.ts'
import { forgetGroup, pass, restart } from './coordinator.ts'
import { breakInsert } from './insert-call.ts'
import { feed, payBooks } from './lane.ts'
import { contact, fetchNext, kill } from './member.ts'
import { note, type Lane, type Member, type World } from './world.ts'

type Action = (world: World, choice: number) => void

/**
 * How often in each mix, and what. The dull ones come first: a failing schedule shrinks towards them.
 * The mixes: a bit of everything, much that is slow, much that dies.
 */
const weights: [readonly [number, number, number], string, Action][] = [
  [[26, 26, 26], 'lane', laneGoesOn],
  [[8, 8, 6], 'call', (world, choice) => goOn(world, choice, false)],
  [[3, 3, 2], 'fetch', (world, choice) => withPartition(world, choice, fetchNext)],
  [[1, 1, 1], 'due', (world, choice) => withPartition(world, choice, callDue)],
  [[1, 1, 1], 'books due', (world, choice) => withPartition(world, choice, callBooksDue)],
  [[4, 1, 2], 'contact', (world, choice) => withMember(world, choice, contact)],
  [[4, 6, 6], 'gather', gather],
  [[4, 4, 3], 'time', letPass],
  [[2, 3, 1], 'hold', (world, choice) => withCall(world, choice, hold)],
  [[1, 2, 1], 'answers hang', holdAnswers],
  [[3, 4, 3], 'advance what hangs', (world, choice) => goOn(world, choice, true)],
  [[1, 2, 1], 'one of two is unknown', oneOfTwo],
  [[1, 1, 1], 'give up', (world, choice) => withCall(world, choice, giveUp)],
  [[2, 4, 4], 'hang', (world, choice) => withCall(world, choice, hang)],
  [[1, 0, 1], 'lose', (world, choice) => withCall(world, choice, lose)],
  [[1, 1, 1], 'stop', (world, choice) => withMember(world, choice, stop)],
  [[2, 2, 2], 'resume', (world, choice) => withMember(world, choice, resume)],
  [[1, 0, 3], 'kill', (world, choice) => withMember(world, choice, kill)],
  [[1, 0, 0], 'expire', expire],
  [[1, 0, 1], 'set the clock back', (world, choice) => withMember(world, choice, setClockBack)],
  [[1, 0, 1], 'restart', restartOne],
]

const mixes = [0, 1, 2].map((mix) =>
  weights.flatMap(([often, name, action]) =>
    Array.from({ length: often[mix] ?? 0 }, () => ({ name, action })),
  ),
)

/** Does what the number says: its remainder chooses the action of the mix, the rest what it is done to. */
export function act(world: World, mix: number, number: number): void {
  const actions = mixes[mix] ?? []
  const chosen = actions[number % actions.length]
  if (!chosen) return
  world.trace?.push(`${world.time}s ${chosen.name}`)
  chosen.action(world, Math.floor(number / actions.length))
}

/** A lane does what it would do next if all went well: what it has asked for goes on, or it asks for more beside that. */
function laneGoesOn(world: World, choice: number): void {
  const lanes = world.members.flatMap(({ lanes }) => lanes.filter((lane) => lane !== null))
  const lane = lanes[choice % Math.max(1, lanes.length)]
  if (!lane) return
  const { member, partition, state } = lane
  const ofLane = world.calls.filter((call) => isOf(call, lane) && !call.isHeld && !call.isGivenUp)
  const call = ofLane[(choice >> 6) % Math.max(1, ofLane.length)]
  if (call && (choice >> 10) % 3 > 0) return advanceBy(world, call, choice >> 3)
  if (state.phase !== 'running') return
  world.trace?.push(`  ${member.name} p${partition}`)
  if (lane.owes && choice & 64) callBooksDue(world, member, partition)
  else if (hasOpen(state) && choice & 32) callDue(world, member, partition)
  else fetchNext(world, member, partition)
}

function isOf(call: Call, lane: Lane): boolean {
  if (call.kind === 'fetch') return call.member === lane.member && call.partition === lane.partition
  return 'lane' in call && call.lane === lane
}

/** The members that run meet in a generation and find where to start. */
function gather(world: World): void {
  for (let turn = 0; turn < 3; turn++) for (const member of world.members) contact(world, member)
  for (const call of [...world.calls]) {
    if (call.kind !== 'start' || call.isHeld) continue
    for (let stage = 0; stage < 6; stage++) advance(world, call, 0)
  }
}

/** One call goes on by one to four stages. */
function goOn(world: World, choice: number, isHeld: boolean): void {
  const { calls } = world
  const likely = calls.filter((call) => call.isHeld === isHeld)
  const call = likely[choice % Math.max(1, likely.length)]
  if (call) advanceBy(world, call, choice >> 5)
}

function advanceBy(world: World, call: Call, choice: number): void {
  const { calls } = world
  const stages = 1 + (choice % 4)
  world.trace?.push(`  ${nameOf(call)}, ${stages} from stage ${call.stage}`)
  for (let stage = 0; stage < stages && calls.includes(call); stage++) advance(world, call, choice >> 2)
}

/** Half of the time the call is one that changes something, and a quarter of the time a commit. */
function withCall(world: World, choice: number, action: (world: World, call: Call) => void): void {
  const { calls } = world
  const isLikely = ({ kind }: Call) => kind === 'commit' || (choice % 4 > 1 && kind === 'insert')
  const likely = choice % 4 === 0 ? calls : calls.filter(isLikely)
  const call = likely[(choice >> 2) % Math.max(1, likely.length)]
  if (!call) return
  world.trace?.push(`  ${nameOf(call)}, at stage ${call.stage}`)
  action(world, call)
}

function withMember(world: World, choice: number, action: (world: World, member: Member) => void): void {
  const member = world.members[choice % world.members.length]
  if (!member) return
  world.trace?.push(`  ${member.name}`)
  action(world, member)
}

function withPartition(
  world: World,
  choice: number,
  action: (world: World, member: Member, partition: number) => void,
): void {
  const partition = choice % world.logs.length
  withMember(world, Math.floor(choice / world.logs.length), (_, member) => action(world, member, partition))
}

function callDue(world: World, member: Member, partition: number): void {
  const lane = member.lanes[partition]
  if (lane && member.isUp && !member.isStopped) feed(world, lane, { kind: 'due' })
}

function callBooksDue(world: World, member: Member, partition: number): void {
  const lane = member.lanes[partition]
  if (lane && member.isUp && !member.isStopped) payBooks(world, lane)
}

function hold(_world: World, call: Call): void {
  call.isHeld = true
}

/** What the store has done is told late. */
function holdAnswers({ calls }: World): void {
  for (const call of calls) if (call.kind === 'insert' && call.stage >= inserting.lands) call.isHeld = true
}

/** Of two inserts of a lane one is given up, and the answer of the other hangs. */
function oneOfTwo(world: World, choice: number): void {
  const inserts = world.calls.filter((call) => call.kind === 'insert').filter((call) => !call.isGivenUp)
  const first = inserts[(choice >> 1) % Math.max(1, inserts.length)]
  const second = inserts.find((call) => call !== first && call.lane === first?.lane)
  if (!first || !second) return
  const [unknown, hangs] = choice % 2 === 0 ? [first, second] : [second, first]
  world.trace?.push(`  ${nameOf(unknown)} is given up, and not ${nameOf(hangs)}`)
  for (let stage = 0; stage < 6 && hangs.stage < inserting.answered; stage++) advance(world, hangs, 0)
  hangs.isHeld = true
  giveUp(world, unknown)
}

/** It will not be heard of for long, and the member knows. */
function hang(world: World, call: Call): void {
  call.isHeld = true
  giveUp(world, call)
}

/** Seconds that a member's clock may be behind: inserts still arrive in time. */
const leastSkew = 2

/** Seconds; the longest is longer than the time of the fence, and shorter than a session. */
const waits = [0.25, 0.5, 1, 2, 6]

function letPass(world: World, choice: number): void {
  world.time += waits[choice % waits.length] ?? 0
  pass(world.coordinator, world.time)
}

/** A member learns that the store's clock is a second or two behind what it took it for. */
function setClockBack(world: World, member: Member): void {
  note(world, 'clock set back')
  member.skew = Math.max(-leastSkew, member.skew - (member.skew > 0 ? 2 : 1))
}

function stop(world: World, member: Member): void {
  note(world, 'member stopped')
  member.isStopped = true
}

function resume(_world: World, member: Member): void {
  member.isStopped = false
}

/** The log of a partition loses its beginning, never its last record. */
function expire(world: World, choice: number): void {
  const log = world.logs[choice % world.logs.length]
  if (!log) return
  note(world, 'log expired')
  log.start = Math.min(log.end - 1, log.start + 1 + ((choice >> 2) % 3))
}

function restartOne(world: World, choice: number): void {
  if (choice % 4 === 0) return forgetAll(world)
  if (choice % 4 === 1) {
    note(world, 'group restarted')
    return restart(world.coordinator)
  }
  note(world, 'store restarted')
  breakInserts(world)
}

/** Nobody comes for as long as it takes Kafka to forget the group; whatever runs in the store ends meanwhile. */
function forgetAll(world: World): void {
  note(world, 'group forgotten')
  world.time += 100
  forgetGroup(world.coordinator)
  breakInserts(world)
}

function breakInserts(world: World): void {
  for (const call of world.calls) {
    if (call.kind === 'insert' && call.stage >= inserting.arrived && call.stage <= inserting.landed) {
      breakInsert(world, call)
    }
  }
}
