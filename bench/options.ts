// What the bench is asked to do: a whole run that is kept, or a quick one, or some sections, that are only shown.
import { parseArgs } from 'node:util'
import { sectionNames, type SectionName, type BenchSettings } from './sections/sections.ts'

export interface BenchOptions {
  settings: BenchSettings
  only: readonly SectionName[]
  /** Whether the figures are written to `results`, `plots` and README.md. */
  isKept: boolean
}

export const help = `Usage: npm run bench [-- --quick] [-- --only <section,...>]

Measures Tallyline against the usual way to build the same pipeline, ClickHouse's Kafka engine and what this machine
could do at most, in one run, and writes bench/README.md, bench/plots and bench/results. Takes about 20 minutes.

  --quick   fewer and shorter rounds, about 3 minutes; shown, not written
  --only    some sections: ${sectionNames.join(', ')}; shown, not written
  --help    this text

With KAFKA_BROKERS or CLICKHOUSE_URL set, that one is used instead of one of its own.`

const whole: BenchSettings = {
  single: {
    ...{ rounds: 5, connections: 64, eventsPerRequest: 1 },
    ...{ firstMs: 12_000, warmUpMs: 500, measureMs: 4000 },
  },
  batches: {
    ...{ rounds: 5, connections: 64, eventsPerRequest: 100 },
    ...{ firstMs: 8000, warmUpMs: 500, measureMs: 4000 },
  },
  drain: { rounds: 5, events: 1_000_000 },
  pipe: { connections: 64, eventsPerRequest: 100, warmUpMs: 8000, measureMs: 60_000 },
  visible: { rounds: 5, roundMs: 15_000, everyMs: 20 },
  stats: { rounds: 5, hotRows: 300_000, hotDays: 4, smallSites: 20, repeats: 50 },
  growth: { rounds: 5, events: 300_000, days: [1, 10, 100] },
  start: { rounds: 3 },
}

const quick: BenchSettings = {
  single: { ...whole.single, rounds: 2, firstMs: 4000, measureMs: 1500 },
  batches: { ...whole.batches, rounds: 2, firstMs: 3000, measureMs: 1500 },
  drain: { rounds: 1, events: 200_000 },
  pipe: { ...whole.pipe, warmUpMs: 2000, measureMs: 8000 },
  visible: { ...whole.visible, rounds: 1, roundMs: 4000 },
  stats: { ...whole.stats, rounds: 2, hotDays: 2, repeats: 20 },
  growth: { rounds: 1, events: 100_000, days: [1, 10] },
  start: { rounds: 1 },
}

/**
 * Reads the arguments; null where help is asked for.
 * @throws Error for an argument or a section that is not known
 */
export function readOptions(args: string[]): BenchOptions | null {
  const options = {
    quick: { type: 'boolean' },
    only: { type: 'string' },
    help: { type: 'boolean', short: 'h' },
  } as const
  const { values } = parseArgs({ args, options })
  if (values.help) return null
  const asked = values.only?.split(',').map((name) => name.trim())
  const unknown = asked?.find((name) => !sectionNames.some((known) => known === name))
  if (unknown !== undefined) throw new Error(`no section "${unknown}": there are ${sectionNames.join(', ')}`)
  return {
    settings: values.quick ? quick : whole,
    only: sectionNames.filter((name) => asked?.includes(name) ?? true),
    isKept: !values.quick && asked === undefined,
  }
}
