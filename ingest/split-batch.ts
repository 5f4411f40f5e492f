// A batch's body to its events, each with a verdict of its own.
import { isUtf8 } from 'node:buffer'
import { parseJson } from '../event/json.ts'
import { hasTooManyLines } from '../event/record-lines.ts'
import { badInput, Problem } from '../runtime/problem.ts'
import { checkJson, checkValue, type Verdict } from './check-event.ts'

const maxEvents = 10_000

const lineFeed = 0x0a
const openBracket = 0x5b
const blanks = new Set([0x20, 0x09, 0x0d, lineFeed])

/**
 * Checks every event of a batch, in order.
 * @param type the media type: an array for JSON, lines for NDJSON, for plain text an array if it begins like one
 * @throws Problem 400 for an empty batch or a body that is no array, 413 for more than 10,000 events
 */
export function checkBatch(body: Buffer, type: string, receivedAt: number): Verdict[] {
  const asArray = type === 'application/json' || (type === 'text/plain' && firstByte(body) === openBracket)
  const verdicts = asArray ? checkArray(body, receivedAt) : checkLines(body, receivedAt)
  if (verdicts.length === 0) throw refuseWhole('empty', 'the batch is empty: send at least one event')
  return verdicts
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

function checkLines(body: Buffer, receivedAt: number): Verdict[] {
  const lines = isUtf8(body) && !hasTooManyLines(body) ? splitText(body) : splitBytes(body)
  if (lines.length > maxEvents) throw tooMany()
  return lines.map((line) => checkJson(line, 'the line', receivedAt))
}

const blankLine = /^[ \t\r]*$/

/** The lines that are not blank: to make text of a whole body costs far less than of each line. */
function splitText(body: Buffer): string[] {
  return body
    .toString('utf8')
    .split('\n')
    .filter((line) => !blankLine.test(line))
}

/** The same of a body that is no UTF-8, or has very many lines, which would become as many texts: it stops one line beyond what a batch may have. */
function splitBytes(body: Buffer): Buffer[] {
  const lines: Buffer[] = []
  for (let start = 0; start < body.length && lines.length <= maxEvents;) {
    const end = body.indexOf(lineFeed, start)
    const line = body.subarray(start, end === -1 ? body.length : end)
    start += line.length + 1
    if (firstByte(line) !== undefined) lines.push(line)
  }
  return lines
}

/** The first byte that is not blank. */
function firstByte(bytes: Buffer): number | undefined {
  return bytes.find((byte) => !blanks.has(byte))
}

function tooMany(): Problem {
  return new Problem(413, `the batch has more than ${maxEvents} events: send it in parts`)
}

function refuseWhole(code: string, message: string): Problem {
  return badInput([{ field: '', code, message }], { accepted: 0, rejected: 0 })
}
