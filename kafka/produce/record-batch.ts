// Records of one partition in Kafka's own bytes (record batch, magic 2), written in one go: kafkajs makes several buffers for
// each record, which takes longer than everything else ingest does with an event. Source: Kafka's protocol guide, "Record
// Batch".
import { crc32c } from './crc32c.ts'

/** A record to send: lines of one site. */
export interface OutgoingRecord {
  siteId: string
  /** Its value, in pieces that have a line break between them. At least one. */
  pieces: readonly { lines: Buffer }[]
  /** Epoch milliseconds; the record's timestamp. */
  receivedAt: number
}

// Base offset, length, leader epoch, magic, checksum; then attributes, last offset delta, two timestamps, producer id and
// epoch, sequence, number of records.
const lengthAt = 8
const magicAt = 16
const crcAt = 17
const attributesAt = 21
const headBytes = 61

const lineFeed = 0x0a

/** How many bytes `writeRecordBatch` takes at most. */
export function mostBytesOfBatch(records: readonly OutgoingRecord[]): number {
  let bytes = headBytes
  for (const { siteId, pieces } of records) {
    bytes += mostBytesOfNumbers + Buffer.byteLength(siteId) + valueBytesOf(pieces)
  }
  return bytes
}

/** The attributes of a record and its six numbers, none of which takes more than eight bytes. */
const mostBytesOfNumbers = 49

function valueBytesOf(pieces: OutgoingRecord['pieces']): number {
  let bytes = pieces.length - 1
  for (const { lines } of pieces) bytes += lines.length
  return bytes
}

/** Writes the records, of which there is at least one, from `start` on. Returns where they end. */
export function writeRecordBatch(bytes: Buffer, start: number, records: readonly OutgoingRecord[]): number {
  let earliest = Infinity
  let latest = -Infinity
  for (const { receivedAt } of records) {
    earliest = Math.min(earliest, receivedAt)
    latest = Math.max(latest, receivedAt)
  }
  let end = start + headBytes
  for (const [index, record] of records.entries()) {
    end = writeRecord(bytes, end, record, index, record.receivedAt - earliest)
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
  { siteId, pieces }: OutgoingRecord,
  index: number,
  sinceFirst: number,
): number {
  const keyBytes = Buffer.byteLength(siteId)
  const valueBytes = valueBytesOf(pieces)
  const numbers = 1 + sizeOfVarint(sinceFirst) + sizeOfVarint(index)
  const keyAndValue = sizeOfVarint(keyBytes) + keyBytes + sizeOfVarint(valueBytes) + valueBytes
  let at = writeVarint(bytes, start, numbers + keyAndValue + 1)
  // No attributes.
  bytes[at] = 0
  at = writeVarint(bytes, at + 1, sinceFirst)
  at = writeVarint(bytes, at, index)
  at = writeVarint(bytes, at, keyBytes)
  at += bytes.write(siteId, at)
  at = writeVarint(bytes, at, valueBytes)
  for (const [piece, { lines }] of pieces.entries()) {
    if (piece > 0) bytes[at++] = lineFeed
    at += lines.copy(bytes, at)
  }
  // No headers.
  return writeVarint(bytes, at, 0)
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
