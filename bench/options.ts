// What the bench is asked to do: a whole run that is kept, or a quick one that is only shown.
import { parseArgs } from 'node:util'
import type { DrainSettings } from './drain-rounds.ts'
import type { HttpSettings } from './http-rounds.ts'

export interface BenchSettings {
  http: HttpSettings
  drain: DrainSettings
}

export interface BenchOptions {
  settings: BenchSettings
  /** Whether the figures are written to `results` and README.md. */
  isKept: boolean
}

export const help = `Usage: npm run bench [-- --quick]

Measures ingest and the consumer against the usual way to build them, in one run on this machine, and writes
bench/results/<date>.json and bench/README.md. Takes about 5 minutes.

  --quick   fewer and shorter rounds, about a minute; shown, not written
  --help    this text

With KAFKA_BROKERS or CLICKHOUSE_URL set, that one is used instead of one of its own.`

const whole: BenchSettings = {
  http: { rounds: 5, connections: 64, warmUpMs: 500, measureMs: 3000 },
  drain: { rounds: 5, events: 500_000, memoryEvents: 1_000_000 },
}

const quick: BenchSettings = {
  http: { rounds: 2, connections: 64, warmUpMs: 500, measureMs: 1500 },
  drain: { rounds: 1, events: 200_000, memoryEvents: 300_000 },
}

/**
 * Reads the arguments; null where help is asked for.
 * @throws TypeError for an argument that is not known
 */
export function readOptions(args: string[]): BenchOptions | null {
  const options = { quick: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } } as const
  const { values } = parseArgs({ args, options })
  if (values.help) return null
  return values.quick ? { settings: quick, isKept: false } : { settings: whole, isKept: true }
}
