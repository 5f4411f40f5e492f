// Makes access logs of any length for tests and fault runs: the same for the same seed, few paths and users
// with most of the requests, times in order but for slow requests, now and then the same line twice.
//
//   node --import tsx test/support/generate-log.ts 1000000 [--seed 1] [--malformed 0] > access.log
import { once } from 'node:events'
import { pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { createRandom } from '../../faults/random.ts'

export interface LogSettings {
  lines: number
  /** Another seed, another log. */
  seed?: number
  /** How many of the lines are malformed, spread evenly. */
  malformed?: number
  /** When the first request came in, epoch milliseconds. */
  start?: number
  /** Requests a second of the log's own time. */
  perSecond?: number
}

const agents = [
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Safari/537.36',
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 14_5) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Safari/605.1.15',
  'Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0',
  'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148',
  'Mozilla/5.0 (compatible; ExampleBot/2.1; +http://example.com/bot.html)',
  '-',
]
const malformedLines = [
  '',
  '-',
  'not a request at all',
  '10.0.0.1 - - [14/Nov/2025:00:00:00 +0000] "GET /torn HT',
]

/** The log's lines, without their line breaks. */
export function* generateLog(settings: LogSettings): Generator<string> {
  const { lines, seed = 1, malformed = 0, start = Date.UTC(2025, 10, 14), perSecond = 50 } = settings
  const random = createRandom(seed)
  let written = 0
  let before = ''
  for (let number = 0; number < lines; number += 1) {
    const due = Math.floor(((number + 1) * malformed) / lines)
    if (due > written) {
      yield malformedLines[written % malformedLines.length] ?? ''
      written = due
      continue
    }
    if (before === '' || random() >= 0.002) before = requestLine(random, start + (number / perSecond) * 1000)
    yield before
  }
}

function requestLine(random: () => number, now: number): string {
  const user = skewed(random, 50_000)
  const address = `10.${user >> 16}.${(user >> 8) & 255}.${user & 255}`
  const page = skewed(random, 2000)
  const path = page === 0 ? '/' : `/articles/${page.toString(36)}`
  const query = random() < 0.1 ? `?page=${1 + skewed(random, 20)}&q=caf%C3%A9` : ''
  const status = pick(random, [200, 200, 200, 200, 200, 200, 200, 304, 301, 404, 500])
  const method = random() < 0.95 ? 'GET' : 'POST'
  const slow = random() < 0.01 ? random() * 60_000 : 0
  const size = status === 304 ? '-' : String(200 + Math.floor(random() * 50_000))
  const referrer = random() < 0.4 ? '-' : `https://example.com/articles/${skewed(random, 2000).toString(36)}`
  const agent = agents[user % agents.length]
  return `${address} - - [${clf(now - slow)}] "${method} ${path}${query} HTTP/1.1" ${status} ${size} "${referrer}" "${agent}"`
}

/** 14/Nov/2025:00:00:00 +0000 */
function clf(time: number): string {
  const [, day, month, year, clock] = new Date(time).toUTCString().split(' ')
  return `${day}/${month}/${year}:${clock} +0000`
}

/** A whole number below `limit`; small ones come up far more often. */
function skewed(random: () => number, limit: number): number {
  return Math.floor(limit ** random()) - 1
}

function pick<Value>(random: () => number, values: [Value, ...Value[]]): Value {
  return values[Math.floor(random() * values.length)] ?? values[0]
}

async function print(settings: LogSettings): Promise<void> {
  let text = ''
  for (const line of generateLog(settings)) {
    text += `${line}\n`
    if (text.length < 1_000_000) continue
    if (!process.stdout.write(text)) await once(process.stdout, 'drain')
    text = ''
  }
  process.stdout.write(text)
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const options = { seed: { type: 'string' }, malformed: { type: 'string' } } as const
  const { values, positionals } = parseArgs({ options, allowPositionals: true })
  const { seed = '1', malformed = '0' } = values
  await print({ lines: Number(positionals[0] ?? 1000), seed: Number(seed), malformed: Number(malformed) })
}
