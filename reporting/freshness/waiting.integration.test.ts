// Waiting for a position, and the many ways in which it ends.
import { connect } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { freshDatabase, freshKafka, freshName, makeTopic } from '../../test/support/fresh.ts'
import { get, post } from '../../test/support/http.ts'
import {
  startTestConsumer,
  startTestIngest,
  startTestReporting,
  until,
  untilReady,
} from '../../test/support/pipeline.ts'
import type { WaitLimits } from './waiting.ts'

/** Reporting over an empty topic with two partitions. */
async function start(waits: WaitLimits) {
  const { settings } = await freshDatabase()
  const kafka = freshKafka({ partitions: 2 })
  const groupId = freshName('group')
  await makeTopic(kafka)
  const { url, stop } = await startTestReporting(settings, { kafka, groupId, waits })
  await until(async () => (await get(`${url}/stats?site_id=a`)).body['lag'] !== null)
  const ask = (after: string, signal?: AbortSignal) =>
    fetch(`${url}/stats?site_id=a&after=${after}`, signal ? { signal } : {})
  const untilWaiting = (count: number) =>
    until(async () =>
      String((await get(`${url}/metrics`)).body['text']).includes(`requests_waiting ${count}\n`),
    )
  return { settings, kafka, groupId, url, stop, ask, untilWaiting }
}

const long = { waitMs: 60_000, mostWaiting: 10 }

describe('waiting for a position (contract section 5)', () => {
  it('ends with after_reached false where nothing stands at it in time', async () => {
    const { ask } = await start({ waitMs: 100, mostWaiting: 10 })
    const answer = await ask('0:5')
    expect(answer.status).toBe(200)
    expect(await answer.json()).toMatchObject({ total_events: 0, after_reached: false })
  })

  it('is refused for a partition that the topic does not have', async () => {
    const { url } = await start(long)
    expect(await get(`${url}/stats?site_id=a&after=1:0,2:0`)).toMatchObject({
      status: 400,
      body: {
        errors: [{ field: 'after', code: 'partition', message: /partition 2, and the topic has 0 to 1/ }],
      },
    })
  })

  it('ends when the client goes away', async () => {
    const { ask, untilWaiting } = await start(long)
    const client = new AbortController()
    const answer = ask('0:5', client.signal)
    await untilWaiting(1)
    client.abort()
    await expect(answer).rejects.toThrow()
    await untilWaiting(0)
  })

  it('goes on for a client that only closed its own side', async () => {
    const { settings, kafka, groupId, url, untilWaiting } = await start(long)
    const { hostname, port } = new URL(url)
    const socket = connect(Number(port), hostname)
    onTestFinished(() => void socket.destroy())
    let answer = ''
    socket.setEncoding('utf8').on('data', (text: string) => (answer += text))
    const partition = await positionOfNext(kafka)
    socket.end(`GET /stats?site_id=a&after=${partition} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`)
    await untilWaiting(1)
    await startTestConsumer(kafka, settings, groupId)
    await until(() => Promise.resolve(answer.includes('"after_reached":true')))
    expect(answer).toMatch(/^(HTTP\/1\.1 102 Processing\r\n\r\n)+HTTP\/1\.1 200 OK\r\n/)
    expect(answer).toContain('"total_events":1')
  })

  it('is refused with 503 where too many wait, and those who wait go on', async () => {
    const { settings, kafka, groupId, ask, untilWaiting } = await start({ waitMs: 60_000, mostWaiting: 2 })
    const position = await positionOfNext(kafka)
    const waiting = [ask(position), ask(position)]
    await untilWaiting(2)
    const refused = await ask(position)
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '1'])
    await startTestConsumer(kafka, settings, groupId)
    for (const answer of await Promise.all(waiting)) {
      expect(await answer.json()).toMatchObject({ total_events: 1, after_reached: true })
    }
    expect((await ask(position)).status).toBe(200)
  })

  it('ends at once when reporting stops, and every request has its answer', async () => {
    const { ask, stop, untilWaiting } = await start(long)
    const answer = ask('0:5')
    await untilWaiting(1)
    await stop()
    expect(await (await answer).json()).toMatchObject({ after_reached: false })
  })

  /** Sends an event, which is not stored as long as no consumer runs. */
  async function positionOfNext(kafka: Parameters<typeof startTestIngest>[0]): Promise<string> {
    const ingest = await startTestIngest(kafka)
    await untilReady(ingest.url)
    const { body } = await post(`${ingest.url}/event`, { site_id: 'a', event_type: 'view' })
    return body['position'] as string
  }
})
