// P1 while Kafka is away: events are taken, kept on ingest's disk, and on the topic as soon as it is back.
import { describe, expect, it } from 'vitest'
import { get } from './support/http.ts'
import { startOwnKafka } from './support/own-kafka.ts'
import { startTestIngest, until, untilReady } from './support/pipeline.ts'
import { readEvents, type StoredEvent } from './support/read-events.ts'
import { startSender, type Sent } from './support/steady-sender.ts'

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

interface SpoolFacts {
  bytes: number
  events: number
}

async function spoolOf(url: string): Promise<SpoolFacts> {
  return (await get(`${url}/readyz`)).body['spool'] as SpoolFacts
}

async function untilDrained(url: string): Promise<void> {
  await until(async () => (await spoolOf(url)).bytes === 0)
}

const idsOf = (events: { event_id: string }[]) => events.map(({ event_id }) => event_id).sort()
const sentIds = (sent: Sent[]) => sent.filter(({ status }) => status === 202).map(({ eventId }) => eventId)

/** The events of one site as they first stand on the topic. */
function firstCopies(events: StoredEvent[], siteId: string): string[] {
  return [...new Set(events.filter(({ site_id }) => site_id === siteId).map(({ event_id }) => event_id))]
}

describe('while Kafka is stopped', () => {
  it('takes every event, tells what waits, and brings all of it to Kafka in order and with its time', async () => {
    const own = await startOwnKafka()
    const ingest = await startTestIngest(own.kafka)
    await untilReady(ingest.url)
    const sender = startSender(() => ingest.url, { perSecond: 100 })
    await pause(1000)
    await own.stop()
    await pause(3000)
    const away = await get(`${ingest.url}/readyz`)
    expect(away).toMatchObject({ status: 200, body: { kafka_away: true } })
    expect((away.body['spool'] as SpoolFacts).events).toBeGreaterThan(0)
    const figures = String((await get(`${ingest.url}/metrics`)).body['text'])
    for (const figure of ['kafka_away 1', 'spool_bytes', 'spool_events', 'spool_oldest_seconds']) {
      expect(figures).toMatch(new RegExp(`^${figure}`, 'm'))
    }
    await own.start()
    await untilReady(ingest.url)
    await untilDrained(ingest.url)
    await pause(500)
    const sent = await sender.stop()

    expect(sent.filter(({ status }) => status !== 202)).toEqual([])
    expect(sent.filter(({ position }) => position === null).length).toBeGreaterThan(100)
    expect(sent.at(-1)?.position).toMatch(/^\d:\d+$/)
    const stored = await readEvents(own.kafka)
    expect([...new Set(idsOf(stored))]).toEqual(sentIds(sent).sort())
    const sentById = new Map(sent.map((one) => [one.eventId, one]))
    for (const { event_id, receivedAt } of stored) {
      const { at = 0, tookMs = 0 } = sentById.get(event_id) ?? {}
      expect(receivedAt).toBeGreaterThanOrEqual(at)
      // Lines that were received within one second may share a record, and with it the time of the last.
      expect(receivedAt).toBeLessThanOrEqual(at + tookMs + 1001)
    }
  })

  it('keeps the order of a site that sends one event after the other', async () => {
    const own = await startOwnKafka()
    const ingest = await startTestIngest(own.kafka)
    await untilReady(ingest.url)
    const sent: string[] = []
    const stopping = new AbortController()
    const sending = (async () => {
      while (!stopping.signal.aborted) {
        const body = JSON.stringify({ site_id: 'one', event_type: 'view' })
        const headers = { 'content-type': 'application/json' }
        const answer = await fetch(`${ingest.url}/event`, { method: 'POST', body, headers })
        sent.push(((await answer.json()) as { event_id: string }).event_id)
      }
    })()
    await pause(300)
    await own.stop()
    await pause(2000)
    await own.start()
    await untilReady(ingest.url)
    await untilDrained(ingest.url)
    await pause(300)
    stopping.abort()
    await sending
    expect(firstCopies(await readEvents(own.kafka), 'one')).toEqual(sent)
  })
})

describe('while Kafka is frozen', () => {
  it('takes every event, in doubt or not, and brings each to Kafka', async () => {
    const own = await startOwnKafka()
    const ingest = await startTestIngest(own.kafka)
    await untilReady(ingest.url)
    const sender = startSender(() => ingest.url, { perSecond: 100 })
    await pause(500)
    own.freeze()
    await pause(5000)
    expect((await spoolOf(ingest.url)).events).toBeGreaterThan(0)
    own.thaw()
    await untilReady(ingest.url)
    await untilDrained(ingest.url)
    const sent = await sender.stop()
    expect(sent.filter(({ status }) => status !== 202)).toEqual([])
    const stored = await readEvents(own.kafka)
    expect([...new Set(idsOf(stored))]).toEqual(sentIds(sent).sort())
  })
})
