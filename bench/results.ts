// One run of the bench as it is kept: where, with what, how, and every round.
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Machine } from './machine.ts'
import type { BenchSettings, Measured } from './sections/sections.ts'

export interface BenchRun {
  /** When the run began, RFC 3339. */
  date: string
  machine: Machine
  /** Processes that wanted to run in the minute before, on average: above 0 the machine had other work. */
  loadBefore: number
  /** Null where it is not known. */
  versions: Record<string, string | null>
  settings: BenchSettings
}

export type BenchResults = BenchRun & Measured

/** A file of the bench's page, by its path below the bench. */
export type PageFiles = Record<string, string>

/** Writes the results and the page that shows them; gives the results' path below the bench. */
export async function keepResults(
  results: BenchResults,
  toPage: (results: BenchResults, file: string) => PageFiles,
): Promise<string> {
  const [day = '', time = ''] = results.date.split('T')
  const file = `results/${day}-${time.slice(0, 5).replace(':', '')}.json`
  const files = { [file]: `${JSON.stringify(rounded(results), null, 1)}\n`, ...toPage(results, file) }
  for (const [path, text] of Object.entries(files)) {
    await mkdir(join(import.meta.dirname, path, '..'), { recursive: true })
    await writeFile(join(import.meta.dirname, path), text)
  }
  return file
}

/** More digits than a measurement has only make its file long. */
function rounded(results: BenchResults): unknown {
  const toDigits = (_key: string, value: unknown) =>
    typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(5)) : value
  return JSON.parse(JSON.stringify(results, toDigits))
}
