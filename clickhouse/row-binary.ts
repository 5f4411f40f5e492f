// Values as ClickHouse reads and writes them in RowBinary. Source of the layout:
// https://clickhouse.com/docs/interfaces/formats/RowBinary
import { uuidOfWords, type IdWords } from '../event/event-id.ts'
import { copyBytes } from '../event/write-line.ts'

const wordRange = 2 ** 32

/** Writes the bytes of a text, from `from` to before `end` of `source`, with their number. Returns where it ends. */
export function putText(rows: Uint8Array, at: number, source: Uint8Array, from: number, end: number): number {
  return copyBytes(source, from, end, rows, putLength(rows, at, end - from))
}

export function putLength(rows: Uint8Array, at: number, length: number): number {
  let next = at
  let rest = length
  for (; rest >= 128; rest >>>= 7) rows[next++] = (rest & 127) | 128
  rows[next++] = rest
  return next
}

/** A whole number of 32 bits. */
export function putWord(rows: Uint8Array, at: number, value: number): number {
  rows[at] = value
  rows[at + 1] = value >>> 8
  rows[at + 2] = value >>> 16
  rows[at + 3] = value >>> 24
  return at + 4
}

/** A whole number of 64 bits, not negative and exact in JavaScript. */
export function putWide(rows: Uint8Array, at: number, value: number): number {
  const high = Math.floor(value / wordRange)
  return putWord(rows, putWord(rows, at, value - high * wordRange), high)
}

/** A UUID: two numbers of 64 bits. */
export function putId(rows: Uint8Array, at: number, id: IdWords): number {
  let next = putWord(rows, at, id[1] as number)
  next = putWord(rows, next, id[0] as number)
  next = putWord(rows, next, id[3] as number)
  return putWord(rows, next, id[2] as number)
}

/** Reads values one after another. */
export class RowReader {
  at = 0
  private readonly rows: Buffer

  constructor(rows: Buffer) {
    this.rows = rows
  }

  text(): string {
    let length = 0
    for (let shift = 0; ; shift += 7) {
      const byte = this.rows.readUInt8(this.at++)
      length |= (byte & 127) << shift
      if (byte < 128) break
    }
    this.at += length
    return this.rows.toString('utf8', this.at - length, this.at)
  }

  word(): number {
    this.at += 4
    return this.rows.readUInt32LE(this.at - 4)
  }

  wide(): number {
    const low = this.word()
    return this.word() * wordRange + low
  }

  /** So many bytes as they are, one character each. */
  bytes(length: number): string {
    this.at += length
    return this.rows.toString('latin1', this.at - length, this.at)
  }

  /** The UUID in lower case. */
  uuid(): string {
    const [second, first, fourth, third] = [this.word(), this.word(), this.word(), this.word()]
    return uuidOfWords([first, second, third, fourth])
  }
}
