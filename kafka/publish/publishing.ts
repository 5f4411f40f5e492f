// What a publisher is asked for and what it answers: one call waits until all of its lines are kept, or are told why not.
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
}

/** Lines of one site that were received together. */
export interface SiteLines {
  siteId: string
  /** NDJSON without a line break at its end. */
  lines: Buffer
  /** How many lines. */
  events: number
  /** Epoch milliseconds; the records' timestamp. */
  receivedAt: number
}

/** What became of lines. */
export interface Published {
  /** Where those stand that Kafka has acknowledged. */
  position: Position
  /** Those of sites that it has not. They may be stored all the same: the answer may be what was lost. */
  refused: SiteLines[]
  /** Why the last of these were refused: not in time, Kafka cannot be reached, too much is waiting already. */
  reason: string
}

/** Keeps lines of at least one site, those of each in order; those of one site are kept, or refused, by themselves. Never rejects. */
export type Publish = (sites: readonly SiteLines[]) => Promise<Published>

/** Where lines stand in the log: the highest offset of each partition. */
export type Position = Map<number, number>

/** One call that waits. A class, since each request makes one: functions made anew for each would cost more than what they do. */
export class Waiter {
  /** Every line is kept or refused; what was not sent yet is not sent any more. */
  isSettled = false
  private readonly published: Published = { position: new Map(), refused: [], reason: '' }
  /** How many pieces of each are not kept yet. */
  private readonly left = new Map<SiteLines, number>()
  private readonly resolve: (published: Published) => void

  constructor(resolve: (published: Published) => void) {
    this.resolve = resolve
  }

  /** Lines that are sent in so many pieces. */
  expect(lines: SiteLines, pieces: number): void {
    this.left.set(lines, pieces)
  }

  /** One of their pieces is kept, at this offset. */
  keep(lines: SiteLines, partition: number, offset: number): void {
    const left = this.left.get(lines)
    if (left === undefined) return
    const { position } = this.published
    position.set(partition, Math.max(offset, position.get(partition) ?? 0))
    if (left > 1) this.left.set(lines, left - 1)
    else this.settle(lines)
  }

  refuse(lines: SiteLines, reason: string): void {
    if (!this.left.has(lines)) return
    this.published.refused.push(lines)
    this.published.reason = reason
    this.settle(lines)
  }

  /** Refuses all that is not kept yet. */
  refuseRest(reason: string): void {
    for (const lines of [...this.left.keys()]) this.refuse(lines, reason)
  }

  private settle(lines: SiteLines): void {
    this.left.delete(lines)
    if (this.left.size > 0) return
    this.isSettled = true
    this.resolve(this.published)
  }
}

/** These pieces are kept, at this offset. */
export function settle(pieces: readonly Piece[], partition: number, offset: number): void {
  for (const { waiter, of } of pieces) waiter.keep(of, partition, offset)
}

/** Kafka did not acknowledge these pieces. */
export function refuse(pieces: readonly Piece[]): void {
  for (const { waiter, of } of pieces) waiter.refuse(of, 'Kafka did not acknowledge')
}
