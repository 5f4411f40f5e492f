// Carries out what the protocol asks for about the one range that is pending, and says what came of it.
import { isRefusedRows } from '../../clickhouse/errors.ts'
import type { Source } from '../../clickhouse/insert-lines.ts'
import type { Look } from '../../clickhouse/look.ts'
import { untilDone } from '../../runtime/retry.ts'
import type { SourceRecord } from './decode-record.ts'
import type { HeldRange, PrepareRange } from './prepare-range.ts'
import type { Intent, LaneEffect, LaneEvent, Span } from './protocol.ts'
import { emptyRange, type Range } from './range.ts'
import type { StoreClock } from './store-clock.ts'
import type { StoreRange, Unwritten } from './store-range.ts'

export type CommitOutcome = Extract<LaneEvent, { kind: 'committed' }>['outcome']

export interface StoreSteps {
  prepare: PrepareRange
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
  /** @throws once `signal` is given */
  perform: (effect: SlowEffect) => Promise<LaneEvent>
  /** Takes over a range that is to be stored. */
  hold: (range: Range, span: Span) => void
  /** Keeps records of a range that somebody else began, as they are. */
  keep: (records: SourceRecord[]) => void
  /** Lets go of the range. Returns it; an empty one where there is none. */
  release: () => Range
  bytes: () => number
}

/**
 * @param begun the range that was pending when the partition was assigned
 * @param signal ends all trying
 */
export function createPendingRange(
  source: Source,
  begun: Span | null,
  steps: StoreSteps,
  signal: AbortSignal,
): PendingRange {
  let held: HeldRange | null = begun && { ...blank(begun), mayBeStored: true }
  let unwritten: Unwritten | null = null

  const attempt = <T>(doing: string, work: () => Promise<T>) =>
    untilDone(work, { signal, isHopeless: () => false, onFailure: (error) => steps.onTrouble(error, doing) })

  const prepare = async (): Promise<LaneEvent> => {
    const range = heldRange(held)
    unwritten = await attempt('prepare a range', () => steps.prepare(source, range))
    return { kind: 'prepared', now: steps.clock.now() }
  }

  const insert = async (intent: Intent): Promise<LaneEvent> => {
    const range = heldRange(held)
    if (!unwritten) throw new Error('the range is not prepared')
    range.mayBeStored = true
    try {
      await steps.store(source, intent, unwritten)
      return { kind: 'inserted', outcome: 'stored' }
    } catch (error) {
      if (isRefusedRows(error) && error instanceof Error) range.refusal = error.message
      if (!signal.aborted) steps.onTrouble(error, 'insert a range')
      return { kind: 'inserted', outcome: 'unknown' }
    } finally {
      unwritten = null
    }
  }

  const look = async (intent: Intent): Promise<LaneEvent> => {
    const found = await attempt('look for a range', () => steps.look(source, intent))
    steps.clock.observe(found.now)
    return { kind: 'looked', ...found }
  }

  return {
    perform: async (effect) => {
      if (effect.kind === 'prepare') return prepare()
      if (effect.kind === 'insert') return insert(effect.intent)
      if (effect.kind === 'look') return look(effect.intent)
      const outcome = await steps.commit(source, effect.offset, effect.intent, signal)
      return { kind: 'committed', outcome }
    },
    hold: (range, span) => {
      held = { ...blank(span), range }
    },
    keep: (records) => held?.records.push(...records),
    release: () => {
      const range = held?.range ?? emptyRange()
      held = null
      unwritten = null
      return range
    },
    bytes: () => held?.range?.bytes ?? 0,
  }
}

function blank(span: Span): HeldRange {
  return { span, range: null, records: [], mayBeStored: false, refusal: null }
}

function heldRange(held: HeldRange | null): HeldRange {
  if (!held) throw new Error('no range is held')
  return held
}
