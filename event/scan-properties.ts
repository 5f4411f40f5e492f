// The short way through `properties` as most senders write them: an object of texts, numbers and booleans that travels as the
// bytes it is, since it says in them just what it would if it were read and written anew.
import {
  closeBrace,
  colon,
  comma,
  endOfDigits,
  endOfText,
  passBlanks,
  quote,
  wordAt,
  wordOf,
  type PlainBytes,
} from './scan-text.ts'

/** Far below the bounds of `properties`, so that nothing has to be counted exactly. */
const mostKeys = 24
const mostBytes = 4000

/** A number with more digits might be written otherwise once it was read. */
const mostDigits = 15

/** So many digits behind a zero and a dot are never written with an exponent. */
const mostDigitsBehindZero = 6

const minus = 0x2d
const dot = 0x2e
const percent = 0x25
const zero = 0x30
const letterE = 0x65
const true4 = wordOf('true')
const fals4 = wordOf('fals')

/** Where each key stands, of the object at hand. */
const keysAt = new Int32Array(mostKeys)
const keysEnd = new Int32Array(mostKeys)

/** Where the object that begins at `at` ends; -1 where it is unusual in any way, or empty. */
export function endOfProperties(bytes: Uint8Array, at: number, end: number, plain: PlainBytes): number {
  const last = Math.min(end, at + mostBytes)
  let keys = 0
  let next = at
  do {
    const key = passBlanks(bytes, next + 1)
    const keyEnd = bytes[key] === quote && keys < mostKeys ? endOfText(bytes, key + 1, last, plain) : -1
    if (keyEnd === -1 || !isNewKey(bytes, key + 1, keyEnd, keys)) return -1
    keys += 1
    const colonAt = passBlanks(bytes, keyEnd + 1)
    if (bytes[colonAt] !== colon) return -1
    next = endOfValue(bytes, passBlanks(bytes, colonAt + 1), last, plain)
    if (next === -1) return -1
    next = passBlanks(bytes, next)
  } while (bytes[next] === comma)
  return bytes[next] === closeBrace && next < last ? next + 1 : -1
}

/** Notes a key. Whether it is the first of its name, and holds nothing that may stand for something else in storage. */
function isNewKey(bytes: Uint8Array, at: number, end: number, keys: number): boolean {
  for (let next = at; next < end; next += 1) if (bytes[next] === percent) return false
  for (let key = 0; key < keys; key += 1) {
    const otherAt = keysAt[key] as number
    if ((keysEnd[key] as number) - otherAt === end - at && isSame(bytes, otherAt, at, end - at)) return false
  }
  keysAt[keys] = at
  keysEnd[keys] = end
  return true
}

function isSame(bytes: Uint8Array, left: number, right: number, length: number): boolean {
  for (let n = 0; n < length; n += 1) if (bytes[left + n] !== bytes[right + n]) return false
  return true
}

function endOfValue(bytes: Uint8Array, at: number, end: number, plain: PlainBytes): number {
  if (bytes[at] === quote) {
    const textEnd = endOfText(bytes, at + 1, end, plain)
    return textEnd === -1 ? -1 : textEnd + 1
  }
  const word = wordAt(bytes, at)
  if (word === true4) return at + 4
  if (word === fals4 && bytes[at + 4] === letterE) return at + 5
  return endOfNumber(bytes, at)
}

/** Takes numbers that JavaScript writes just as they stand there: no exponent, no digit that says nothing. */
function endOfNumber(bytes: Uint8Array, at: number): number {
  const start = bytes[at] === minus ? at + 1 : at
  let next = endOfDigits(bytes, start)
  const whole = next - start
  const hasLeadingZero = bytes[start] === zero
  if (whole === 0 || (hasLeadingZero && whole > 1)) return -1
  if (bytes[next] !== dot) return whole > mostDigits || (hasLeadingZero && start > at) ? -1 : next
  const fraction = next + 1
  next = endOfDigits(bytes, fraction)
  const digits = next - fraction
  if (digits === 0 || bytes[next - 1] === zero || whole + digits > mostDigits) return -1
  return hasLeadingZero && digits > mostDigitsBehindZero ? -1 : next
}
