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

/** What a seal tells of a record's events. Times are epoch milliseconds. */
export interface SealedEvents {
  /** 16 bytes for each line, in order. */
  ids: Buffer
  /** Their first and last timestamp. */
  earliest: number
  latest: number
}

export interface Seal {
  /** The header of a record that holds these events, one a line. */
  close: (record: SealedRecord, events: readonly SealableEvent[]) => Buffer
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

/** How long the header of a record of so many events is. */
export function sealBytes(events: number): number {
  return fixedBytes + events * uuidBytes
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
    close: (record, events) => {
      const header = Buffer.allocUnsafe(sealBytes(events.length))
      let earliest = Infinity
      let latest = -Infinity
      let at = fixedBytes
      for (const { event_id, timestamp } of events) {
        earliest = Math.min(earliest, timestamp)
        latest = Math.max(latest, timestamp)
        writeUuid(event_id, header, at)
        at += uuidBytes
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
