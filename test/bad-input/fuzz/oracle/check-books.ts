// Whether the books of `ranges` have every line of the log, and say of each what became of it.
import type { OnFault } from '../faults-found.ts'
import type { StoreFigures } from './check-store.ts'
import { linesOf } from './lines-of.ts'
import type { Store } from './stored-rows.ts'

/** Lines of the log, by partition and key. */
export type LogLines = Map<string, number>

/** Counts the lines of a record towards its partition and key. */
export function countLines(
  lines: LogLines,
  partition: number,
  key: Buffer | null,
  value: Buffer | null,
): void {
  const name = bookOf(partition, key)
  lines.set(name, (lines.get(name) ?? 0) + linesOf(value).length)
}

function bookOf(partition: number, key: Buffer | null): string {
  const text = key?.toString() ?? ''
  return `${partition} ${key && Buffer.from(text).equals(key) ? text : ''}`
}

/** Compares the books with the log, and adds up what they say. */
export async function checkBooks(
  store: Store,
  log: LogLines,
  figures: StoreFigures,
  onFault: OnFault,
): Promise<void> {
  const sums = { rows: 0, dead: 0 }
  const left = new Map(log)
  for await (const { kafka_partition, site_id, lines, rows, duplicates, dead } of store.books()) {
    const name = `${kafka_partition} ${site_id}`
    const read = left.get(name) ?? 0
    left.delete(name)
    if (lines !== read)
      onFault(null, `the books of ${JSON.stringify(name)} have ${lines} lines, the log ${read}`)
    if (lines !== rows + duplicates + dead)
      onFault(null, `the books of ${JSON.stringify(name)} do not balance`)
    sums.rows += rows
    sums.dead += dead
    figures.duplicates += duplicates
  }
  for (const [name, lines] of left) {
    if (lines > 0) onFault(null, `the books miss ${lines} lines of ${JSON.stringify(name)}`)
  }
  if (sums.rows !== figures.rows) onFault(null, `the books have ${sums.rows} rows, the table ${figures.rows}`)
  if (sums.dead !== figures.dead)
    onFault(null, `the books have ${sums.dead} dead letters, the table ${figures.dead}`)
}
