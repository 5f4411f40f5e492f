// Carries out what the protocol asks for about the one range that is pending, and says what came of it.
import { isRefusedRows } from '../../clickhouse/errors.ts'
import type { Source } from '../../clickhouse/insert-lines.ts'
import type { Look } from '../../clickhouse/look.ts'
import { untilDone } from '../../runtime/retry.ts'
import type { SourceRecord } from './record.ts'
import type { HeldRange, PrepareRange } from './prepare-range.ts'
import type { Intent, LaneEffect, LaneEvent, Span } from './protocol.ts'
import { bytesOfRange, emptyRange, type Range } from './range.ts'
import type { StoreClock } from './store-clock.ts'
import type { StoreRange, Unwritten } from './store-ranges.ts'
import { bytesOfRecords } from './waiting-records.ts'

export type CommitOutcome = Extract<LaneEvent, { kind: 'committed' }>['outcome']

export interface StoreSteps extends PrepareRange {
  store: StoreRange
  /** Looks for a range; waits a moment where looking at once would be no use. */
  look: (source: Source, intent: Intent) => Promise<Look>
  /** Under the membership at hand, or not at all; tries again only what is known to have had no effect. */
  commit: (
    source: Source,
    offset: number,
    intent: Intent | null,
    signal: AbortSignal,
  ) => Promise<CommitOutcome>
  clock: StoreClock
  /** Told of every failure; each is met by trying again. */
  onTrouble: (error: unknown, doing: string) => void
}

/** An effect that takes its time and ends in an event. */
export type SlowEffect = Extract<LaneEffect, { kind: 'prepare' | 'commit' | 'insert' | 'look' }>

export interface PendingRange {
  /**
   * What goes wrong is tried again, until the range is let go of for good.
   * @throws where the program itself is wrong
   */
  perform: (effect: SlowEffect) => Promise<LaneEvent>
  /** Takes over a range that is to be stored. */
  hold: (range: Range, span: Span) => void
  /** Whether what follows may be judged: every event of the range is known. */
  isJudged: () => boolean
  /** Keeps records of a range that somebody else began, as they are. */
  keep: (records: SourceRecord[]) => void
  /** Lets go of the range. Returns it; an empty one where there is none. */
  release: () => Range
  /** Ends all trying. */
  end: () => void
  bytes: () => number
}

/** What the steps work on. */
interface Context {
  source: Source
  steps: StoreSteps
  signal: AbortSignal
  held: HeldRange | null
  unwritten: Unwritten | null
}

/** @param begun the range that was pending when the partition was assigned */
export function createPendingRange(source: Source, begun: Span | null, steps: StoreSteps): PendingRange {
  const ended = new AbortController()
  const held = begun && { ...blank(begun), mayBeStored: true }
  const context: Context = { source, steps, signal: ended.signal, held, unwritten: null }
  const release = () => {
    const range = context.held?.range ?? emptyRange()
    Object.assign(context, { held: null, unwritten: null })
    return range
  }
  return {
    perform: (effect) =>
      perform(context, effect).catch((error: unknown): LaneEvent => {
        if (ended.signal.aborted) return { kind: 'ended' }
        steps.onTrouble(error, effect.kind)
        throw error
      }),
    hold: (range, span) => {
      context.held = { ...blank(span), range }
    },
    isJudged: () => context.held === null || context.held.range !== null,
    keep: (records) => {
      if (context.held) context.held.records = context.held.records.concat(records)
    },
    release,
    end: () => {
      ended.abort()
      release()
    },
    bytes: () => bytesOf(context.held),
  }
}

async function perform(context: Context, effect: SlowEffect): Promise<LaneEvent> {
  const { source, steps, signal } = context
  switch (effect.kind) {
    case 'prepare':
      return prepare(context)
    case 'insert':
      return insert(context, effect.intent)
    case 'look':
      return look(context, effect.intent)
    case 'commit':
      return {
        kind: 'committed',
        outcome: await steps.commit(source, effect.offset, effect.intent, signal),
      }
  }
}

async function prepare(context: Context): Promise<LaneEvent> {
  const { source, steps } = context
  const held = heldRange(context)
  context.unwritten = await attempt(context, 'prepare a range', () => steps.prepare(source, held))
  return { kind: 'prepared', now: steps.clock.now() }
}

async function insert(context: Context, intent: Intent): Promise<LaneEvent> {
  const { source, steps, signal, unwritten } = context
  const held = heldRange(context)
  if (!unwritten) throw new Error('the range is not prepared')
  held.mayBeStored = true
  context.unwritten = null
  try {
    await steps.store(source, intent, unwritten)
    return { kind: 'inserted', outcome: 'stored' }
  } catch (error) {
    if (isRefusedRows(error) && error instanceof Error) held.refusal = error.message
    if (!signal.aborted) steps.onTrouble(error, 'insert a range')
    return { kind: 'inserted', outcome: 'unknown' }
  }
}

async function look(context: Context, intent: Intent): Promise<LaneEvent> {
  const { source, steps, held } = context
  const found = await attempt(context, 'look for a range', () => steps.look(source, intent))
  steps.clock.observe(found.now)
  if (held && !held.range && found.isStored) {
    await attempt(context, 'learn what is stored', () => steps.learn(source, intent))
    held.range = emptyRange()
  }
  return { kind: 'looked', ...found }
}

function attempt<T>({ steps, signal }: Context, doing: string, work: () => Promise<T>): Promise<T> {
  const onFailure = (error: unknown) => steps.onTrouble(error, doing)
  return untilDone(work, { signal, isHopeless: () => false, onFailure })
}

function blank(span: Span): HeldRange {
  return { span, range: null, records: [], mayBeStored: false, refusal: null }
}

function heldRange({ held }: Context): HeldRange {
  if (!held) throw new Error('no range is held')
  return held
}

function bytesOf(held: HeldRange | null): number {
  if (!held) return 0
  return held.range ? bytesOfRange(held.range) : bytesOfRecords(held.records)
}
