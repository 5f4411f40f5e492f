import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { createKafka } from '../kafka/client.ts'
import { freshKafka, testLogger } from '../test/support/fresh.ts'
import { get, post } from '../test/support/http.ts'
import { startTestIngest, untilReady } from '../test/support/pipeline.ts'
import { readTopic } from '../test/support/read-topic.ts'

const json = { 'content-type': 'application/json' }
const view = { site_id: 'demo', event_type: 'page_view' }

async function start() {
  const settings = freshKafka()
  const ingest = await startTestIngest(settings)
  await untilReady(ingest.url)
  const read = (count: number) =>
    readTopic(createKafka(settings, 'test', testLogger()), settings.topic.name, count)
  return { url: ingest.url, read }
}

describe('POST /event (contract section 4)', () => {
  it('answers 202 with the id and the position of the event on the topic', async () => {
    const { url, read } = await start()
    const answer = await post(`${url}/event`, { ...view, path: '/home', user_id: 'u1', event_id: 'Mine' })
    expect(answer).toMatchObject({ status: 202, body: { status: 'accepted', event_id: 'Mine' } })
    const [record] = await read(1)
    expect(answer.body['position']).toBe(`${record?.partition}:${record?.offset}`)
    expect(record?.key).toBe('demo')
    expect(JSON.parse(record?.value ?? '')).toMatchObject({ ...view, path: '/home', user_id: 'u1' })
  })

  it('makes an id for an event without one', async () => {
    const { url } = await start()
    const { body } = await post(`${url}/event`, view)
    expect(body['event_id']).toMatch(/^[0-9a-f-]{36}$/)
  })

  it.each([
    ['gzip', gzipSync],
    ['deflate', deflateSync],
    ['br', brotliCompressSync],
  ])('takes a body in %s', async (encoding, compress) => {
    const { url } = await start()
    const body = compress(JSON.stringify(view))
    expect(await post(`${url}/event`, body, { ...json, 'content-encoding': encoding })).toMatchObject({
      status: 202,
    })
  })

  it('takes text/plain, as sendBeacon sends it', async () => {
    const { url } = await start()
    expect(
      await post(`${url}/event`, JSON.stringify(view), { 'content-type': 'text/plain;charset=UTF-8' }),
    ).toMatchObject({
      status: 202,
    })
  })

  it('answers 400 with every fault at once', async () => {
    const { url } = await start()
    const answer = await post(`${url}/event`, { path: 5, oops: 1 })
    expect(answer.status).toBe(400)
    expect(answer.headers.get('content-type')).toBe('application/problem+json')
    expect(answer.body).toMatchObject({ title: 'Bad Request', status: 400 })
    expect(answer.body['errors']).toEqual([
      { field: 'site_id', code: 'required', message: 'site_id is required' },
      { field: 'event_type', code: 'required', message: 'event_type is required' },
      { field: 'path', code: 'type', message: 'path must be text' },
      expect.objectContaining({ field: 'oops', code: 'unknown_field' }),
    ])
  })

  it('answers 413 over 1 MB, compressed or not, and the answer can be read', async () => {
    const { url } = await start()
    const large = Buffer.alloc(1_000_001, ' ')
    expect(await post(`${url}/event`, large, json)).toMatchObject({ status: 413 })
    expect(
      await post(`${url}/event`, gzipSync(large), { ...json, 'content-encoding': 'gzip' }),
    ).toMatchObject({ status: 413 })
  })

  it('answers 415 for another content type or encoding, and for none', async () => {
    const { url } = await start()
    const body = JSON.stringify(view)
    for (const headers of [
      { 'content-type': 'application/xml' },
      { 'content-type': '' },
      { 'content-type': 'application/json; charset=utf-16' },
      { ...json, 'content-encoding': 'zstd' },
    ]) {
      expect(await post(`${url}/event`, Buffer.from(body), headers)).toMatchObject({ status: 415 })
    }
  })

  it('answers 405 with Allow for another method', async () => {
    const { url } = await start()
    for (const method of ['GET', 'PUT', 'DELETE']) {
      const answer = await fetch(`${url}/event`, { method })
      expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'POST'])
    }
  })
})

describe('what ingest answers about itself (contract section 4)', () => {
  it('is alive, ready and counted', async () => {
    const { url } = await start()
    await post(`${url}/event`, view)
    expect((await get(`${url}/livez`)).status).toBe(200)
    expect(await get(`${url}/readyz`)).toMatchObject({ status: 200, body: { checks: { kafka: 'ok' } } })
    expect(await get(`${url}/health`)).toMatchObject({ status: 200 })
    const { body } = await get(`${url}/metrics`)
    expect(body['text']).toContain('events_accepted_total 1')
  })

  it('names reporting to those who ask for numbers', async () => {
    const { url } = await start()
    const answer = await get(`${url}/stats?site_id=demo`)
    expect(answer.status).toBe(404)
    expect(answer.body['detail']).toContain('http://127.0.0.1:3001/stats')
  })

  it('answers 404 and 405 as problem documents', async () => {
    const { url } = await start()
    expect(await get(`${url}/nothing`)).toMatchObject({ status: 404, body: { title: 'Not Found' } })
    expect(await post(`${url}/livez`, {})).toMatchObject({
      status: 405,
      body: { title: 'Method Not Allowed' },
    })
  })
})

describe('without Kafka and without a spool', () => {
  it('answers 503 with Retry-After, accepts nothing, and names the failing part', async () => {
    const kafka = { ...freshKafka(), brokers: ['127.0.0.1:1'] }
    const ingest = await startTestIngest(kafka, {}, { spool: { dir: '/nowhere', maxBytes: 0 } })
    const answer = await post(`${ingest.url}/event`, view)
    expect(answer.status).toBe(503)
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0)
    expect(await post(`${ingest.url}/events`, [view, view])).toMatchObject({ status: 503 })
    expect(await get(`${ingest.url}/livez`)).toMatchObject({ status: 200 })
    const ready = await get(`${ingest.url}/readyz`)
    expect(ready.status).toBe(503)
    expect(ready.body['detail']).toMatch(/^kafka: /)
  })
})
