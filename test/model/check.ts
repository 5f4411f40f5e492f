// What must hold: at every commit that what lies below it is stored, and at the end that all is stored once and the
// books add up. That no line is ever there twice is checked where lines land.
import { linesBelow } from './log.ts'
import { booksUntil, countRows } from './store.ts'
import type { World } from './world.ts'

/** Everything below the committed offset is stored, unless it has expired. */
export function checkCommitted(world: World, partition: number): void {
  const log = world.logs[partition]
  const counts = world.store.counts[partition]
  const committed = world.coordinator.committed[partition]
  if (!log || !counts || !committed) return
  for (let line = linesBelow(log, log.start); line < linesBelow(log, committed.offset ?? 0); line++) {
    if (counts[line] !== 0) continue
    world.violations.add('committed before stored')
    return
  }
}

/** Whether everything in the log is stored, committed, and nothing is on its way that could change it. */
export function isSettled({ logs, coordinator, store, calls }: World): boolean {
  for (const [partition, { end }] of logs.entries()) {
    const { offset } = coordinator.committed[partition] ?? { offset: null }
    // A group that was forgotten when all was stored has nothing to commit before there is more.
    if (Math.min(offset ?? end, booksUntil(store, partition)) < end) return false
  }
  return !calls.some(({ kind }) => kind === 'insert' || kind === 'commit')
}

export function checkEnd(world: World): void {
  for (const partition of world.logs.keys()) {
    checkLines(world, partition)
    checkBooks(world, partition)
  }
}

function checkLines({ logs, store, violations }: World, partition: number): void {
  const log = logs[partition]
  if (!log) return
  for (const [line, count] of (store.counts[partition] ?? []).entries()) {
    if (count > 1) violations.add('doubled')
    if (count === 0 && (log.offsetOf[line] ?? 0) >= log.start) violations.add('lost')
  }
}

/** Ranges follow each other; a hole has expired; each has as many rows as it says. */
function checkBooks({ logs, store, violations }: World, partition: number): void {
  const log = logs[partition]
  const books = [...(store.books[partition] ?? [])].sort((one, other) => one.first - other.first)
  let next = 0
  let isWrong = false
  for (const book of books) {
    const isHoleExpired = book.first <= (log?.start ?? 0)
    if (book.first < next || (book.first > next && !isHoleExpired)) isWrong = true
    if (countRows(store, partition, book) !== book.rows) isWrong = true
    next = Math.max(next, book.last + 1)
  }
  if (isWrong || next !== log?.end) violations.add('books')
}
