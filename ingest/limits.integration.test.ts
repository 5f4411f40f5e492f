// Back-pressure, and the end of a service that clients are still talking to.
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { freshKafka } from '../test/support/fresh.ts'
import { get, post } from '../test/support/http.ts'
import { startTestIngest, until, untilReady } from '../test/support/pipeline.ts'
import { connectRaw, postOf } from '../test/support/raw-client.ts'
import type { IngestConfig } from './config.ts'

const view = { site_id: 'demo', event_type: 'page_view' }
const large = { ...view, path: `/${'x'.repeat(2000)}` }

async function start(others: Partial<IngestConfig>) {
  const ingest = await startTestIngest(freshKafka(), {}, others)
  await untilReady(ingest.url)
  return ingest
}

const inFlight = async (url: string) => {
  const figures = String((await get(`${url}/metrics`)).body['text'])
  return Number(/^body_bytes_in_flight (\d+)/m.exec(figures)?.[1])
}

describe('bytes in flight', () => {
  it('are bounded over all requests: what is over it gets 503 with Retry-After, and room again later', async () => {
    const { url } = await start({ maxBodyBytesInFlight: 3000 })
    const slow = await connectRaw(url)
    const { head, body } = postOf('/event', large)
    slow.write(head + body.slice(0, 1500))
    await until(async () => (await inFlight(url)) === 1500)
    const refused = await post(`${url}/event`, large)
    expect(refused).toMatchObject({ status: 503, body: { title: 'Service Unavailable' } })
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
    slow.write(body.slice(1500))
    await until(() => Promise.resolve(slow.answered().startsWith('HTTP/1.1 202')))
    await until(async () => (await inFlight(url)) === 0)
    expect((await post(`${url}/event`, large)).status).toBe(202)
  })

  it('count what a body is decompressed to as well', async () => {
    const { url } = await start({ maxBodyBytesInFlight: 3000 })
    const headers = { 'content-type': 'application/json', 'content-encoding': 'gzip' }
    expect((await post(`${url}/event`, gzipSync(JSON.stringify(large)), headers)).status).toBe(202)
    const events = Buffer.from(JSON.stringify([large, large]))
    expect(gzipSync(events).length).toBeLessThan(200)
    expect((await post(`${url}/events`, gzipSync(events), headers)).status).toBe(503)
    await until(async () => (await inFlight(url)) === 0)
  })

  it('are given back by a client that goes away', async () => {
    const { url } = await start({ maxBodyBytesInFlight: 3000 })
    const gone = await connectRaw(url)
    const { head, body } = postOf('/event', large)
    gone.write(head + body.slice(0, 1500))
    await until(async () => (await inFlight(url)) === 1500)
    gone.end()
    await until(async () => (await inFlight(url)) === 0)
  })
})

describe('ingest that is told to stop', () => {
  it('says that it is not ready, serves on for a while, and tells every client that its connection closes', async () => {
    const ingest = await start({ stopServingMs: 1000 })
    const client = await connectRaw(ingest.url)
    const { head, body } = postOf('/event', view)
    client.write(head + body)
    await until(() => Promise.resolve(client.answered().includes('accepted')))
    expect(client.answered()).toMatch(/connection: keep-alive/i)
    const stopped = ingest.stop()
    expect(await get(`${ingest.url}/readyz`)).toMatchObject({ status: 503 })
    client.write(head + body)
    await client.ended
    const [, second = ''] = client.answered().split('HTTP/1.1 202', 3).slice(1)
    expect(second).toMatch(/connection: close/i)
    expect(second).toContain('"accepted"')
    await stopped
  })

  it('answers 503 with Retry-After to what is not here yet when that time is over, and ends', async () => {
    const ingest = await start({ stopServingMs: 0 })
    const [early, late] = [await connectRaw(ingest.url), await connectRaw(ingest.url)]
    const { head, body } = postOf('/event', view)
    early.write(head + body.slice(0, 10))
    late.write(head.slice(0, 20))
    await until(async () => (await inFlight(ingest.url)) === 10)
    const stopped = ingest.stop()
    await new Promise((resolve) => setTimeout(resolve, 100))
    late.write(head.slice(20) + body)
    early.write(body.slice(10))
    await Promise.all([early.ended, late.ended, stopped])
    for (const { answered } of [early, late]) {
      expect(answered()).toMatch(/^HTTP\/1.1 503/)
      expect(answered()).toMatch(/retry-after: \d/i)
      expect(answered()).toMatch(/connection: close/i)
    }
  })

  it('is not held by a client that never sends the rest', async () => {
    const ingest = await start({ stopServingMs: 0 })
    const never = await connectRaw(ingest.url)
    const { head, body } = postOf('/event', view)
    never.write(head + body.slice(0, 10))
    await until(async () => (await inFlight(ingest.url)) === 10)
    await Promise.all([ingest.stop(), never.ended])
    expect(never.answered()).toMatch(/^HTTP\/1.1 503/)
  })
})
