// Records of one partition in Kafka's own bytes (record batch, magic 2), written in one go: kafkajs makes several buffers for
// each record, which takes longer than everything else ingest does with an event. Source: Kafka's protocol guide, "Record
// Batch".
import { sealBytes, sealHeader, type Seal, type SealedEvents } from '../../event/seal.ts'
import { crc32c } from './crc32c.ts'

/** A record to send. */
export interface OutgoingRecord {
  siteId: string
  value: string
  /** Bytes of `value` as UTF-8. */
  valueBytes: number
  /** Epoch milliseconds; the record's timestamp. */
  receivedAt: number
  /** What its seal tells of its lines, part after part, where there is a secret to seal with; null where it gets none. */
  sealed: readonly SealedEvents[] | null
}

const sealHeaderName = Buffer.from(sealHeader)

// Base offset, length, leader epoch, magic, checksum; then attributes, last offset delta, two timestamps, producer id and
// epoch, sequence, number of records.
const lengthAt = 8
const magicAt = 16
const crcAt = 17
const attributesAt = 21
const headBytes = 61

/** How many bytes `writeRecordBatch` takes at most. */
export function mostBytesOfBatch(records: readonly OutgoingRecord[]): number {
  let bytes = headBytes
  for (const { siteId, valueBytes, sealed } of records) {
    bytes += mostBytesOfNumbers + Buffer.byteLength(siteId) + valueBytes
    if (sealed) bytes += sealHeaderName.length + sealBytes(sealed)
  }
  return bytes
}

/** The attributes of a record and its eight numbers, none of which takes more than eight bytes. */
const mostBytesOfNumbers = 65

/** Writes the records, of which there is at least one, from `start` on. Returns where they end. */
export function writeRecordBatch(
  bytes: Buffer,
  start: number,
  records: readonly OutgoingRecord[],
  seal: Seal | null,
): number {
  let earliest = Infinity
  let latest = -Infinity
  for (const { receivedAt } of records) {
    earliest = Math.min(earliest, receivedAt)
    latest = Math.max(latest, receivedAt)
  }
  let end = start + headBytes
  for (const [index, record] of records.entries()) {
    end = writeRecord(bytes, end, record, index, record.receivedAt - earliest, seal)
  }
  bytes.fill(0, start, start + lengthAt)
  bytes.writeInt32BE(end - start - lengthAt - 4, start + lengthAt)
  bytes.writeInt32BE(-1, start + lengthAt + 4)
  bytes.writeInt8(2, start + magicAt)
  let at = bytes.writeInt16BE(0, start + attributesAt)
  at = bytes.writeInt32BE(records.length - 1, at)
  at = bytes.writeBigInt64BE(BigInt(earliest), at)
  at = bytes.writeBigInt64BE(BigInt(latest), at)
  // No producer id, epoch or sequence.
  bytes.fill(0xff, at, at + 14)
  bytes.writeInt32BE(records.length, at + 14)
  bytes.writeUInt32BE(crc32c(bytes, start + attributesAt, end), start + crcAt)
  return end
}

function writeRecord(
  bytes: Buffer,
  start: number,
  { siteId, value, valueBytes, receivedAt, sealed }: OutgoingRecord,
  index: number,
  sinceFirst: number,
  seal: Seal | null,
): number {
  const keyBytes = Buffer.byteLength(siteId)
  const headersBytes = seal && sealed ? bytesOfHeaders(sealBytes(sealed)) : 1
  const numbers = 1 + sizeOfVarint(sinceFirst) + sizeOfVarint(index)
  const keyAndValue = sizeOfVarint(keyBytes) + keyBytes + sizeOfVarint(valueBytes) + valueBytes
  let at = writeVarint(bytes, start, numbers + keyAndValue + headersBytes)
  // No attributes.
  bytes[at] = 0
  at = writeVarint(bytes, at + 1, sinceFirst)
  at = writeVarint(bytes, at, index)
  const keyAt = writeVarint(bytes, at, keyBytes)
  at = keyAt + bytes.write(siteId, keyAt)
  const valueAt = writeVarint(bytes, at, valueBytes)
  at = valueAt + bytes.write(value, valueAt)
  if (!seal || !sealed) return writeVarint(bytes, at, 0)
  const key = bytes.subarray(keyAt, keyAt + keyBytes)
  const record = { key, value: bytes.subarray(valueAt, at), timestamp: receivedAt }
  return writeHeader(bytes, at, seal.close(record, sealed))
}

function bytesOfHeaders(value: number): number {
  const name = sealHeaderName.length
  return 1 + sizeOfVarint(name) + name + sizeOfVarint(value) + value
}

function writeHeader(bytes: Buffer, start: number, seal: Buffer): number {
  let at = writeVarint(bytes, start, 1)
  at = writeVarint(bytes, at, sealHeaderName.length)
  at += sealHeaderName.copy(bytes, at)
  at = writeVarint(bytes, at, seal.length)
  return at + seal.copy(bytes, at)
}

/** Writes a whole number that is not negative, below 2^52, the way Kafka does: zigzag, seven bits a byte. By division, since shifts know 32 bits. */
function writeVarint(bytes: Buffer, start: number, value: number): number {
  let at = start
  let rest = 2 * value
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes[at++] = (rest % 128) | 0x80
  bytes[at++] = rest
  return at
}

function sizeOfVarint(value: number): number {
  let size = 1
  for (let rest = 2 * value; rest >= 128; rest = Math.floor(rest / 128)) size += 1
  return size
}
