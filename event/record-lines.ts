// A Kafka record as lines: which of them count, what site they belong to, when they were received. Whoever reads the
// topic cuts its records here, so that the same record always has the same lines.
import { isUtf8 } from 'node:buffer'
import { passBlanks } from './scan-text.ts'
import { earliest } from './timestamp.ts'

/**
 * More lines than any record of Kafka's usual size has room for as events. What has more is one line, and no JSON: to
 * set aside half a million lines of a byte or two one by one would take a thousand times their size.
 */
export const mostLines = 32_768

/** Why such a record is set aside. */
export const tooManyLines = {
  reason: 'too_many_lines',
  message: `the record has more than ${mostLines} lines: produce it in parts`,
} as const

const lineFeed = 0x0a

/** A producer's clock may be far off; the store's dates must still hold its time. */
const latest = Date.UTC(2200, 0, 1)

const noBytes = Buffer.alloc(0)

/** A line of a record's value, from `at` to before `end`; `number` counts all lines from 0. */
export interface RecordLine {
  at: number
  end: number
  number: number
}

/** The bytes of a record's value: none where it has no value. */
export function bytesOfValue(value: Buffer | null): Buffer {
  return value ?? noBytes
}

/**
 * Every line of a value that counts, in order, or the whole as one where there are too many. A line of JSON's white space
 * alone does not count, unless it is all there is; what merely looks blank does.
 */
export function* linesOf(value: Buffer): Generator<RecordLine> {
  if (hasTooManyLines(value, 0, value.length)) {
    yield { at: 0, end: value.length, number: 0 }
    return
  }
  let at = 0
  for (let number = 0; at <= value.length; number += 1) {
    const end = endOfLine(value, at, value.length)
    if (counts(value, at, end, 0, value.length)) yield { at, end, number }
    at = end + 1
  }
}

/** Whether a record, whose value stands from `at` to before `end`, is set aside whole for its number of lines. */
export function hasTooManyLines(bytes: Buffer, at: number, end: number): boolean {
  if (end - at < mostLines) return false
  let breakAt = at - 1
  for (let breaks = 0; breaks < mostLines; breaks += 1) {
    breakAt = bytes.indexOf(lineFeed, breakAt + 1)
    if (breakAt === -1 || breakAt >= end) return false
  }
  return true
}

/** Where the line that begins at `at` ends, in a value that ends before `valueEnd`. */
export function endOfLine(bytes: Buffer, at: number, valueEnd: number): number {
  const end = bytes.indexOf(lineFeed, at)
  return end === -1 || end > valueEnd ? valueEnd : end
}

/** Whether the line from `at` to before `end` counts, in a value that stands from `valueAt` to before `valueEnd`. */
export function counts(bytes: Buffer, at: number, end: number, valueAt: number, valueEnd: number): boolean {
  return passBlanks(bytes, at) < end || (at === valueAt && end === valueEnd)
}

/** The site of a record: its key as text; empty where it has none, or none that is text. */
export function siteOfKey(key: Buffer | null): string {
  return key !== null && isUtf8(key) ? key.toString('utf8') : ''
}

/** When a record was received, epoch milliseconds: its own time, within what the store can hold. */
export function receivedAtOf(timestamp: number): number {
  return Math.min(Math.max(timestamp, earliest), latest)
}
