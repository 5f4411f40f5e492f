// What a member has asked for and not yet heard of. A call goes on by itself, at any pace, also when its member is
// stopped, killed, or has given it up.
import type { Doubt, Lease, Span } from '../../consumer/lane/lane-state.ts'
import type { Committed } from './coordinator.ts'
import type { Lane, Member, World } from './world.ts'

interface Asked {
  member: Member
  /** The process of the member that asked. */
  process: number
  stage: number
  /** The request or the answer will never come. */
  isLost: boolean
  /** The member has stopped waiting. */
  isGivenUp: boolean
  /** It hangs somewhere on its way, for long. */
  isHeld: boolean
}

interface AskedByLane extends Asked {
  lane: Lane
  /** Of the lane's state. */
  attempt: number
}

export interface CommitCall extends AskedByLane {
  kind: 'commit'
  under: { id: number; generation: number } | null
  committed: Committed
  isAccepted: boolean
}

/** Lines, or books. */
export interface InsertCall extends AskedByLane {
  kind: 'insert'
  what: 'lines' | 'books'
  span: Span
  since: number
  deadline: number
  /** By month; none of books. */
  lines: number[][]
  /** Of books: how many lines the span has in the table. */
  rows: number
  nextMonth: number
  isDone: boolean
}

export interface PrepareCall extends AskedByLane {
  kind: 'prepare'
  span: Span
}

/** What a look reads, in this order: the clock and what runs, again and again; the books; the lines beyond them. */
export interface Looking {
  doubt: Doubt
  now: number
  booked: number
  lines: number[]
}

export interface LookCall extends AskedByLane, Looking {
  kind: 'look'
}

export interface FetchCall extends Asked {
  kind: 'fetch'
  partition: number
  asked: number
  from: number
  last: number
}

/** Begins with the group's word, goes on with a look. */
export interface StartCall extends Asked, Looking {
  kind: 'start'
  partition: number
  id: number | null
  generation: number
  committed: Committed
  low: number
}

export interface LeaveCall extends Asked {
  kind: 'leave'
  id: number
}

export type Call = CommitCall | InsertCall | LookCall | PrepareCall | FetchCall | StartCall | LeaveCall

/** Where an insert is. From `arrived` to `landed` the store shows it as running. */
export const inserting = { travels: 0, arrived: 1, lands: 2, landed: 3, answered: 4 } as const

export function asked(member: Member): Asked {
  return { member, process: member.process, stage: 0, isLost: false, isGivenUp: false, isHeld: false }
}

export function askedBy(lane: Lane): AskedByLane {
  return { ...asked(lane.member), lane, attempt: lane.state.attempt }
}

/** Whether the member that asked is there to hear the answer. */
export function canHear({ member, process }: Call): boolean {
  return member.isUp && !member.isStopped && member.process === process
}

/** Whether nobody will ever hear the answer. */
export function isOrphan({ member, process, isGivenUp }: Call): boolean {
  return isGivenUp || member.process !== process
}

export function forget({ calls }: World, call: Call): void {
  const index = calls.indexOf(call)
  if (index >= 0) calls.splice(index, 1)
}

export function nameOf(call: Call): string {
  const who = call.member.name
  switch (call.kind) {
    case 'commit': {
      const { offset, lease } = call.committed
      const under = call.under ? `${call.under.id}/${call.under.generation}` : 'none'
      return `${who} p${call.lane.partition} commit ${offset} ${leaseName(lease)} under ${under}`
    }
    case 'insert':
      return `${who} p${call.lane.partition} insert ${call.what} ${spanName(call.span)} until ${call.deadline}`
    case 'look':
      return `${who} p${call.lane.partition} look from ${call.doubt.from}`
    case 'prepare':
      return `${who} p${call.lane.partition} prepare ${spanName(call.span)}`
    case 'fetch':
    case 'start':
      return `${who} p${call.partition} ${call.kind}`
    case 'leave':
      return `${who} leave ${call.id}`
  }
}

function spanName({ first, last }: Span): string {
  return `[${first}..${last}]`
}

function leaseName(lease: Lease | null): string {
  return lease ? `since ${lease.since} until ${lease.until}` : 'no lease'
}
