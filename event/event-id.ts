// How an event is known: a UUID, whatever text the client chose as its id.
import { v5 as uuidV5 } from 'uuid'

const lowerCaseUuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

/** The namespace of every derived id. It never changes: a changed one would count resent events twice. */
const namespace = 'b6a5c2f4-3d0e-5b7a-9c41-7e2f8d1a6b30'

/** Whether the text is a UUID in lower case, and so stored as it is. */
export function isUuid(text: string): boolean {
  return lowerCaseUuid.test(text)
}

/** The stored id: a lower-case UUID as it is, any other text as the UUIDv5 of the site, NUL and the text. */
export function toEventUuid(siteId: string, eventId: string): string {
  return isUuid(eventId) ? eventId : uuidV5(`${siteId}\0${eventId}`, namespace)
}

/** How many bytes an id takes where it is written as bytes. */
export const uuidBytes = 16

/** An id as four words of 32 bits, the first digits first: signed, since V8 makes an object of every larger number. */
export type IdWords = Int32Array

/** The value of each hexadecimal digit in lower case, by its byte; 128 for every other byte. */
const digitValues = new Uint8Array(256).fill(128)
for (const [value, digit] of Buffer.from('0123456789abcdef').entries()) digitValues[digit] = value
const noDigit = 128 << 16

const dash = 0x2d
const uuidTextLength = 36

/** Reads the UUID in lower case that stands from `at` to before `end`. False where there is none; `words` say nothing then. */
export function readUuid(text: Uint8Array, at: number, end: number, words: IdWords): boolean {
  if (end - at !== uuidTextLength) return false
  const isDashed =
    text[at + 8] === dash && text[at + 13] === dash && text[at + 18] === dash && text[at + 23] === dash
  const [a, b] = [fourDigits(text, at), fourDigits(text, at + 4)]
  const [c, d] = [fourDigits(text, at + 9), fourDigits(text, at + 14)]
  const [e, f] = [fourDigits(text, at + 19), fourDigits(text, at + 24)]
  const [g, h] = [fourDigits(text, at + 28), fourDigits(text, at + 32)]
  words[0] = (a << 16) | b
  words[1] = (c << 16) | d
  words[2] = (e << 16) | f
  words[3] = (g << 16) | h
  return isDashed && ((a | b | c | d | e | f | g | h) & noDigit) === 0
}

/** The words of a UUID in lower case. */
export function idWordsOf(uuid: string): IdWords {
  const words = new Int32Array(4)
  readUuid(Buffer.from(uuid, 'latin1'), 0, uuid.length, words)
  return words
}

/** The UUID of these words. */
export function uuidOfWords(words: ArrayLike<number>): string {
  const hex = Array.from(words, (word) => (word >>> 0).toString(16).padStart(8, '0')).join('')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}

/** The number that four digits stand for, with the bit of `noDigit` where one of them is none. */
function fourDigits(text: Uint8Array, at: number): number {
  const first = digitValues[text[at] as number] as number
  const second = digitValues[text[at + 1] as number] as number
  const third = digitValues[text[at + 2] as number] as number
  const fourth = digitValues[text[at + 3] as number] as number
  const wrong = (first | second | third | fourth) & 128
  return (wrong << 16) | (first << 12) | (second << 8) | (third << 4) | fourth
}

/** The topic id of what was stored before topics were told apart, or came from a Kafka that knows no such ids (before 3.0). */
export const unknownTopicId = '00000000-0000-0000-0000-000000000000'

/** The id of an event that came without one, straight on the topic: the same at every reading. */
export function eventUuidOfPlace(topicId: string, partition: number, offset: string, line: number): string {
  return uuidV5(`${topicId}\0${partition}\0${offset}\0${line}`, namespace)
}
