// A whole log, from its bytes to the batches: checked against counts made by an independent script.
import { describe, expect, it, onTestFinished } from 'vitest'
import { createSender } from '../../client/sender.ts'
import { generateLog } from '../../test/support/generate-log.ts'
import { importLog } from './import-log.ts'
import { readLog } from './open-log.ts'
import { createRepetitions } from './repetitions.ts'
import { newTally } from './tally.ts'

interface SentEvent {
  event_type: string
  event_id: string
  user_id: string
  path?: string
  timestamp: string
}

/** Imports `text` with an ingest that takes everything, and gives what it was sent. */
async function importText(text: string) {
  const events: SentEvent[] = []
  const tally = newTally()
  const sender = createSender<number>({
    url: 'http://ingest.test',
    post: (body) => {
      const batch = body.trimEnd().split('\n')
      events.push(...batch.map((line) => JSON.parse(line) as SentEvent))
      return Promise.resolve({
        status: 202,
        retryAfter: null,
        body: JSON.stringify({ accepted: batch.length }),
      })
    },
    settled: ({ accepted }) => (tally.accepted += accepted.length),
  })
  const repetitions = createRepetitions()
  onTestFinished(repetitions.close)
  const log = readLog('access.log', chunksOf(Buffer.from(text)), null)
  await importLog({ log, siteId: 'demo', sender, repetitions, tally })
  return { events, tally }
}

// eslint-disable-next-line @typescript-eslint/require-await -- what reads it expects an asynchronous one
async function* chunksOf(bytes: Buffer): AsyncGenerator<Buffer> {
  for (let start = 0; start < bytes.length; start += 1000) yield bytes.subarray(start, start + 1000)
}

const log = `\
10.0.0.1 - - [14/Nov/2025:09:00:00 +0000] "GET /home HTTP/1.1" 200 512 "-" "Firefox"
10.0.0.1 - - [14/Nov/2025:09:00:01 +0000] "GET /home?a=1 HTTP/1.1" 304 - "https://example.com/" "Firefox"
10.0.0.1 - - [14/Nov/2025:09:00:01 +0000] "GET /home?a=1 HTTP/1.1" 304 - "https://example.com/" "Firefox"
10.0.0.2 - - [14/Nov/2025:09:00:02 +0000] "POST /order HTTP/1.1" 201 12 "-" "Safari"
10.0.0.2 - - [14/Nov/2025:09:00:03 +0000] "GET /gone HTTP/1.1" 404 12 "-" "Safari"
this is no request
10.0.0.2 - jo [14/Nov/2025:09:00:04 +0000] "GET /about HTTP/1.1" 200 99 "-" "Safari"
2001:db8::7 - - [14/Nov/2025:09:00:04 +0000] "GET /home HTTP/2.0" 200 512 "-" "Chrome"
2001:db8::7 - - [14/Nov/2025:09:00:05 +0000] "\\x16\\x03" 400 226 "-" "-"
10.0.0.1 - - [14/Nov/2025:09:00:00 +0000] "GET /home HTTP/1.1" 200 512 "-" "Firefox"
`

/** Page views, their users and their paths, counted from the text alone. */
function countedByScript(text: string) {
  const views = text.split('\n').filter((line) => /"GET \S+ HTTP\/\S+" [123]\d\d /.test(line))
  const users = views.map((line) => `${line.split(' ')[0]} ${line.split('"').at(-2)}`)
  const paths = views.map((line) => line.split('"')[1]?.split(' ')[1]?.split('?')[0] ?? '')
  return { views: views.length, users: new Set(users).size, paths: tallyOf(paths) }
}

function countedFromEvents(events: SentEvent[]) {
  const views = events.filter((event) => event.event_type === 'page_view')
  const users = new Set(views.map((event) => event.user_id))
  return { views: views.length, users: users.size, paths: tallyOf(views.map((event) => event.path ?? '')) }
}

function tallyOf(values: string[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const value of values) counts[value] = (counts[value] ?? 0) + 1
  return counts
}

describe('importing a log', () => {
  it('sends an event for each well-formed line and counts the others with their numbers', async () => {
    const { tally } = await importText(log)
    expect(tally).toMatchObject({ lines: 10, sent: 8, accepted: 8, malformed: 2 })
    expect(tally.malformedExamples.map(({ line }) => line)).toEqual([6, 9])
  })

  it('gives the views, users and paths that a script counts', async () => {
    const { events } = await importText(log)
    expect(countedByScript(log)).toEqual({ views: 6, users: 3, paths: { '/home': 5, '/about': 1 } })
    expect(countedFromEvents(events)).toEqual(countedByScript(log))
  })

  it('does so for a long log of many blocks', async () => {
    const text = [...generateLog({ lines: 40_000, malformed: 7 })].join('\n')
    const { events, tally } = await importText(text)
    expect(tally).toMatchObject({ lines: 40_000, accepted: 39_993, malformed: 7 })
    expect(countedFromEvents(events)).toEqual(countedByScript(text))
    expect(new Set(events.map((event) => event.event_id)).size).toBe(39_993)
  })

  it('keeps equal requests apart and gives every event the same id in a second run', async () => {
    const first = await importText(log)
    const second = await importText(log)
    const ids = first.events.map((event) => event.event_id)
    expect(new Set(ids).size).toBe(8)
    expect(second.events.map((event) => event.event_id)).toEqual(ids)
  })

  it('gives a log that has grown the same ids for what was in it before', async () => {
    const before = await importText(log)
    const after = await importText(`${log}${log}`)
    expect(after.events.slice(0, 8)).toEqual(before.events)
    expect(new Set(after.events.map((event) => event.event_id)).size).toBe(16)
  })

  it('is not stopped by bytes that are no text', async () => {
    const { tally } = await importText(`\0\u0001\ufeff\n${log}`)
    expect(tally).toMatchObject({ lines: 11, sent: 8, malformed: 3 })
  })
})
