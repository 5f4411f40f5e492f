// The short way to an event as most senders write it: its fields are found in the bytes it came as, in one pass and without
// making anything of them. It only ever says "surely good" or "ask the schema", which takes many times as long; a property
// test holds that both agree.
import { endOfProperties } from './scan-properties.ts'
import { endOfDigits, passBlanks, wordAt, wordOf, type PlainBytes } from './scan-text.ts'
import { readDigits, scanInstant } from './scan-timestamp.ts'
import { earliest, greatestLead } from './timestamp.ts'

/** Where the fields of an event stand. One that is absent, null or empty has no length. Used again for one event after another. */
export class ScannedEvent {
  /** Behind its closing brace. */
  end = 0
  siteAt = 0
  siteEnd = 0
  typeAt = 0
  typeEnd = 0
  pathAt = 0
  pathEnd = 0
  userAt = 0
  userEnd = 0
  /** Any text, be it a UUID or not. */
  idAt = 0
  idEnd = 0
  referrerAt = 0
  referrerEnd = 0
  /** The whole object, which has something in it. */
  propertiesAt = 0
  propertiesEnd = 0
  /** Epoch milliseconds; -1 where it has none. */
  timestamp = -1
  /** A bit for each field that has been found, be it null. */
  found = 0
}

const site = 0
const type = 1
const path = 2
const user = 3
const timestamp = 4
const id = 5
const referrer = 6
const properties = 7
const unknown = -1

const nameLengths = [7, 10, 4, 7, 9, 8, 8, 10]

/** Most bytes of each text, which has no more UTF-16 units than bytes. */
const mostBytes = [255, 100, 2048, 255, 64, 128, 2048, 0]

/** Names, four letters at a time: to compare them one by one takes twice as long. */
const site4 = wordOf('site')
const path4 = wordOf('path')
const user4 = wordOf('user')
const id4 = wordOf('_id"')
const time4 = wordOf('time')
const stam4 = wordOf('stam')
const even4 = wordOf('even')
const eventId4 = wordOf('t_id')
const eventType4 = wordOf('t_ty')
const refe4 = wordOf('refe')
const rrer4 = wordOf('rrer')
const prop4 = wordOf('prop')
const erti4 = wordOf('erti')
const null4 = wordOf('null')

// V8 puts in constants of the module itself, but looks up those of another one, which takes a tenth of the whole.
const quote = 0x22
const comma = 0x2c
const colon = 0x3a
const openBrace = 0x7b
const closeBrace = 0x7d
const letterE = 0x65
const letterN = 0x6e
const letterP = 0x70
const letterS = 0x73
const del = 0x7f

/**
 * Finds the fields of the event that begins at `at` and ends before `end`.
 * @param plain which bytes may stand in its texts: those beyond ASCII only where they are known to be UTF-8
 * @param receivedAt when it was received, epoch milliseconds: its timestamp must not be far ahead of that
 * @returns false where the schema has to be asked; `event` says nothing then
 */
export function scanEvent(
  bytes: Uint8Array,
  at: number,
  end: number,
  plain: PlainBytes,
  receivedAt: number,
  event: ScannedEvent,
): boolean {
  if (bytes[at] !== openBrace) return false
  clear(event)
  let next = at
  do {
    next = passBlanks(bytes, next + 1)
    const field = bytes[next] === quote ? fieldAt(bytes, next + 1) : unknown
    if (field === unknown || (event.found & (1 << field)) !== 0) return false
    event.found |= 1 << field
    next = passBlanks(bytes, next + 2 + (nameLengths[field] as number))
    if (bytes[next] !== colon) return false
    next = passBlanks(bytes, next + 1)
    if (bytes[next] === quote) {
      const textAt = next + 1
      // Not by a function: this is where most of the time goes.
      do next += 1
      while (next < end && plain[bytes[next] as number] === 1)
      if (bytes[next] !== quote || !keepText(field, bytes, textAt, next, event)) return false
      next += 1
    } else {
      next = keepOther(field, bytes, next, end, plain, event)
      if (next === -1) return false
    }
    next = passBlanks(bytes, next)
  } while (bytes[next] === comma)
  event.end = next + 1
  return bytes[next] === closeBrace && next < end && isWhole(event, receivedAt)
}

/** The field whose name, and the quote behind it, stand at `at`. */
function fieldAt(bytes: Uint8Array, at: number): number {
  const field = nameAt(bytes, at)
  return field !== unknown && bytes[at + (nameLengths[field] as number)] === quote ? field : unknown
}

function nameAt(bytes: Uint8Array, at: number): number {
  const next = wordAt(bytes, at + 4)
  switch (wordAt(bytes, at)) {
    case site4:
      return next === id4 ? site : unknown
    case user4:
      return next === id4 ? user : unknown
    case path4:
      return path
    case time4:
      return next === stam4 && bytes[at + 8] === letterP ? timestamp : unknown
    case even4:
      if (next === eventId4) return id
      return next === eventType4 && bytes[at + 8] === letterP && bytes[at + 9] === letterE ? type : unknown
    case refe4:
      return next === rrer4 ? referrer : unknown
    case prop4:
      return next === erti4 && bytes[at + 8] === letterE && bytes[at + 9] === letterS ? properties : unknown
    default:
      return unknown
  }
}

/** Keeps where the text of a field stands. False for one that it cannot have. */
function keepText(field: number, bytes: Uint8Array, at: number, end: number, event: ScannedEvent): boolean {
  if (end - at > (mostBytes[field] as number)) return false
  switch (field) {
    case site:
      event.siteAt = at
      event.siteEnd = end
      return isPrintable(bytes, at, end)
    case type:
      event.typeAt = at
      event.typeEnd = end
      return true
    case path:
      event.pathAt = at
      event.pathEnd = end
      return true
    case user:
      event.userAt = at
      event.userEnd = end
      return true
    case timestamp:
      event.timestamp = at === end ? -1 : scanInstant(bytes, at, end)
      return at === end || event.timestamp !== -1
    case id:
      event.idAt = at
      event.idEnd = end
      return true
    case referrer:
      event.referrerAt = at
      event.referrerEnd = end
      return true
    default:
      return false
  }
}

/** Keeps a value that is no text. Returns where it ends; -1 for one that the field cannot have. */
function keepOther(
  field: number,
  bytes: Uint8Array,
  at: number,
  end: number,
  plain: PlainBytes,
  event: ScannedEvent,
): number {
  if (field === timestamp && bytes[at] !== letterN) {
    const digitsEnd = endOfDigits(bytes, at)
    event.timestamp = readDigits(bytes, at, digitsEnd)
    return event.timestamp === -1 ? -1 : digitsEnd
  }
  if (field === properties && bytes[at] === openBrace) {
    event.propertiesAt = at
    event.propertiesEnd = endOfProperties(bytes, at, end, plain)
    return event.propertiesEnd
  }
  return wordAt(bytes, at) === null4 ? at + 4 : -1
}

/** Whether it has what it needs, and a time that it may have. */
function isWhole(event: ScannedEvent, receivedAt: number): boolean {
  const { siteAt, siteEnd, typeAt, typeEnd, timestamp: instant } = event
  if (siteAt === siteEnd || typeAt === typeEnd) return false
  return instant === -1 || (instant >= earliest && instant <= receivedAt + greatestLead)
}

/** Whether all of it is ASCII without control characters. Another text has to be looked at as characters. */
function isPrintable(bytes: Uint8Array, at: number, end: number): boolean {
  for (let next = at; next < end; next += 1) if ((bytes[next] as number) >= del) return false
  return true
}

function clear(event: ScannedEvent): void {
  event.siteAt = event.siteEnd = event.typeAt = event.typeEnd = event.pathAt = event.pathEnd = 0
  event.userAt = event.userEnd = event.idAt = event.idEnd = event.referrerAt = event.referrerEnd = 0
  event.propertiesAt = event.propertiesEnd = event.found = 0
  event.timestamp = -1
}
