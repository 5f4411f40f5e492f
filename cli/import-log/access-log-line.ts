// One line of an access log, in Apache's common or combined format.
//
// Well-formed is: an address or host name; two names, of which the second, the user, may hold spaces; a time
// that exists; "METHOD target HTTP/version" with no blank inside the target; a status of three digits; a size
// or `-`; and either nothing more or the referrer and the user agent in quotes. A quote inside quotes is
// written \" and a backslash \\; other escapes (\x16, \t) stay as they are written, since what they stand
// for is mostly no text. Lines are held as Latin-1, one character a byte, so that no byte is lost.
import { parseTimestamp } from '../../event/timestamp.ts'

export interface LogLine {
  address: string
  /** RFC 3339, with the offset the server wrote. */
  timestamp: string
  /** Epoch milliseconds. */
  time: number
  method: string
  target: string
  status: number
  /** Absent where the server wrote `-`. */
  bytes: number | undefined
  /** As written, also where that is `-`; empty in the common format. */
  referrer: string
  agent: string
}

/** A longer line is malformed; servers cut requests far below this. */
export const longestLine = 65_536

const quoted = /"([^"\\]*(?:\\.[^"\\]*)*)"/s.source
// A bounded user name keeps the time for a hostile line linear.
const names = /\S+ .{0,255}?/s.source
const time = /\[(\d\d)\/(\w{3})\/(\d{4}):(\d\d:\d\d:\d\d) ([+-]\d\d)(\d\d)\]/.source
const linePattern = new RegExp(
  `^(\\S+) ${names} ${time} ${quoted} (\\d{3}) (\\d+|-)(?: ${quoted} ${quoted})?$`,
  's',
)
const requestPattern = /^([\w!#$%&'*+.^`|~-]+) (\S+) HTTP\/\d+(?:\.\d+)?$/

const months: Record<string, string> = {
  Jan: '01',
  Feb: '02',
  Mar: '03',
  Apr: '04',
  May: '05',
  Jun: '06', // prettier-ignore
  Jul: '07',
  Aug: '08',
  Sep: '09',
  Oct: '10',
  Nov: '11',
  Dec: '12', // prettier-ignore
}

/** Reads a line (Latin-1, without its line break); null where it is malformed. */
export function parseLine(line: string): LogLine | null {
  const match = line.length > longestLine ? null : linePattern.exec(line)
  if (!match) return null
  const [
    ,
    address = '',
    day,
    month = '',
    year,
    clock,
    hours,
    minutes,
    request = '',
    status,
    bytes,
    referrer,
    agent,
  ] = match
  const asked = requestPattern.exec(request)
  const timestamp = `${year}-${months[month]}-${day}T${clock}${hours}:${minutes}`
  const instant = parseTimestamp(timestamp)
  if (!asked || instant === null) return null
  return {
    address,
    timestamp,
    time: instant,
    method: asked[1] ?? '',
    target: unescaped(asked[2] ?? ''),
    status: Number(status),
    bytes: bytes === '-' ? undefined : Number(bytes),
    referrer: unescaped(referrer ?? ''),
    agent: unescaped(agent ?? ''),
  }
}

function unescaped(text: string): string {
  return text.includes('\\') ? text.replace(/\\(["\\])/g, '$1') : text
}
