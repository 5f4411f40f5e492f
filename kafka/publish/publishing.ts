// What a publisher is asked for and what it answers: one call waits until every piece of it is kept, or is told why not.
import type { Seal, SealedEvents } from '../../event/seal.ts'
import type { Piece } from './pack-records.ts'

export interface PublisherSettings {
  topic: string
  partitions: number
  /** A waiter is told that Kafka did not acknowledge after this many milliseconds. */
  timeoutMs: number
  /** Bytes that may wait; more are refused. */
  maxPendingBytes: number
  /** Most events in one record; 1 gives every event a record of its own. */
  maxEventsPerRecord: number
  /** Most bytes in one record of several events. */
  maxBytesPerRecord: number
  /** Says that the lines of a record are checked; null: nothing is said. */
  seal: Seal | null
}

/** Lines that Kafka did not acknowledge. They may be stored all the same: the answer may be what was lost. */
export class NotPublished extends Error {
  override name = 'NotPublished'
}

/** Lines of one site that were received together. */
export interface SiteLines {
  siteId: string
  /** NDJSON without a line break at its end. */
  text: string
  /** How many lines. */
  events: number
  /** Epoch milliseconds; the records' timestamp. */
  receivedAt: number
  /** What a seal tells of these lines; null where they are not canonical, or were not checked just now. */
  checked: SealedEvents | null
}

/**
 * Keeps lines of one site, in order.
 * @throws NotPublished when Kafka did not acknowledge in time, cannot be reached, or too much is waiting already
 */
export type Publish = (lines: SiteLines) => Promise<Position>

/** Where lines stand in the log: the highest offset of each partition. */
export type Position = Map<number, number>

/** One call that waits. A class, since each event makes one: functions made anew for each would cost more than what they do. */
export class Waiter {
  readonly position: Position = new Map()
  /** Settled; what of it was not sent yet is not sent any more. */
  isSettled = false
  /** Pieces that are not kept yet. */
  private left: number
  private readonly resolve: (position: Position) => void
  private readonly reject: (error: NotPublished) => void

  constructor(pieces: number, resolve: (position: Position) => void, reject: (error: NotPublished) => void) {
    this.left = pieces
    this.resolve = resolve
    this.reject = reject
  }

  /** One of its pieces is kept, at this offset. */
  keep(partition: number, offset: number): void {
    this.position.set(partition, offset)
    this.left -= 1
    if (this.left > 0 || this.isSettled) return
    this.isSettled = true
    this.resolve(this.position)
  }

  refuse(reason: string): void {
    if (this.isSettled) return
    this.isSettled = true
    this.reject(new NotPublished(reason))
  }
}

/** These pieces are kept, at this offset. */
export function settle(pieces: Piece<Waiter>[], partition: number, offset: number): void {
  for (const { waiter } of pieces) waiter.keep(partition, offset)
}

/** Kafka did not acknowledge these pieces. */
export function refuse(pieces: Piece<Waiter>[]): void {
  for (const { waiter } of pieces) waiter.refuse('Kafka did not acknowledge')
}
