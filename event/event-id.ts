// How an event is known: a UUID, whatever text the client chose as its id.
import { v5 as uuidV5 } from 'uuid'

const lowerCaseUuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

/** The namespace of every derived id. It never changes: a changed one would count resent events twice. */
const namespace = 'b6a5c2f4-3d0e-5b7a-9c41-7e2f8d1a6b30'

/** Whether the text is a UUID in lower case, and so stored as it is. */
export function isUuid(text: string): boolean {
  return lowerCaseUuid.test(text)
}

/** The same of the bytes from `at` to before `end`. */
export function isUuidAt(bytes: Uint8Array, at: number, end: number): boolean {
  if (end - at !== 36) return false
  for (let place = 0; place < 36; place += 1) {
    const byte = bytes[at + place] as number
    const isDash = place === 8 || place === 13 || place === 18 || place === 23
    const isHex = (byte >= 0x30 && byte <= 0x39) || (byte >= 0x61 && byte <= 0x66)
    if (isDash ? byte !== 0x2d : !isHex) return false
  }
  return true
}

/** The stored id: a lower-case UUID as it is, any other text as the UUIDv5 of the site, NUL and the text. */
export function toEventUuid(siteId: string, eventId: string): string {
  return isUuid(eventId) ? eventId : uuidV5(`${siteId}\0${eventId}`, namespace)
}

/** How many bytes an id takes where it is written as bytes. */
export const uuidBytes = 16

/** An id as four words of 32 bits, the first digits first: signed, since V8 makes an object of every larger number. */
export type IdWords = Int32Array

/** The value of each hexadecimal digit in lower case, by its byte. */
const digitValues = new Uint8Array(256)
for (const [value, digit] of Buffer.from('0123456789abcdef').entries()) digitValues[digit] = value

/** Where the digits of each word begin in the text of a UUID, and the last four of them. */
const wordsAt = [
  [0, 4],
  [9, 14],
  [19, 24],
  [28, 32],
] as const

/** Reads the UUID in lower case whose text begins at `at`. */
export function readIdWords(text: Uint8Array, at: number, words: IdWords): void {
  for (let word = 0; word < 4; word += 1) {
    const [high, low] = wordsAt[word] as (typeof wordsAt)[number]
    words[word] = (fourDigits(text, at + high) << 16) | fourDigits(text, at + low)
  }
}

/** The words of a UUID in lower case. */
export function idWordsOf(uuid: string): IdWords {
  const words = new Int32Array(4)
  readIdWords(Buffer.from(uuid, 'latin1'), 0, words)
  return words
}

/** The UUID of these words. */
export function uuidOfWords(words: ArrayLike<number>): string {
  const hex = Array.from(words, (word) => (word >>> 0).toString(16).padStart(8, '0')).join('')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}

function fourDigits(text: Uint8Array, at: number): number {
  return (
    ((digitValues[text[at] as number] as number) << 12) |
    ((digitValues[text[at + 1] as number] as number) << 8) |
    ((digitValues[text[at + 2] as number] as number) << 4) |
    (digitValues[text[at + 3] as number] as number)
  )
}

/** The topic id of what was stored before topics were told apart, or came from a Kafka that knows no such ids (before 3.0). */
export const unknownTopicId = '00000000-0000-0000-0000-000000000000'

/** The id of an event that came without one, straight on the topic: the same at every reading. */
export function eventUuidOfPlace(topicId: string, partition: number, offset: string, line: number): string {
  return uuidV5(`${topicId}\0${partition}\0${offset}\0${line}`, namespace)
}
