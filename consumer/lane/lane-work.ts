// Does what the protocol of a lane asks for, and tells what came of it.
import { isRefusedRows } from '../../clickhouse/errors.ts'
import type { Source } from '../../clickhouse/insert-lines.ts'
import { unlessAborted, untilDone, within } from '../../runtime/retry.ts'
import type { LaneLines, StoredSpan } from './lane-lines.ts'
import type { LaneEffect, LaneEvent, LaneState, Lease } from './lane-state.ts'
import type { PrepareRange } from './prepare-range.ts'
import type { Recover } from './recover.ts'
import type { StoreClock } from './store-clock.ts'
import type { BooksToStore, LinesToStore, Store } from './store-lines.ts'

export type CommitOutcome = Extract<LaneEvent, { kind: 'committed' }>['outcome']

/** What is done to the stores. */
export interface LaneSteps {
  prepare: PrepareRange
  storeLines: Store<LinesToStore>
  storeBooks: Store<BooksToStore>
  recover: Recover
  /** Under the membership at hand, or not at all; tries again only what is known to have had no effect. */
  commit: (source: Source, offset: number, lease: Lease | null, signal: AbortSignal) => Promise<CommitOutcome>
  clock: StoreClock
  /** Told of every failure; each is met by trying again, after a look where its outcome is unknown. */
  onTrouble: (error: unknown, doing: string) => void
}

export interface LaneWorkParts {
  source: Source
  lines: LaneLines
  steps: LaneSteps
  state: () => LaneState
  dispatch: (event: LaneEvent) => void
  /** What is on its way is stored, or takes its time: the other lanes are not to wait for it. */
  onLetGo: () => void
  /** Told of each span that was stored. */
  onStored: (source: Source, span: StoredSpan) => void
  /** Told whenever more may be taken than a moment before. */
  onRoom: () => void
}

/** How long a lane that is leaving waits for the table to be asked. A service has less time to stop than ClickHouse may need. */
const prepareWithinMs = 5000

type Effect<Kind extends LaneEffect['kind']> = Extract<LaneEffect, { kind: Kind }>

export class LaneWork {
  private readonly parts: LaneWorkParts
  private readonly ended = new AbortController()
  /** Given up once what it works on is dropped. */
  private preparing = { isDone: Promise.resolve(), giveUp: new AbortController() }
  /** What ClickHouse said when it refused rows for what they are, and up to which offset they may lie. */
  private refusal: { message: string; last: number } | null = null

  constructor(parts: LaneWorkParts) {
    this.parts = parts
  }

  prepare({ span }: Effect<'prepare'>): void {
    const { source, lines, steps, state, onLetGo, onRoom, dispatch } = this.parts
    const range = lines.begin()
    onRoom()
    const { refusal } = this
    if (range.uncertain.length === 0 && !refusal) return dispatch({ kind: 'prepared' })
    // To ask the table about many events takes long.
    onLetGo()
    const { attempt } = state()
    const { signal } = this.preparing.giveUp
    const done = this.untilDone('prepare a range', signal, () =>
      steps.prepare(source, span, range, refusal?.message ?? null),
    )
    this.preparing.isDone = done.then(
      () => {
        if (refusal && span.last >= refusal.last) this.refusal = null
        if (this.isWanted(attempt)) dispatch({ kind: 'prepared' })
      },
      () => undefined,
    )
    if (state().isLeaving) this.leave()
  }

  async insert({ span, since, deadline }: Effect<'insert'>): Promise<void> {
    const { source, lines, steps, state, onLetGo, onRoom, dispatch } = this.parts
    const { attempt } = state()
    const range = lines.onItsWay()
    const { firstTimestamp } = range
    try {
      await steps.storeLines({ source, span, since, deadline, firstTimestamp, range })
    } catch (error) {
      if (isRefusedRows(error) && error instanceof Error)
        this.refusal = { message: error.message, last: span.last }
      this.failed('insert lines', attempt, error, { kind: 'inserted', outcome: 'unknown' })
      return
    } finally {
      onLetGo()
    }
    if (!this.isWanted(attempt)) return
    lines.stored(span)
    onRoom()
    dispatch({ kind: 'inserted', outcome: 'stored' })
  }

  async book({ span, since, deadline }: Effect<'book'>): Promise<void> {
    const { source, lines, steps, state, onStored, dispatch } = this.parts
    const { attempt } = state()
    try {
      await steps.storeBooks({ source, span, since, deadline, ...lines.booksUntil(span.last) })
    } catch (error) {
      this.failed('write books', attempt, error, { kind: 'booked', outcome: 'unknown' })
      return
    }
    if (!this.isWanted(attempt)) return
    for (const stored of lines.booked(span.last)) onStored(source, stored)
    dispatch({ kind: 'booked', outcome: 'stored' })
  }

  async commit({ offset, lease }: Effect<'commit'>): Promise<void> {
    const { source, steps, dispatch } = this.parts
    dispatch({ kind: 'committed', outcome: await steps.commit(source, offset, lease, this.ended.signal) })
  }

  async recover(doubt: Effect<'recover'>): Promise<void> {
    const { source, lines, steps, onLetGo, onRoom, dispatch } = this.parts
    const { signal } = this.ended
    onLetGo()
    this.preparing.giveUp.abort()
    // It may still change the window.
    await this.preparing.isDone
    this.preparing = { isDone: Promise.resolve(), giveUp: new AbortController() }
    lines.drop()
    onRoom()
    try {
      const found = await this.untilDone('look what is stored', signal, () =>
        steps.recover(source, doubt, signal),
      )
      lines.restart(found.stored)
      dispatch({ kind: 'recovered', booked: found.booked, storedLast: found.stored.last })
      onRoom()
    } catch (error) {
      if (!signal.aborted) throw error
    }
  }

  /** Gives up what is not made ready before long: ClickHouse may be away. */
  leave(): void {
    const { signal } = this.ended
    const { giveUp, isDone } = this.preparing
    void unlessAborted(signal, within(prepareWithinMs, '', isDone)).catch(() => {
      giveUp.abort()
      this.parts.dispatch({ kind: 'notPrepared' })
    })
  }

  /** Ends all trying. */
  end(): void {
    this.ended.abort()
    this.preparing.giveUp.abort()
  }

  private failed(doing: string, attempt: number, error: unknown, event: LaneEvent): void {
    if (!this.ended.signal.aborted) this.parts.steps.onTrouble(error, doing)
    if (this.isWanted(attempt)) this.parts.dispatch(event)
  }

  /** Whether what was begun under this attempt still counts. */
  private isWanted(attempt: number): boolean {
    const state = this.parts.state()
    return state.phase === 'running' && state.attempt === attempt
  }

  private untilDone<T>(doing: string, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    const onFailure = (error: unknown) => this.parts.steps.onTrouble(error, doing)
    return untilDone(work, { signal, isHopeless: () => false, onFailure })
  }
}
