// The requests of the load generator: real events, each request another one, for next to no CPU. Lines are made once;
// a request copies some of them at random into its connection's buffer and gives each a time of its own, since events
// that repeat would lie side by side in a sorted table and compress as none do.
import { createEvents } from '../events.ts'

/** The next request of a connection, head and body; it holds until that connection asks again. */
export type NextRequest = (connection: number) => Buffer

export interface RequestSettings {
  url: string
  /** 1: one event as JSON; more: NDJSON. */
  eventsPerRequest: number
}

/** Lines, one behind the other, each ending with its timestamp. */
export interface LinePool {
  bytes: Buffer
  /** Where each line begins, and where the last one ends. */
  starts: Uint32Array
  /** The seconds of an hour as `2026-11-22T00:41:55`, one behind the other. */
  seconds: Buffer
}

const poolLines = 50_000
const hourSeconds = 3600
const secondLength = '2026-11-22T00:41:55'.length
/** `.123Z"}` and the rest of the timestamp before it. */
const timestampFromEnd = '2026-11-22T00:41:55.123Z"}'.length
const lengthDigits = 8

/** @param until epoch milliseconds: the events are of the hour before it */
export function createLinePool(until: number, lines = poolLines): LinePool {
  const next = createEvents(until)
  const texts = Array.from({ length: lines }, () => Buffer.from(JSON.stringify(next())))
  const starts = new Uint32Array(lines + 1)
  texts.forEach((text, index) => (starts[index + 1] = (starts[index] ?? 0) + text.length))
  const seconds = Array.from({ length: hourSeconds }, (_, second) =>
    new Date(until - (hourSeconds - second) * 1000).toISOString().slice(0, secondLength),
  )
  return { bytes: Buffer.concat(texts), starts, seconds: Buffer.from(seconds.join('')) }
}

export function createRequests(
  pool: LinePool,
  { url, eventsPerRequest }: RequestSettings,
  connections: number,
): NextRequest {
  const { host, pathname } = new URL(url)
  const type = eventsPerRequest === 1 ? 'application/json' : 'application/x-ndjson'
  const start = `POST ${pathname} HTTP/1.1\r\nHost: ${host}\r\nContent-Type: ${type}\r\nContent-Length: `
  const head = Buffer.from(`${start}${' '.repeat(lengthDigits)}\r\n\r\n`)
  const longest = pool.starts.reduce(
    (most, end, index) => Math.max(most, end - (pool.starts[index - 1] ?? end)),
    0,
  )
  const buffers = Array.from({ length: connections }, () => {
    const buffer = Buffer.alloc(head.length + eventsPerRequest * (longest + 1))
    head.copy(buffer)
    return buffer
  })
  const random = createXorshift(connections)
  return (connection) => {
    const buffer = buffers[connection] as Buffer
    let end = head.length
    for (let left = eventsPerRequest; left > 0; left -= 1) {
      if (end > head.length) buffer[end++] = lineFeed
      end = writeLine(buffer, end, pool, random)
    }
    buffer.write(String(end - head.length).padStart(lengthDigits), start.length, 'latin1')
    return buffer.subarray(0, end)
  }
}

const lineFeed = 0x0a
const zero = 0x30

function writeLine(buffer: Buffer, at: number, pool: LinePool, random: () => number): number {
  const { bytes, starts, seconds } = pool
  const index = random() % (starts.length - 1)
  const end = at + bytes.copy(buffer, at, starts[index], starts[index + 1])
  const second = (random() % hourSeconds) * secondLength
  const millisecond = random() % 1000
  const dot = end - timestampFromEnd + secondLength
  seconds.copy(buffer, end - timestampFromEnd, second, second + secondLength)
  buffer[dot + 1] = zero + Math.floor(millisecond / 100)
  buffer[dot + 2] = zero + (Math.floor(millisecond / 10) % 10)
  buffer[dot + 3] = zero + (millisecond % 10)
  return end
}

/** Whole numbers below 2^32: far cheaper than a good generator, and good enough to pick lines. */
function createXorshift(seed: number): () => number {
  let state = seed + 0x9e3779b9
  return () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return state >>> 0
  }
}
