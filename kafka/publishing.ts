// What a publisher is asked for and what it answers: one call waits until every piece of it is kept, or is told why not.
import type { SealableEvent, Seal } from '../event/seal.ts'
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

/**
 * Keeps lines of one site, in order.
 * @param receivedAt epoch milliseconds; the records' timestamp
 * @param checked the event of each line, where all of them are canonical and were checked by their time of receipt
 * @throws NotPublished when Kafka did not acknowledge in time, cannot be reached, or too much is waiting already
 */
export type Publish = (
  siteId: string,
  lines: readonly string[],
  receivedAt: number,
  checked?: readonly SealableEvent[],
) => Promise<Position>

/** Where lines stand in the log: the highest offset of each partition. */
export type Position = Map<number, number>

export interface Waiter {
  position: Position
  /** Pieces that are not kept yet. */
  left: number
  /** Told already that Kafka did not acknowledge: what of it was not sent yet is not sent any more. */
  givenUp: boolean
  resolve: (position: Position) => void
  reject: (error: NotPublished) => void
}

/** Waits for so many pieces, at most `timeoutMs` milliseconds. */
export function waitFor(
  pieces: number,
  timeoutMs: number,
  resolve: Waiter['resolve'],
  reject: Waiter['reject'],
): Waiter {
  const waiter: Waiter = {
    position: new Map(),
    left: pieces,
    givenUp: false,
    resolve: (position) => {
      clearTimeout(timer)
      resolve(position)
    },
    reject: (error) => {
      clearTimeout(timer)
      waiter.givenUp = true
      reject(error)
    },
  }
  const timer = setTimeout(
    () => waiter.reject(new NotPublished('Kafka did not acknowledge in time')),
    timeoutMs,
  )
  return waiter
}

/** These pieces are kept, at this offset. */
export function settle(pieces: Piece<Waiter>[], partition: number, offset: number): void {
  for (const { waiter } of pieces) {
    waiter.position.set(partition, offset)
    waiter.left -= 1
    if (waiter.left === 0) waiter.resolve(waiter.position)
  }
}

/** Kafka did not acknowledge these pieces. */
export function refuse(pieces: Piece<Waiter>[]): void {
  for (const { waiter } of pieces) waiter.reject(new NotPublished('Kafka did not acknowledge'))
}
