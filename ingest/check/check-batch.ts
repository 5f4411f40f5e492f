// A body to its events, each with a verdict of its own. Each is looked for the short way first, where it stands.
import { isUtf8 } from 'node:buffer'
import { parseJson } from '../../event/json.ts'
import { passBlanks } from '../../event/scan-text.ts'
import { badInput, Problem } from '../../runtime/problem.ts'
import { FoundEvent } from './found-event.ts'
import { checkJson, checkValue, type Verdict } from './kept-event.ts'

const maxEvents = 10_000

const lineFeed = 0x0a
const openBracket = 0x5b
const closeBracket = 0x5d
const comma = 0x2c

/** Checks a body that is one event. */
export function checkOne(body: Buffer, receivedAt: number): Verdict {
  const found = isUtf8(body) ? FoundEvent.find(body, passSpace(body, 0), receivedAt) : null
  if (found && passSpace(body, found.end) === body.length) return found
  return checkJson(body, 'the body', receivedAt)
}

/**
 * Checks every event of a batch, in order.
 * @param type the media type: an array for JSON, lines for NDJSON, for plain text an array if it begins like one
 * @throws Problem 400 for an empty batch or a body that is no array, 413 for more than 10,000 events
 */
export function checkBatch(body: Buffer, type: string, receivedAt: number): Verdict[] {
  const beginsArray = body[passSpace(body, 0)] === openBracket
  const asArray = type === 'application/json' || (type === 'text/plain' && beginsArray)
  const verdicts = asArray
    ? (findArray(body, receivedAt) ?? checkArray(body, receivedAt))
    : checkLines(body, receivedAt)
  if (verdicts.length === 0) throw refuseWhole('empty', 'the batch is empty: send at least one event')
  return verdicts
}

/** The events of an array, if all of it is as most senders write it; null otherwise. */
function findArray(body: Buffer, receivedAt: number): Verdict[] | null {
  const found: FoundEvent[] = []
  let at = passSpace(body, 0)
  if (body[at] !== openBracket || !isUtf8(body)) return null
  do {
    const event = FoundEvent.find(body, passSpace(body, at + 1), receivedAt)
    if (!event || found.length === maxEvents) return null
    found.push(event)
    at = passSpace(body, event.end)
  } while (body[at] === comma)
  return body[at] === closeBracket && passSpace(body, at + 1) === body.length ? found : null
}

function checkArray(body: Buffer, receivedAt: number): Verdict[] {
  const json = parseJson(body)
  if (!json.ok) throw refuseWhole(json.code, `the body ${json.message}`)
  if (!Array.isArray(json.value)) {
    throw refuseWhole('type', 'the body must be a JSON array of events; for lines send application/x-ndjson')
  }
  if (json.value.length > maxEvents) throw tooMany()
  return json.value.map((value) => checkValue(value, receivedAt))
}

/** Takes line by line; one that is blank counts for nothing. */
function checkLines(body: Buffer, receivedAt: number): Verdict[] {
  const verdicts: Verdict[] = []
  const mayBeFound = isUtf8(body)
  for (let at = passSpace(body, 0); at < body.length;) {
    if (verdicts.length === maxEvents) throw tooMany()
    const found = mayBeFound ? FoundEvent.find(body, at, receivedAt) : null
    const lineEnd = found ? passBlanks(body, found.end) : -1
    if (found && (lineEnd === body.length || body[lineEnd] === lineFeed)) {
      verdicts.push(found)
      at = passSpace(body, lineEnd)
    } else {
      const end = body.indexOf(lineFeed, at)
      const line = body.subarray(at, end === -1 ? body.length : end)
      verdicts.push(checkJson(line, 'the line', receivedAt))
      at = passSpace(body, at + line.length)
    }
  }
  return verdicts
}

/** Where the blanks and line breaks that begin at `at` end. */
function passSpace(body: Buffer, at: number): number {
  let next = passBlanks(body, at)
  while (body[next] === lineFeed) next = passBlanks(body, next + 1)
  return next
}

function tooMany(): Problem {
  return new Problem(413, `the batch has more than ${maxEvents} events: send it in parts`)
}

function refuseWhole(code: string, message: string): Problem {
  return badInput([{ field: '', code, message }], { accepted: 0, rejected: 0 })
}
