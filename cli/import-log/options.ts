// What was asked for on the command line.
import { eventSchema } from '../../event/event.ts'
import { readArguments, UsageError } from '../usage.ts'

export interface ImportOptions {
  /** A file, or `-` for standard input. */
  file: string
  siteId: string
  /** Address of ingest; null to find it. */
  url: string | null
}

export const help = `Usage: npm run import -- <access.log> --site <site_id> [--url <address>]

Sends every request of a web server's access log as an event. The log is in Apache's common or combined
format (nginx writes the combined one), plain or gzip; - reads standard input.

  --site <site_id>   the site the events belong to (required)
  --url <address>    address of ingest; without it, that of the running npm start,
                     else http://127.0.0.1:3000
  --help             this text

A GET answered with a status below 400 becomes a page_view, anything else a request. The same log always
makes the same event ids, so one that is imported again changes no number. Exit code: 0 all lines are in;
1 some lines were malformed or refused; 2 the import could not run or not finish; 130 stopped by Ctrl-C.`

const known = {
  site: { type: 'string' },
  url: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const

/**
 * Reads the arguments; null where help is asked for.
 * @throws UsageError naming what is wrong
 */
export function readOptions(args: string[]): ImportOptions | null {
  const { values, positionals } = readArguments({ args, options: known, allowPositionals: true })
  if (values.help) return null
  const [file, ...more] = positionals
  if (file === undefined) throw new UsageError('Name the log to import, or - for standard input')
  if (more.length > 0) throw new UsageError(`One log at a time: ${more.join(' ')} is too much`)
  if (values.site === undefined)
    throw new UsageError('Name the site: npm run import -- access.log --site demo')
  return { file, siteId: checkSite(values.site), url: values.url === undefined ? null : checkUrl(values.url) }
}

function checkSite(siteId: string): string {
  const result = eventSchema.shape.site_id.safeParse(siteId)
  if (result.success) return result.data
  const faults = result.error.issues.map((issue) => (issue.code === 'custom' ? issue.message : 'is empty'))
  throw new UsageError(`--site ${faults.join(' and ')}`)
}

function checkUrl(url: string): string {
  const protocol = URL.canParse(url) ? new URL(url).protocol : ''
  if (protocol === 'http:' || protocol === 'https:') return url
  throw new UsageError(`--url must be an address such as http://127.0.0.1:3000, not ${url}`)
}
