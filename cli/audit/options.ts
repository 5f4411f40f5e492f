// What was asked for on the command line.
import { readArguments } from '../usage.ts'
import type { AuditOptions } from './audit.ts'

export interface CommandOptions extends AuditOptions {
  /** Lists every site. */
  sites: boolean
  /** One JSON document instead of tables. */
  json: boolean
}

export const help = `Usage: npm run audit -- [--sites] [--json] [--no-topic] [--no-ids] [--allow-expired]

Adds up the books, while events flow: of each partition and site, lines in the topic = rows + duplicates +
dead letters + in flight; the tables hold what the books say; no line and no event is stored twice. Ends with
one line that begins with "balanced" or "NOT balanced" and names the difference.

  --sites          lists every site, not only those that differ
  --json           prints one JSON document
  --no-topic       does not read the topic's records: faster, and the books are held against the tables only
  --no-ids         does not look for events that are stored twice: reading every id is most of the work
  --allow-expired  records that Kafka dropped before they were read are named, and are no fault
  --help           this text

Works on the Kafka and ClickHouse of the environment, else on those of the running npm start. Exit code: 0 the
books balance; 1 they do not; 2 it could not be found out.`

const known = {
  sites: { type: 'boolean' },
  json: { type: 'boolean' },
  'no-topic': { type: 'boolean' },
  'no-ids': { type: 'boolean' },
  'allow-expired': { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const

/**
 * Reads the arguments; null where help is asked for.
 * @throws UsageError naming what is wrong
 */
export function readOptions(args: string[]): CommandOptions | null {
  const { values } = readArguments({ args, options: known })
  if (values.help) return null
  return {
    sites: values.sites ?? false,
    json: values.json ?? false,
    readsTopic: !values['no-topic'],
    checksIds: !values['no-ids'],
    allowExpired: values['allow-expired'] ?? false,
  }
}
