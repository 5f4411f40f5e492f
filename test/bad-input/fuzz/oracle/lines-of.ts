// The lines of a record, each of which must become a row, a duplicate or a dead letter.

export interface RecordLine {
  /** Counted from 0, blank ones too. */
  index: number
  bytes: Buffer
}

/** A record of more lines than this is one line, all of it: no record of Kafka's usual size has so many events. */
const mostLines = 32_768

/** JSON's own white space: a line of nothing else is none, unless it is all that the record holds. */
const blank = new Set(Buffer.from(' \t\r'))

export function linesOf(value: Buffer | null): RecordLine[] {
  const lines: RecordLine[] = []
  const bytes = value ?? Buffer.alloc(0)
  for (let start = 0; start <= bytes.length;) {
    const found = bytes.indexOf(0x0a, start)
    const end = found === -1 ? bytes.length : found
    lines.push({ index: lines.length, bytes: bytes.subarray(start, end) })
    start = end + 1
  }
  if (lines.length > mostLines) return [{ index: 0, bytes }]
  return lines.length === 1 ? lines : lines.filter((line) => !line.bytes.every((byte) => blank.has(byte)))
}
