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

/** Where each byte of a UUID begins in its text. */
const digitsAt = [0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34]

/** Writes a lower-case UUID as its 16 bytes, the first digits first. */
export function writeUuid(uuid: string, bytes: Uint8Array, at: number): void {
  for (let n = 0; n < uuidBytes; n += 1) {
    const digit = digitsAt[n] as number
    bytes[at + n] = (hexDigit(uuid.charCodeAt(digit)) << 4) | hexDigit(uuid.charCodeAt(digit + 1))
  }
}

/** The UUID that stands there as 16 bytes. */
export function readUuid(bytes: Buffer, at: number): string {
  const hex = bytes.toString('hex', at, at + uuidBytes)
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}

function hexDigit(code: number): number {
  return code - (code > 57 ? 87 : 48)
}

/** The topic id of what was stored before topics were told apart, or came from a Kafka that knows no such ids (before 3.0). */
export const unknownTopicId = '00000000-0000-0000-0000-000000000000'

/** The id of an event that came without one, straight on the topic: the same at every reading. */
export function eventUuidOfPlace(topicId: string, partition: number, offset: string, line: number): string {
  return uuidV5(`${topicId}\0${partition}\0${offset}\0${line}`, namespace)
}
