// How JSON is read byte by byte: what the short way to an event is made of. Whatever is unusual ends it.

export const quote = 0x22
export const comma = 0x2c
export const colon = 0x3a
export const closeBrace = 0x7d

const zero = 0x30
const blank = 0x20
const tab = 0x09
const carriageReturn = 0x0d
const backslash = 0x5c
const firstBeyondAscii = 0x80

/** By byte: 1 for each that may stand in a text as it is. The others end it, begin an escape, or are control characters. */
export type PlainBytes = Uint8Array

/** For bytes that are known to be UTF-8. */
export const plainUtf8: PlainBytes = Uint8Array.from({ length: 256 }, (_, byte) =>
  Number(byte >= blank && byte !== quote && byte !== backslash),
)

/** For bytes of which that is not known. */
export const plainAscii: PlainBytes = plainUtf8.map((isPlain, byte) =>
  byte < firstBeyondAscii ? isPlain : 0,
)

/** Where the text that begins at `at` ends: its closing quote, if all before that is plain; -1 otherwise. */
export function endOfText(bytes: Uint8Array, at: number, end: number, plain: PlainBytes): number {
  let next = at
  while (next < end && plain[bytes[next] as number] === 1) next += 1
  return next < end && bytes[next] === quote ? next : -1
}

/** Where the blanks that begin at `at` end. A line break is none: an event is on one line. */
export function passBlanks(bytes: Uint8Array, at: number): number {
  let next = at
  while (bytes[next] === blank || bytes[next] === tab || bytes[next] === carriageReturn) next += 1
  return next
}

/** Four bytes as a number, to compare them at once. */
export function wordAt(bytes: Uint8Array, at: number): number {
  const low = (bytes[at] as number) | ((bytes[at + 1] as number) << 8)
  return low | ((bytes[at + 2] as number) << 16) | ((bytes[at + 3] as number) << 24)
}

/** The same of four characters of ASCII. */
export function wordOf(text: string): number {
  return wordAt(Buffer.from(text), 0)
}

/** The digit that stands there; far below zero for what is none, so that no number with it is one. */
export function digitAt(bytes: Uint8Array, at: number): number {
  const digit = (bytes[at] as number) - zero
  return digit >= 0 && digit <= 9 ? digit : -1_000_000
}

/** Where the digits that begin at `at` end. */
export function endOfDigits(bytes: Uint8Array, at: number): number {
  let next = at
  while (digitAt(bytes, next) >= 0) next += 1
  return next
}

/** Whether the bytes from `at` to before `end` are these. */
export function isSame(bytes: Uint8Array, at: number, end: number, others: Uint8Array): boolean {
  if (end - at !== others.length) return false
  for (let n = 0; n < others.length; n += 1) if (bytes[at + n] !== others[n]) return false
  return true
}
