// Holds the books, the tables and what was sent against each other.
import type { ClickHouse } from '../../clickhouse/client.ts'
import type { Poison } from '../clients/direct-producer.ts'
import type { Ledger } from '../events/ledger.ts'
import { rowsOf } from '../watch/stores.ts'

export interface BooksCheck {
  /** What the books say was read, stored, left out and set aside. */
  lines: number
  rows: number
  duplicates: number
  dead: number
  /** Rows of `dead_letters`. */
  deadLetters: number
  /** What does not fit, as sentences. */
  faults: string[]
}

/**
 * @param rows rows of `events`
 * @param stored how many different events are stored
 */
export async function checkBooks(
  clickhouse: ClickHouse,
  ledger: Ledger,
  poison: Poison,
  { rows: eventRows, stored }: { rows: number; stored: number },
): Promise<BooksCheck> {
  const [sums] = await rowsOf<Omit<BooksCheck, 'deadLetters' | 'faults'>>(
    clickhouse,
    'SELECT sum(lines) AS lines, sum(rows) AS rows, sum(duplicates) AS duplicates, sum(dead) AS dead FROM ranges',
  )
  const books = sums ?? { lines: 0, rows: 0, duplicates: 0, dead: 0 }
  const letters = await rowsOf<{ number: number; copies: number }>(
    clickhouse,
    `SELECT ifNull(toInt64OrNull(extract(raw, 'poison-([0-9]+)-')), -1) AS number, count() AS copies
      FROM dead_letters GROUP BY number ORDER BY number`,
  )
  const deadLetters = letters.reduce((sum, { copies }) => sum + copies, 0)
  const { lines, rows, duplicates, dead } = books
  // Of an event that was acknowledged several times all copies but one are duplicates; of one that was sent again
  // without an answer nobody knows.
  const leastDuplicates = ledger.counts.acknowledgements - ledger.acknowledged.size()
  const found = new Set(letters.map(({ number }) => number))
  const missing = Array.from({ length: poison.acknowledged }, (_, number) => number).filter(
    (number) => !found.has(number),
  )
  const faults: [boolean, string][] = [
    [lines !== rows + duplicates + dead, `${lines} lines are not ${rows} + ${duplicates} + ${dead}`],
    [rows !== eventRows, `the books have ${rows} rows, the table ${eventRows}`],
    [dead !== deadLetters, `the books have ${dead} dead letters, the table ${deadLetters}`],
    [
      stored + duplicates < ledger.counts.acknowledgements,
      `${duplicates} duplicates, ${leastDuplicates} at least`,
    ],
    [
      missing.length > 0,
      `${missing.length} poison records are no dead letters: ${missing.slice(0, 10).join()}`,
    ],
    [deadLetters > poison.attempts, `${deadLetters} dead letters of ${poison.attempts} poison records`],
    [found.has(-1), 'there are dead letters that nobody poisoned'],
  ]
  return { ...books, deadLetters, faults: faults.filter(([isFault]) => isFault).map(([, text]) => text) }
}
