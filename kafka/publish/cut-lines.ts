// Cuts the lines of one call into pieces of at most one record each.
import type { PackLimits, Piece } from './pack-records.ts'
import type { SiteLines, Waiter } from './publishing.ts'

/** What a record takes besides its key and its value, and a line break, at most. */
const recordBytes = 31

const lineFeed = 0x0a

/** At least one. */
export type Pieces = [Piece, ...Piece[]]

/** The pieces, in order; `waiter` expects them. A line that is longer than a record may be travels alone. */
export function cutLines(of: SiteLines, limits: PackLimits, waiter: Waiter): Pieces {
  const pieces = toPieces(of, limits, waiter)
  waiter.expect(of, pieces.length)
  return pieces
}

function toPieces(of: SiteLines, limits: PackLimits, waiter: Waiter): Pieces {
  const { lines, events } = of
  const besides = Buffer.byteLength(of.siteId) + recordBytes
  const pieceOf = (start: number, end: number, count: number): Piece => ({
    of,
    lines: lines.subarray(start, end),
    events: count,
    bytes: end - start + besides,
    waiter,
  })
  const isOneRecord =
    events <= limits.maxEventsPerRecord && lines.length + besides <= limits.maxBytesPerRecord
  if (events <= 1 || isOneRecord) return [pieceOf(0, lines.length, events)]
  const pieces: Piece[] = []
  let start = 0
  let end = 0
  let count = 0
  for (let at = 0; at < lines.length;) {
    const lineEnd = endOfLine(lines, at)
    const isFull = count === limits.maxEventsPerRecord || lineEnd - start + besides > limits.maxBytesPerRecord
    if (isFull && count > 0) {
      pieces.push(pieceOf(start, end, count))
      start = at
      count = 0
    }
    end = lineEnd
    count += 1
    at = lineEnd + 1
  }
  return [...pieces, pieceOf(start, end, count)] as unknown as Pieces
}

function endOfLine(lines: Buffer, at: number): number {
  const end = lines.indexOf(lineFeed, at)
  return end === -1 ? lines.length : end
}
