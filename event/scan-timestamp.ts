// Instants as most senders write them, read from bytes: epoch milliseconds, and what JavaScript's `toISOString` writes, with
// or without its milliseconds. Other forms are read as texts.
import { colon, digitAt } from './scan-text.ts'
import { parseTimestamp } from './timestamp.ts'

const dash = 0x2d
const dot = 0x2e
const letterT = 0x54
const letterZ = 0x5a

const dayMs = 86_400_000

/** A number of more digits might be one that is not exact. */
const mostDigits = 15

/** The number that these digits stand for; -1 where there are none, too many, or a zero before others. */
export function readDigits(bytes: Uint8Array, at: number, end: number): number {
  if (at === end || end - at > mostDigits || digitAt(bytes, at) === 0) return -1
  let value = 0
  for (let next = at; next < end; next += 1) value = 10 * value + digitAt(bytes, next)
  return value
}

/** The instant that a text says, epoch milliseconds; -1 where it says none after 1970. */
export function scanInstant(bytes: Uint8Array, at: number, end: number): number {
  const usual = readUsual(bytes, at, end)
  if (usual !== -1) return usual
  const text = Buffer.from(bytes.buffer, bytes.byteOffset + at, end - at).toString('latin1')
  return Math.max(-1, parseTimestamp(text) ?? -1)
}

/** Reads `2025-11-14T09:30:00.123Z` and `2025-11-14T09:30:00Z`; -1 for all others. */
function readUsual(bytes: Uint8Array, at: number, end: number): number {
  const hasMilliseconds = end - at === 24
  const isMarked =
    (hasMilliseconds || end - at === 20) &&
    bytes[at + 4] === dash &&
    bytes[at + 7] === dash &&
    bytes[at + 10] === letterT &&
    bytes[at + 13] === colon &&
    bytes[at + 16] === colon &&
    bytes[end - 1] === letterZ
  if (!isMarked || (hasMilliseconds && bytes[at + 19] !== dot)) return -1
  const year = 100 * twoDigits(bytes, at) + twoDigits(bytes, at + 2)
  const month = twoDigits(bytes, at + 5)
  const day = twoDigits(bytes, at + 8)
  const hour = twoDigits(bytes, at + 11)
  const minute = twoDigits(bytes, at + 14)
  const second = twoDigits(bytes, at + 17)
  const milliseconds = hasMilliseconds ? 10 * twoDigits(bytes, at + 20) + digitAt(bytes, at + 22) : 0
  // What is no digit makes its number negative.
  const isDay = year >= 1000 && month >= 1 && month <= 12 && day >= 1 && day <= daysOf(year, month)
  const isTime = hour >= 0 && hour <= 23 && minute >= 0 && minute <= 59 && second >= 0 && second <= 59
  if (!isDay || !isTime || milliseconds < 0) return -1
  const seconds = (60 * hour + minute) * 60 + second
  return daysSince1970(year, month, day) * dayMs + seconds * 1000 + milliseconds
}

function twoDigits(bytes: Uint8Array, at: number): number {
  return 10 * digitAt(bytes, at) + digitAt(bytes, at + 1)
}

function daysOf(year: number, month: number): number {
  if (month !== 2) return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28
}

/**
 * By years that begin in March, so that a leap day is the last of its year: a quarter of what `Date.UTC` takes. Source:
 * Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", days_from_civil.
 */
function daysSince1970(year: number, month: number, day: number): number {
  const ofMarch = month > 2 ? year : year - 1
  const monthsSinceMarch = month > 2 ? month - 3 : month + 9
  const dayOfYear = Math.floor((153 * monthsSinceMarch + 2) / 5) + day - 1
  const leapDays = Math.floor(ofMarch / 4) - Math.floor(ofMarch / 100) + Math.floor(ofMarch / 400)
  return 365 * ofMarch + leapDays + dayOfYear - 719_468
}
