// Walks one partition's records and its ranges side by side and compares them range by range and site by site, so that
// no more than one range of either is in memory.
import type { BookedRange } from '../../clickhouse/audit/booked-ranges.ts'
import { bytesOfValue, linesOf, siteOfKey } from '../../event/record-lines.ts'
import type { ReadRecords } from '../../kafka/read-records.ts'
import { addTo, createBooksAtHand, mostSites, type BooksAtHandParts } from './books-at-hand.ts'

export interface WalkParts extends Omit<BooksAtHandParts, 'onRange'> {
  /** The partition's records from `from` on, in order. */
  records: AsyncIterable<ReadRecords>
  /** Records below it must be in the books, others are in flight. */
  cut: number
  /** The topic has other lines of a range's site than the books say. */
  onLinesDiffer: (range: BookedRange, site: string, inTopic: number, inBooks: number) => void
}

/** Lines of the part that was walked. */
export interface LogBalance {
  /** In the topic. */
  lines: number
  /** In the books. */
  rows: number
  duplicates: number
  dead: number
  /** In the topic from the cut on. */
  inFlight: number
  inFlightBySite: Map<string, number>
}

/** Compares to the end of the records. */
export async function walkLog(parts: WalkParts): Promise<LogBalance> {
  const balance: LogBalance = {
    lines: 0,
    rows: 0,
    duplicates: 0,
    dead: 0,
    inFlight: 0,
    inFlightBySite: new Map(),
  }
  const onRange = (range: BookedRange, sites: Map<string, number>) => {
    compare(parts, range, sites)
    for (const { rows, duplicates, dead } of range.sites.values()) {
      balance.rows += rows
      balance.duplicates += duplicates
      balance.dead += dead
    }
  }
  const books = createBooksAtHand({ ...parts, onRange })
  let reached = parts.from
  for await (const { records, next } of parts.records) {
    for (const record of records) {
      const lines = countLines(record.value)
      const site = siteOfKey(record.key)
      balance.lines += lines
      if (record.offset >= parts.cut) {
        balance.inFlight += lines
        addTo(balance.inFlightBySite, site, lines, mostSites)
        continue
      }
      if (record.offset > books.through()) await books.open(record.offset)
      books.add(record, site, lines)
    }
    reached = next
  }
  await books.close(Math.min(reached, parts.cut))
  return balance
}

function compare(parts: WalkParts, range: BookedRange, found: Map<string, number>): void {
  for (const site of new Set([...range.sites.keys(), ...found.keys()])) {
    const inBooks = range.sites.get(site)?.lines ?? 0
    const inTopic = found.get(site) ?? 0
    if (inBooks !== inTopic) parts.onLinesDiffer(range, site, inTopic, inBooks)
  }
}

function countLines(value: Buffer | null): number {
  let lines = 0
  for (const _line of linesOf(bytesOfValue(value))) lines += 1
  return lines
}
