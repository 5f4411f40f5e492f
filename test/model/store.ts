// The model's store: the table of lines, the books of ranges, and a memory of deduplication tokens, if any.
import type { Span } from '../../consumer/lane/lane-state.ts'
import { linesBelow, months, type Log } from './log.ts'

export interface Book extends Span {
  /** Lines of the range that are in the table. */
  rows: number
}

export interface Store {
  logs: Log[]
  /** Seconds by which its clock is ahead of the world's. */
  clockAhead: number
  /** By partition and line: how often it is in the table. */
  counts: Uint8Array[]
  /** By partition and line: what it says of when it was stored. */
  storedAt: Float64Array[]
  /** By partition. */
  books: Book[][]
  /** How many tokens are remembered for each month and for the books; 0: none. */
  window: number
  /** By month, those of the books last. */
  tokens: string[][]
}

export function createStore(logs: Log[], clockAhead: number, window: number): Store {
  return {
    ...{ logs, clockAhead, window },
    counts: logs.map(({ monthOf }) => new Uint8Array(monthOf.length)),
    storedAt: logs.map(({ monthOf }) => new Float64Array(monthOf.length)),
    books: logs.map(() => []),
    tokens: Array.from({ length: months + 1 }, () => []),
  }
}

/** Lines of one month that are inserted together. */
export interface Batch extends Span {
  month: number
  since: number
  lines: readonly number[]
}

/** Makes lines visible, all at once. False: one of them was there already. */
export function landLines(store: Store, partition: number, batch: Batch): boolean {
  const { month, since, lines } = batch
  const counts = store.counts[partition]
  const storedAt = store.storedAt[partition]
  if (!counts || !storedAt || isRemembered(store, partition, batch, month, lines.length)) return true
  let isFirst = true
  for (const line of lines) {
    const count = (counts[line] ?? 0) + 1
    counts[line] = count
    storedAt[line] = since
    if (count > 1) isFirst = false
  }
  return isFirst
}

/** False: the table does not have as many lines of the range as the book says. */
export function landBook(store: Store, partition: number, book: Book): boolean {
  if (isRemembered(store, partition, book, months, 1)) return true
  store.books[partition]?.push(book)
  return countRows(store, partition, book) === book.rows
}

/** The offset after the last one, up to `most`, in the books. */
export function booksUntil(store: Store, partition: number, most = Infinity): number {
  let next = 0
  for (const { last } of store.books[partition] ?? []) if (last <= most) next = Math.max(next, last + 1)
  return next
}

/** The lines from an offset on that are in the table and say that they were stored at `since` or later. */
export function linesStored(store: Store, partition: number, from: number, since: number): number[] {
  const log = store.logs[partition]
  const counts = store.counts[partition]
  if (!log || !counts) return []
  const lines: number[] = []
  for (let line = linesBelow(log, from); line < counts.length; line++) {
    if ((counts[line] ?? 0) > 0 && (store.storedAt[partition]?.[line] ?? 0) >= since) lines.push(line)
  }
  return lines
}

/** How many lines at offsets `first` to `last` are in the table. */
export function countRows(store: Store, partition: number, { first, last }: Span): number {
  const log = store.logs[partition]
  const counts = store.counts[partition]
  if (!log || !counts) return 0
  let rows = 0
  for (let line = linesBelow(log, first); line < linesBelow(log, last + 1); line++) rows += counts[line] ?? 0
  return rows
}

function isRemembered(
  store: Store,
  partition: number,
  { first, last }: Span,
  shelf: number,
  count: number,
): boolean {
  if (store.window === 0) return false
  const tokens = store.tokens[shelf] ?? []
  const token = `${partition}:${first}-${last}/${count}`
  if (tokens.includes(token)) return true
  tokens.push(token)
  if (tokens.length > store.window) tokens.shift()
  return false
}
