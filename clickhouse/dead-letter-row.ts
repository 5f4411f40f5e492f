// A row of `dead_letters` as the INSERT carries it, in RowBinary. The columns and their order are those of `deadLettersTarget`.
import { putLength, putWide, putWord } from './row-binary.ts'

export interface DeadLetterRow {
  raw: Buffer
  reason: string
  field: string
  message: string
  key: Buffer
  partition: number
  offset: number
  line: number
  /** Epoch milliseconds. */
  receivedAt: number
}

/** What numbers and the lengths of five texts take, at most. */
const bytesBesidesTexts = 64

export function toDeadLetterRow(dead: DeadLetterRow): Buffer {
  const texts = [
    dead.raw,
    ...[dead.reason, dead.field, dead.message].map((text) => Buffer.from(text)),
    dead.key,
  ]
  const row = Buffer.allocUnsafe(texts.reduce((sum, { length }) => sum + length, bytesBesidesTexts))
  let at = 0
  for (const text of texts) {
    at = putLength(row, at, text.length)
    at += text.copy(row, at)
  }
  at = putWide(row, putWord(row, at, dead.partition), dead.offset)
  at = putWide(row, putWord(row, at, dead.line), dead.receivedAt)
  return row.subarray(0, at)
}
