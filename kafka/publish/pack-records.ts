// Packs what waits for one partition into records: pieces of one site go together, in their order.
import type { SealedEvents } from '../../event/seal.ts'
import type { OutgoingRecord } from '../produce/record-batch.ts'

/** Lines of one site that stay together, and who waits for them. */
export interface Piece<Waiter> {
  siteId: string
  /** NDJSON without a line break at its end. */
  text: string
  /** Bytes of the text as UTF-8. */
  textBytes: number
  /** Bytes it takes in a request, at most, without its share of a seal. */
  bytes: number
  events: number
  /** For the seal; null where the lines were not checked just now. */
  checked: SealedEvents | null
  /** When ingest received them, epoch milliseconds. */
  receivedAt: number
  waiter: Waiter
}

/** `receivedAt` is when the last of its lines was received: no line may be younger than its record says. */
export interface PackedRecord<Waiter> extends OutgoingRecord {
  pieces: Piece<Waiter>[]
}

export interface PackLimits {
  maxEventsPerRecord: number
  maxBytesPerRecord: number
}

interface OpenRecord<Waiter> {
  siteId: string
  pieces: Piece<Waiter>[]
  bytes: number
  events: number
  firstReceivedAt: number
  receivedAt: number
}

/** One record has one time of receipt: lines further apart than this many milliseconds do not share one. */
const sameTimeMs = 1000

/** Takes at most `maxBytes` (at least one piece) off the front of `queue` and packs it. */
export function takeRecords<Waiter>(
  queue: Piece<Waiter>[],
  maxBytes: number,
  limits: PackLimits,
): { records: PackedRecord<Waiter>[]; bytes: number } {
  const count = countFitting(queue, maxBytes)
  const open = new Map<string, OpenRecord<Waiter>>()
  const all: OpenRecord<Waiter>[] = []
  let bytes = 0
  for (const piece of queue.splice(0, count)) {
    bytes += piece.bytes
    let record = open.get(piece.siteId)
    if (!record || !fits(record, piece, limits)) {
      const { siteId, receivedAt } = piece
      record = { siteId, pieces: [], bytes: 0, events: 0, firstReceivedAt: receivedAt, receivedAt }
      open.set(piece.siteId, record)
      all.push(record)
    }
    record.pieces.push(piece)
    record.bytes += piece.bytes
    record.events += piece.events
    record.receivedAt = Math.max(record.receivedAt, piece.receivedAt)
  }
  return { records: all.map(toRecord), bytes }
}

/** To seal a record and to open it takes as long as to check a few events. */
const fewestSealed = 4

function toRecord<Waiter>({ siteId, pieces, receivedAt, events }: OpenRecord<Waiter>): PackedRecord<Waiter> {
  const isSealed = events >= fewestSealed && pieces.every(({ checked }) => checked)
  return {
    siteId,
    value: pieces.map(({ text }) => text).join('\n'),
    valueBytes: pieces.reduce((sum, { textBytes }) => sum + textBytes + 1, -1),
    receivedAt,
    sealed: isSealed ? pieces.flatMap(({ checked }) => checked ?? []) : null,
    pieces,
  }
}

function countFitting(queue: Piece<unknown>[], maxBytes: number): number {
  let bytes = 0
  const over = queue.findIndex((piece) => (bytes += piece.bytes) > maxBytes)
  return over === -1 ? queue.length : Math.max(1, over)
}

function fits(record: OpenRecord<unknown>, piece: Piece<unknown>, limits: PackLimits): boolean {
  return (
    record.events + piece.events <= limits.maxEventsPerRecord &&
    record.bytes + piece.bytes <= limits.maxBytesPerRecord &&
    Math.abs(piece.receivedAt - record.firstReceivedAt) <= sameTimeMs
  )
}
