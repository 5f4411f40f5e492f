// Says of a record that ingest has checked every line of it: whoever holds the same secret need not do that again, and
// knows each event's id without reading its line. Only the secret makes a seal, so nobody else can pass anything by.
import { createHmac, createSecretKey, timingSafeEqual } from 'node:crypto'
import { uuidBytes, writeUuid } from './event-id.ts'

/** The header of a Kafka record that carries its seal. */
export const sealHeader = 'tallyline-seal'

/** A record as it is sealed. Each line of `value` is canonical, and all are of the site that is its key. */
export interface SealedRecord {
  key: Uint8Array
  value: Uint8Array
  /** Epoch milliseconds. */
  timestamp: number
}

/** As much of an event as its record's seal tells. */
export interface SealableEvent {
  /** A UUID in lower case. */
  event_id: string
  /** Epoch milliseconds. */
  timestamp: number
}

/** What a seal tells of events that lie in one record, or in a part of it. Times are epoch milliseconds. */
export interface SealedEvents {
  /** 16 bytes for each line, in order. */
  ids: Buffer
  /** Their first and last timestamp. */
  earliest: number
  latest: number
}

export interface Seal {
  /** The header of a record whose lines are these events, part after part. */
  close: (record: SealedRecord, parts: readonly SealedEvents[]) => Buffer
  /** What the header says; null where it is none, or was made for another record or with another secret. */
  open: (header: Buffer, record: SealedRecord) => SealedEvents | null
}

// The header: the code (16 bytes), the version (1), the key's length (2), the first and the last timestamp and the
// record's (8 each), then the ids. The code is over all that follows it, the key and the value.
const codeBytes = 16
const version = 1
const fixedBytes = codeBytes + 1 + 2 + 3 * 8
const keyLengthAt = codeBytes + 1
const timesAt = keyLengthAt + 2

/** What a seal tells of these events, of which there is at least one. */
export function sealedEventsOf(events: readonly SealableEvent[]): SealedEvents {
  const ids = Buffer.allocUnsafe(events.length * uuidBytes)
  let earliest = Infinity
  let latest = -Infinity
  let at = 0
  for (const { event_id, timestamp } of events) {
    if (timestamp < earliest) earliest = timestamp
    if (timestamp > latest) latest = timestamp
    writeUuid(event_id, ids, at)
    at += uuidBytes
  }
  return { ids, earliest, latest }
}

/** The same of `count` of them, the first of which is number `first`. Their times lie between those of all. */
export function partOf({ ids, earliest, latest }: SealedEvents, first: number, count: number): SealedEvents {
  return { ids: ids.subarray(first * uuidBytes, (first + count) * uuidBytes), earliest, latest }
}

/** How long the header of a record of these events is. */
export function sealBytes(parts: readonly SealedEvents[]): number {
  let bytes = fixedBytes
  for (const { ids } of parts) bytes += ids.length
  return bytes
}

export function createSeal(secret: string): Seal {
  const key = createSecretKey(Buffer.from(secret))
  const codeOf = (header: Buffer, record: SealedRecord) =>
    createHmac('sha256', key)
      .update(header.subarray(codeBytes))
      .update(record.key)
      .update(record.value)
      .digest()
      .subarray(0, codeBytes)
  return {
    close: (record, parts) => {
      const header = Buffer.allocUnsafe(sealBytes(parts))
      let earliest = Infinity
      let latest = -Infinity
      let at = fixedBytes
      for (const part of parts) {
        earliest = Math.min(earliest, part.earliest)
        latest = Math.max(latest, part.latest)
        at += part.ids.copy(header, at)
      }
      header.writeUInt8(version, codeBytes)
      header.writeUInt16BE(record.key.length, keyLengthAt)
      header.writeDoubleBE(earliest, timesAt)
      header.writeDoubleBE(latest, timesAt + 8)
      header.writeDoubleBE(record.timestamp, timesAt + 16)
      codeOf(header, record).copy(header)
      return header
    },
    open: (header, record) => {
      if (!isWhole(header) || header.readUInt16BE(keyLengthAt) !== record.key.length) return null
      if (header.readDoubleBE(timesAt + 16) !== record.timestamp) return null
      if (!timingSafeEqual(codeOf(header, record), header.subarray(0, codeBytes))) return null
      return {
        ids: header.subarray(fixedBytes),
        earliest: header.readDoubleBE(timesAt),
        latest: header.readDoubleBE(timesAt + 8),
      }
    },
  }
}

function isWhole(header: Buffer): boolean {
  const ids = header.length - fixedBytes
  return ids > 0 && ids % uuidBytes === 0 && header.readUInt8(codeBytes) === version
}
