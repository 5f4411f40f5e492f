// What `npm run fuzz` is asked to do.
import { parseArgs } from 'node:util'
import type { FuzzOptions } from './send-all.ts'

export const help = `Usage: npm run fuzz [-- --cases N] [--seed S] [--only K]

Sends requests and Kafka records, good ones and bad ones, through the real services, and holds what they answer and
store against the contract. Prints what became of the cases; ends with code 1 and the cases at fault where anything
was not as it must be.

  --cases N   how many cases (100000)
  --seed S    the seed they are made from, a whole number (another one each time)
  --only K    case K of that seed alone
  --help      this text

With KAFKA_BROKERS or CLICKHOUSE_URL set, that one is used instead of one of its own.`

const manyCases = 100_000

/**
 * Reads the arguments; null where help is asked for.
 * @throws Error for an argument that is not known or no whole number
 */
export function readOptions(args: string[]): FuzzOptions | null {
  const { values } = parseArgs({
    args,
    options: {
      cases: { type: 'string' },
      seed: { type: 'string' },
      only: { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
  })
  if (values.help) return null
  const seed = wholeNumber('seed', values.seed) ?? newSeed()
  const only = wholeNumber('only', values.only)
  const cases = wholeNumber('cases', values.cases) ?? manyCases
  return { seed, cases: only === null ? cases : 1, first: only ?? 0 }
}

/** A seed that differs each time. */
export function newSeed(): number {
  return Date.now() % 1_000_000_000
}

function wholeNumber(name: string, text: string | undefined): number | null {
  if (text === undefined) return null
  if (!/^\d{1,12}$/.test(text)) throw new Error(`--${name} must be a whole number, not ${text}`)
  return Number(text)
}
