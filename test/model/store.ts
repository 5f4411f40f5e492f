// The model's store: the table of lines, the books of ranges, and a memory of deduplication tokens, if any.
import type { Span } from '../../consumer/lane/protocol.ts'
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
    books: logs.map(() => []),
    tokens: Array.from({ length: months + 1 }, () => []),
  }
}

/** Makes the lines of one month of a range visible, all at once. False: one of them was there already. */
export function landLines(
  store: Store,
  partition: number,
  span: Span,
  month: number,
  lines: readonly number[],
): boolean {
  const counts = store.counts[partition]
  if (!counts || isRemembered(store, partition, span, month)) return true
  let isFirst = true
  for (const line of lines) {
    const count = (counts[line] ?? 0) + 1
    counts[line] = count
    if (count > 1) isFirst = false
  }
  return isFirst
}

export function landBook(store: Store, partition: number, { first, last, rows }: Book): void {
  if (isRemembered(store, partition, { first, last }, months)) return
  store.books[partition]?.push({ first, last, rows })
}

/** Whether the books have exactly this range. */
export function isStored(store: Store, partition: number, { first, last }: Span): boolean {
  return store.books[partition]?.some((book) => book.first === first && book.last === last) ?? false
}

/** The offset after the last one in the books. */
export function storedUntil(store: Store, partition: number): number {
  let next = 0
  for (const { last } of store.books[partition] ?? []) next = Math.max(next, last + 1)
  return next
}

/** The highest offset of which there is a line; null for none. */
export function highestLine(store: Store, partition: number): number | null {
  const counts = store.counts[partition] ?? []
  for (let line = counts.length - 1; line >= 0; line--) {
    if ((counts[line] ?? 0) > 0) return store.logs[partition]?.offsetOf[line] ?? null
  }
  return null
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

function isRemembered(store: Store, partition: number, { first, last }: Span, shelf: number): boolean {
  if (store.window === 0) return false
  const tokens = store.tokens[shelf] ?? []
  const token = `${partition}:${first}-${last}`
  if (tokens.includes(token)) return true
  tokens.push(token)
  if (tokens.length > store.window) tokens.shift()
  return false
}
