// Packs what waits for one partition into records: pieces of one site go together, in their order.
import type { OutgoingRecord } from '../produce/record-batch.ts'
import type { SiteLines, Waiter } from './publishing.ts'

/** Lines that stay together, and who waits for them. */
export interface Piece {
  /** Of these: all of them, or a part. */
  of: SiteLines
  /** NDJSON without a line break at its end. */
  lines: Buffer
  events: number
  /** Bytes it takes in a request, at most. */
  bytes: number
  waiter: Waiter
}

/** A record, with all that waits for it. */
export interface PackedRecord extends OutgoingRecord {
  pieces: Piece[]
}

export interface PackLimits {
  maxEventsPerRecord: number
  maxBytesPerRecord: number
}

interface OpenRecord extends PackedRecord {
  bytes: number
  events: number
  firstReceivedAt: number
}

/** One record has one time of receipt: lines further apart than this many milliseconds do not share one. */
const sameTimeMs = 1000

/** Takes at most `maxBytes` (at least one piece) off the front of `queue` and packs it. */
export function takeRecords(
  queue: Piece[],
  maxBytes: number,
  limits: PackLimits,
): { records: PackedRecord[]; bytes: number } {
  const count = countFitting(queue, maxBytes)
  const open = new Map<string, OpenRecord>()
  const records: OpenRecord[] = []
  let bytes = 0
  for (const piece of queue.splice(0, count)) {
    const { siteId, receivedAt } = piece.of
    bytes += piece.bytes
    let record = open.get(siteId)
    if (!record || !fits(record, piece, limits)) {
      record = { siteId, receivedAt, pieces: [], bytes: 0, events: 0, firstReceivedAt: receivedAt }
      open.set(siteId, record)
      records.push(record)
    }
    record.pieces.push(piece)
    record.bytes += piece.bytes
    record.events += piece.events
    // No line may be younger than its record says.
    record.receivedAt = Math.max(record.receivedAt, receivedAt)
  }
  return { records, bytes }
}

function countFitting(queue: readonly Piece[], maxBytes: number): number {
  let bytes = 0
  const over = queue.findIndex((piece) => (bytes += piece.bytes) > maxBytes)
  return over === -1 ? queue.length : Math.max(1, over)
}

function fits(record: OpenRecord, piece: Piece, limits: PackLimits): boolean {
  return (
    record.events + piece.events <= limits.maxEventsPerRecord &&
    record.bytes + piece.bytes <= limits.maxBytesPerRecord &&
    Math.abs(piece.of.receivedAt - record.firstReceivedAt) <= sameTimeMs
  )
}
