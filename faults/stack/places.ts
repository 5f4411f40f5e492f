// Where everything of a run lies.
import { appendFileSync, mkdirSync, openSync } from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface Places {
  /** The run's folder: logs, the list of faults, the result. */
  folder: string
  /** What Kafka and ClickHouse keep. */
  data: string
  /** Where all spools are. */
  spools: string
  /** Where an ingest keeps what Kafka has not taken yet. */
  spoolOf: (ingest: string) => string
  /** Opens a log for appending; gives its file descriptor. */
  openLog: (name: string) => number
  logOf: (name: string) => string
  /** Appends a line of JSON to a file of the run. */
  note: (file: string, fact: object) => void
}

/** @param wished the folder to use; one below the system's folder for temporary files where it is null */
export async function makePlaces(wished: string | null, seed: number): Promise<Places> {
  const folder = wished ?? (await mkdtemp(join(tmpdir(), `tallyline-faults-${seed}-`)))
  const logOf = (name: string) => join(folder, 'logs', `${name}.log`)
  mkdirSync(join(folder, 'logs'), { recursive: true })
  return {
    folder,
    data: join(folder, 'data'),
    spools: join(folder, 'spool'),
    spoolOf: (ingest) => join(folder, 'spool', ingest),
    logOf,
    openLog: (name) => openSync(logOf(name), 'a'),
    note: (file, fact) => appendFileSync(join(folder, file), `${JSON.stringify(fact)}\n`),
  }
}
