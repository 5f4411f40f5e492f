// One run of the bench as it is kept: where, with what, how, and every round.
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { DrainResults } from './drain-rounds.ts'
import type { HttpRound } from './http-rounds.ts'
import type { Machine } from './machine.ts'
import type { BenchSettings } from './options.ts'

export interface BenchResults {
  /** When the run began, RFC 3339. */
  date: string
  machine: Machine
  /** Processes that wanted to run in the minute before, on average: above 0 the machine had other work. */
  loadBefore: number
  /** Null where it is not known. */
  versions: Record<string, string | null>
  settings: BenchSettings
  http: HttpRound[]
  drain: DrainResults
}

/** Writes the results and the page that shows them; gives the results' path below the bench. */
export async function keepResults(
  results: BenchResults,
  toPage: (results: BenchResults, file: string) => string,
): Promise<string> {
  const file = join('results', `${results.date.slice(0, 10)}.json`)
  await mkdir(join(import.meta.dirname, 'results'), { recursive: true })
  await writeFile(join(import.meta.dirname, file), `${JSON.stringify(rounded(results), null, 1)}\n`)
  await writeFile(join(import.meta.dirname, 'README.md'), toPage(results, file))
  return file
}

/** More digits than a measurement has only make its file long. */
function rounded(results: BenchResults): unknown {
  const toDigits = (_key: string, value: unknown) =>
    typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(5)) : value
  return JSON.parse(JSON.stringify(results, toDigits))
}
