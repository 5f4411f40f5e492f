// What a member has asked for and not yet heard of. A call goes on by itself, at any pace, also when its member is
// stopped, killed, or has given it up.
import type { Intent, LaneStart, Span } from '../../consumer/lane/protocol.ts'
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

export interface CommitCall extends Asked {
  kind: 'commit'
  lane: Lane
  under: { id: number; generation: number } | null
  committed: Committed
  isAccepted: boolean
}

export interface InsertCall extends Asked {
  kind: 'insert'
  lane: Lane
  intent: Intent
  /** By month. */
  lines: number[][]
  rows: number
  /** An insert is two statements, each with its own fence: the lines, then the books. */
  statement: 'lines' | 'books'
  nextMonth: number
  isDone: boolean
}

export interface LookCall extends Asked {
  kind: 'look'
  lane: Lane
  intent: Intent
  now: number
  isRunning: boolean
  isStored: boolean
}

export interface PrepareCall extends Asked {
  kind: 'prepare'
  lane: Lane
  span: Span
  /** Whether the range may be stored in part. */
  isRetry: boolean
}

export interface FetchCall extends Asked {
  kind: 'fetch'
  partition: number
  asked: number
  from: number
  last: number
}

export interface StartCall extends Asked {
  kind: 'start'
  partition: number
  id: number | null
  generation: number
  committed: Committed
  low: number
  start: LaneStart
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
      const { offset, intent } = call.committed
      const under = call.under ? `${call.under.id}/${call.under.generation}` : 'none'
      return `${who} p${call.lane.partition} commit ${offset} ${intentName(intent)} under ${under}`
    }
    case 'insert':
      return `${who} p${call.lane.partition} insert ${call.statement} ${intentName(call.intent)}`
    case 'look':
      return `${who} p${call.lane.partition} look ${intentName(call.intent)}`
    case 'prepare':
      return `${who} p${call.lane.partition} prepare [${call.span.first}..${call.span.last}]`
    case 'fetch':
    case 'start':
      return `${who} p${call.partition} ${call.kind}`
    case 'leave':
      return `${who} leave ${call.id}`
  }
}

function intentName(intent: Intent | null): string {
  return intent ? `[${intent.first}..${intent.last}] until ${intent.deadline}` : 'no intent'
}
