// The records of one partition's answer, one after another, as places in its bytes: kafkajs makes several objects of each,
// which takes longer than all the consumer does with it. Source: Kafka's protocol guide, "Record Batch", and
// https://kafka.apache.org/documentation/#controlbatch
import { gunzipSync } from 'node:zlib'
import type { AbortedTransaction, FetchedPartition } from './fetch-request.ts'

// Base offset, length, leader epoch, magic, checksum, attributes, last offset delta, first and greatest timestamp, producer,
// its epoch, sequence, number of records.
const lengthAt = 8
const magicAt = 16
const attributesAt = 21
const lastDeltaAt = 23
const firstTimeAt = 27
const greatestTimeAt = 35
const producerAt = 43
const countAt = 57
const headBytes = 61
/** What stands before what the length counts. */
const beforeLength = 12

/** Bytes that a batch may take decompressed: a hundred times as many as Kafka's default for a batch, and memory for them. */
const mostDecompressed = 134_217_728

const compression = 0b111
const gzip = 1
const timeOfLog = 0b1000
const inTransaction = 0b1_0000
const isControl = 0b10_0000

/** A batch that cannot be read: its format is too old, its compression is not known here, or what it holds is too large. */
export class UnreadableRecords extends Error {
  override name = 'UnreadableRecords'
}

/** Goes through records that count: not those before the first one wanted, nor those of aborted transactions. */
export class FetchedRecords {
  // Of the record at hand. Key and value lie in `bytes`, from `…At` to before `…End`; a null one begins at -1.
  bytes: Buffer
  offset = -1
  /** Epoch milliseconds. */
  timestamp = 0
  keyAt = -1
  keyEnd = -1
  valueAt = -1
  valueEnd = -1
  /** Everything below has been passed, also where no record stands that counts. */
  passed: number

  private readonly recordSet: Buffer
  private readonly from: number
  private nextBatchAt = 0
  private readonly aborted: readonly AbortedTransaction[]
  private abortedPassed = 0
  private readonly abortedProducers = new Set<bigint>()
  // Of the batch at hand.
  private at = 0
  private left = 0
  private firstOffset = 0
  private firstTime = 0
  private afterBatch = 0
  /** The time of all its records; -1 where each has its own. */
  private timeOfAll = -1

  /** @param from the first offset that is wanted */
  constructor({ recordSet, aborted }: Pick<FetchedPartition, 'recordSet' | 'aborted'>, from: number) {
    this.recordSet = recordSet
    this.bytes = recordSet
    this.aborted = aborted
    this.from = from
    this.passed = from
  }

  /**
   * Moves on to the next record. False where there is none: then `passed` is where to fetch on.
   * @throws UnreadableRecords
   */
  next(): boolean {
    for (;;) {
      while (this.left > 0) {
        this.left -= 1
        this.readRecord()
        if (this.left === 0) this.passed = Math.max(this.passed, this.afterBatch)
        else this.passed = Math.max(this.passed, this.offset + 1)
        if (this.offset >= this.from) return true
      }
      if (!this.openBatch()) return false
    }
  }

  /** Opens the next batch that has records which count. */
  private openBatch(): boolean {
    const { recordSet } = this
    for (;;) {
      const start = this.nextBatchAt
      // A last one may be cut off.
      if (recordSet.length - start < headBytes) return false
      const end = start + beforeLength + recordSet.readInt32BE(start + lengthAt)
      if (end > recordSet.length) return false
      this.nextBatchAt = end
      if (this.beginBatch(start, end)) return true
      this.passed = Math.max(this.passed, this.afterBatch)
    }
  }

  /** False where nothing of the batch counts. */
  private beginBatch(start: number, end: number): boolean {
    const { recordSet } = this
    if (recordSet.readInt8(start + magicAt) < 2)
      throw new UnreadableRecords(
        'the log holds records in the format of a Kafka before 0.11: produce them anew',
      )
    const attributes = recordSet.readInt16BE(start + attributesAt)
    this.firstOffset = wideAt(recordSet, start)
    this.afterBatch = this.firstOffset + recordSet.readInt32BE(start + lastDeltaAt) + 1
    if (this.afterBatch <= this.from || !this.isCommitted(start, attributes)) return false
    this.firstTime = wideAt(recordSet, start + firstTimeAt)
    this.timeOfAll = (attributes & timeOfLog) === 0 ? -1 : wideAt(recordSet, start + greatestTimeAt)
    this.left = recordSet.readInt32BE(start + countAt)
    this.bytes = recordSet
    this.at = start + headBytes
    if ((attributes & compression) !== 0) {
      this.bytes = decompress(recordSet.subarray(start + headBytes, end), attributes & compression)
      this.at = 0
    }
    return this.left > 0
  }

  /** Whether its records count. Notes where transactions that were aborted begin and end. */
  private isCommitted(start: number, attributes: number): boolean {
    if ((attributes & (inTransaction | isControl)) === 0) return true
    const producer = this.recordSet.readBigInt64BE(start + producerAt)
    for (let next = this.aborted[this.abortedPassed]; next; next = this.aborted[this.abortedPassed]) {
      if (next.firstOffset >= this.afterBatch) break
      this.abortedProducers.add(next.producerId)
      this.abortedPassed += 1
    }
    if ((attributes & isControl) === 0) return !this.abortedProducers.has(producer)
    // Whether it says that the transaction was aborted or committed: it is over.
    this.abortedProducers.delete(producer)
    return false
  }

  private readRecord(): void {
    const { bytes } = this
    this.readVarint()
    const end = this.at + this.varint
    // Attributes, which nobody uses.
    this.at += 1
    this.readVarint()
    this.timestamp = this.timeOfAll === -1 ? this.firstTime + this.varint : this.timeOfAll
    this.readVarint()
    this.offset = this.firstOffset + this.varint
    this.readVarint()
    this.keyAt = this.varint < 0 ? -1 : this.at
    this.at += Math.max(0, this.varint)
    this.keyEnd = this.at
    this.readVarint()
    this.valueAt = this.varint < 0 ? -1 : this.at
    this.valueEnd = this.at + Math.max(0, this.varint)
    // As it is, since a number that is none is in no order.
    const fits = this.valueEnd <= end && end <= bytes.length
    if (!fits) throw new UnreadableRecords('a record is longer than its batch')
    // Headers are passed over.
    this.at = end
  }

  private varint = 0

  /** Reads a number as Kafka writes it: zigzag, seven bits a byte, up to 64 bits. */
  private readVarint(): void {
    const { bytes } = this
    let byte = bytes[this.at++] as number
    let value = byte & 127
    for (let scale = 128; byte > 127; scale *= 128) {
      byte = bytes[this.at++] as number
      value += (byte & 127) * scale
    }
    this.varint = value % 2 === 0 ? value / 2 : -(value + 1) / 2
  }
}

function decompress(bytes: Buffer, codec: number): Buffer {
  if (codec === gzip) return gunzip(bytes)
  throw new UnreadableRecords(
    `the log holds records in compression ${codec}, which cannot be read here: set the topic's compression.type to uncompressed or gzip`,
  )
}

function gunzip(bytes: Buffer): Buffer {
  try {
    return gunzipSync(bytes, { maxOutputLength: mostDecompressed })
  } catch (error) {
    throw new UnreadableRecords(
      `a batch of records cannot be decompressed into ${mostDecompressed} bytes: ${(error as Error).message}`,
    )
  }
}

const wordRange = 2 ** 32

/** A whole number of 64 bits, exact in JavaScript. */
function wideAt(bytes: Buffer, at: number): number {
  return bytes.readInt32BE(at) * wordRange + bytes.readUInt32BE(at + 4)
}

/** Where to fetch on behind a record set that was fetched from an offset: told by the heads of its batches alone. */
export function endOfRecordSet(recordSet: Buffer, from: number): number {
  let end = from
  for (let at = 0; recordSet.length - at >= headBytes;) {
    const next = at + beforeLength + recordSet.readInt32BE(at + lengthAt)
    if (next > recordSet.length) break
    end = Math.max(end, wideAt(recordSet, at) + recordSet.readInt32BE(at + lastDeltaAt) + 1)
    at = next
  }
  return end
}
