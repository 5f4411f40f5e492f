// A Kafka record as lines: which of them count, what site they belong to, when they were received. Whoever reads the
// topic cuts its records here, so that the same record always has the same lines.
import { isUtf8 } from 'node:buffer'
import { earliest } from './timestamp.ts'

/** A line as text, or as the bytes that are none. */
export type Line = string | Buffer

/**
 * More lines than any record of Kafka's usual size has room for as events. What has more is one line, and no JSON: to
 * set aside half a million lines of a byte or two one by one would take a thousand times their size.
 */
export const mostLines = 32_768

const lineFeed = 0x0a

/** A producer's clock may be far off; the store's dates must still hold its time. */
const latest = Date.UTC(2200, 0, 1)

/**
 * Every line of a record's value, in order, or the whole as one where there are too many; a record without a value has
 * one, which is empty. Bytes only where they are no UTF-8: to make text of a whole record costs far less than of each
 * line.
 */
export function splitLines(value: Buffer | null): Line[] {
  if (value === null) return ['']
  if (hasTooManyLines(value)) return [isUtf8(value) ? value.toString('utf8') : value]
  if (isUtf8(value)) return value.toString('utf8').split('\n')
  const lines: Line[] = []
  for (let start = 0; start <= value.length;) {
    const end = value.indexOf(lineFeed, start)
    lines.push(value.subarray(start, end === -1 ? value.length : end))
    start = end === -1 ? value.length + 1 : end + 1
  }
  return lines
}

/** Whether a record is set aside whole for its number of lines. */
export function hasTooManyLines(value: Buffer): boolean {
  if (value.length < mostLines) return false
  let at = -1
  for (let breaks = 0; breaks < mostLines; breaks += 1) {
    at = value.indexOf(lineFeed, at + 1)
    if (at === -1) return false
  }
  return true
}

/** JSON's white space, and nothing else that looks blank: whatever is no JSON must be set aside, not passed over. */
const blank = /^[ \t\r]*$/

/** Whether a line counts: one of JSON's white space alone does not, unless it is all the record has. */
export function counts(line: Line, linesOfRecord: number): boolean {
  return linesOfRecord === 1 || !blank.test(typeof line === 'string' ? line : line.toString('latin1'))
}

/** How many lines of a record's value count. */
export function countLines(value: Buffer | null): number {
  const lines = splitLines(value)
  return lines.reduce((sum, line) => sum + (counts(line, lines.length) ? 1 : 0), 0)
}

/** The site of a record: its key as text; empty where it has none, or none that is text. */
export function siteOfKey(key: Buffer | null): string {
  return key !== null && isUtf8(key) ? key.toString('utf8') : ''
}

/** When a record was received, epoch milliseconds: its own time, within what the store can hold. */
export function receivedAtOf(timestamp: number): number {
  return Math.min(Math.max(timestamp, earliest), latest)
}
