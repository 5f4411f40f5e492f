// What was asked for on the command line.
import type { LetterFilter } from '../../clickhouse/dead-letters.ts'
import { parseTimestamp } from '../../event/timestamp.ts'
import { readArguments, UsageError } from '../usage.ts'

export type Command =
  | { kind: 'list'; filter: LetterFilter; all: boolean }
  | { kind: 'show'; filter: LetterFilter }
  | { kind: 'replay'; filter: LetterFilter; dryRun: boolean; force: boolean }

export const help = `Usage: npm run dead-letters -- list [--all] [--reason …] [--site …] [--since …]
       npm run dead-letters -- show <place> …
       npm run dead-letters -- replay [<place> …] [--dry-run] [--force] [--reason …] [--site …] [--since …]

list counts the records and lines that could not be stored, by reason, field and site; with --all it lists each.
show prints them: what came, why it was set aside, where from. A place is partition:offset:line, as list tells it.
replay sends them to the topic again after whatever was wrong has been put right. Those that would be set aside
again are left out. An event keeps its id, and its time where it has none of its own: it counts once, also where
a replay is broken off and run again. What was sent is marked, and never sent again.

  --all              lists every one instead of counting them
  --dry-run          says what would become of each, and sends nothing
  --force            sends also what would be set aside again, as it came
  --reason <code>    only those of this reason, such as json or required
  --site <site_id>   only those whose record has this key
  --since <when>     only those set aside since: 2025-11-14, 2025-11-14T09:30:00Z, or ago: 90m, 24h, 7d
  --help             this text

Works on the Kafka and ClickHouse of the environment, else on those of the running npm start. Exit code: 0 done;
1 some would be set aside again, or a place holds no dead letter; 2 it could not run or not finish.`

const known = {
  all: { type: 'boolean' },
  'dry-run': { type: 'boolean' },
  force: { type: 'boolean' },
  reason: { type: 'string' },
  site: { type: 'string' },
  since: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const

/** Which of them each command takes. */
const taken: Record<Command['kind'], readonly string[]> = {
  list: ['all', 'reason', 'site', 'since'],
  show: [],
  replay: ['dry-run', 'force', 'reason', 'site', 'since'],
}

/**
 * Reads the arguments; null where help is asked for.
 * @param now epoch milliseconds
 * @throws UsageError naming what is wrong
 */
export function readOptions(args: string[], now: number): Command | null {
  const { values, positionals } = readArguments({ args, options: known, allowPositionals: true })
  if (values.help) return null
  const [kind, ...places] = positionals
  if (kind !== 'list' && kind !== 'show' && kind !== 'replay') {
    throw new UsageError(kind === undefined ? 'Say list, show or replay' : `There is no ${kind}`)
  }
  const wrong = Object.keys(values).find((name) => !taken[kind].includes(name))
  if (wrong !== undefined) throw new UsageError(`${kind} takes no --${wrong}`)
  const filter: LetterFilter = {
    reason: values.reason ?? null,
    site: values.site ?? null,
    since: values.since === undefined ? null : readSince(values.since, now),
    places: places.length > 0 ? places.map(readPlace) : null,
  }
  if (kind === 'list') {
    if (filter.places) throw new UsageError('list takes no places: say show')
    return { kind, filter, all: values.all ?? false }
  }
  if (kind === 'show') {
    if (!filter.places) throw new UsageError('Name a place to show, such as 2:1042:0')
    return { kind, filter }
  }
  return { kind, filter, dryRun: values['dry-run'] ?? false, force: values.force ?? false }
}

const placeShape = /^(?:([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}):)?(\d{1,9}):(\d{1,15}):(\d{1,9})$/

function readPlace(text: string) {
  const [found, topicId = null, partition, offset, line] = placeShape.exec(text) ?? []
  if (found === undefined) {
    throw new UsageError(`A place is partition:offset:line, such as 2:1042:0, not ${text}`)
  }
  return { topicId, partition: Number(partition), offset: Number(offset), line: Number(line) }
}

const unitMs = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const

function readSince(text: string, now: number): number {
  const [, amount, unit] = /^(\d{1,6})([smhd])$/.exec(text) ?? []
  if (amount !== undefined) return now - Number(amount) * unitMs[unit as keyof typeof unitMs]
  const instant = parseTimestamp(/^\d{4}-\d{2}-\d{2}$/.test(text) ? `${text}T00:00:00Z` : text)
  if (instant !== null) return instant
  throw new UsageError(`--since must be a date, an instant such as 2025-11-14T09:30:00Z, or 24h, not ${text}`)
}
