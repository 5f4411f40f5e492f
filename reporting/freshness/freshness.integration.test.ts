// How fresh an answer says it is, against a real Kafka, a real ClickHouse and the services between them.
import { describe, expect, it } from 'vitest'
import { freshDatabase, freshKafka, freshName, makeTopic } from '../../test/support/fresh.ts'
import { get, post } from '../../test/support/http.ts'
import {
  startPipeline,
  startTestConsumer,
  startTestIngest,
  startTestReporting,
  untilReady,
} from '../../test/support/pipeline.ts'
import { statsOf, statsWithLag } from '../../test/support/stats.ts'

async function send(url: string, site: string): Promise<string> {
  const { status, body } = await post(`${url}/event`, { site_id: site, event_type: 'view' })
  expect(status).toBe(202)
  return body['position'] as string
}

describe('after (contract section 5)', () => {
  it('counts in the same answer what was sent a moment ago, every time', async () => {
    const { ingestUrl, reportingUrl } = await startPipeline()
    for (let sent = 1; sent <= 50; sent += 1) {
      const position = await send(ingestUrl, 'demo')
      expect(await statsOf(reportingUrl, 'demo', position)).toMatchObject({
        total_events: sent,
        after_reached: true,
      })
    }
  }, 180_000)

  it('is not in the answer where it was not asked for', async () => {
    const { reportingUrl } = await startPipeline()
    expect(await statsOf(reportingUrl, 'demo')).not.toHaveProperty('after_reached')
  })
})

describe('complete_until and lag (contract section 5)', () => {
  it('stand still and grow while nothing is stored, and catch up after that', async () => {
    const { settings } = await freshDatabase()
    const kafka = freshKafka()
    const groupId = freshName('group')
    const ingest = await startTestIngest(kafka)
    await untilReady(ingest.url)
    const { url } = await startTestReporting(settings, { kafka, groupId })
    const consumer = await startTestConsumer(kafka, settings, groupId)
    await statsOf(url, 'demo', await send(ingest.url, 'demo'))
    await consumer.stop()
    await send(ingest.url, 'demo')
    const before = await statsWithLag(url, 'demo', 1)
    await send(ingest.url, 'demo')
    await send(ingest.url, 'other')
    const after = await statsWithLag(url, 'demo', 3)
    expect(after).toMatchObject({ total_events: 1, complete_until: before.complete_until })
    expect(before.complete_until).not.toBeNull()
    expect(after.lag?.seconds).toBeGreaterThan(before.lag?.seconds ?? Infinity)

    await startTestConsumer(kafka, settings, groupId)
    const last = await statsWithLag(url, 'demo', 0)
    expect(last).toMatchObject({ total_events: 3, lag: { seconds: 0 } })
    expect(Date.parse(last.complete_until ?? '')).toBeGreaterThan(Date.parse(before.complete_until ?? ''))
  })

  it('never promise more than the very answer counts, while events flow', async () => {
    const { ingestUrl, reportingUrl } = await startPipeline()
    const acknowledged: number[] = []
    const end = Date.now() + 5000
    const flow = async (site: string) => {
      while (Date.now() < end) {
        await send(ingestUrl, site)
        if (site === 'demo') acknowledged.push(Date.now())
      }
    }
    const instants = new Set<string>()
    const ask = async () => {
      while (Date.now() < end) {
        const { total_events, complete_until } = await statsOf(reportingUrl, 'demo')
        if (complete_until === null) continue
        const instant = Date.parse(complete_until)
        expect(total_events).toBeGreaterThanOrEqual(acknowledged.filter((at) => at < instant).length)
        instants.add(complete_until)
      }
    }
    await Promise.all([...['demo', 'demo', 'a', 'b'].map(flow), ask()])
    expect(instants.size).toBeGreaterThan(3)
  })

  it('are null while Kafka is away, at once, and reporting stays ready', async () => {
    const { settings } = await freshDatabase()
    const kafka = { ...freshKafka(), brokers: ['127.0.0.1:1'] }
    const { url } = await startTestReporting(settings, { kafka, waits: { waitMs: 200, mostWaiting: 9 } })
    // More than would fit into this test's time if each of them waited.
    for (let asked = 0; asked < 100; asked += 1) {
      expect(await statsOf(url, 'demo')).toMatchObject({ total_events: 0, complete_until: null, lag: null })
    }
    expect(await get(`${url}/readyz`)).toMatchObject({ status: 200 })
    expect(await statsOf(url, 'demo', '0:1')).toMatchObject({ lag: null, after_reached: false })
  })

  it('are told of an empty log, too', async () => {
    const { settings } = await freshDatabase()
    const kafka = freshKafka()
    await makeTopic(kafka)
    const { url } = await startTestReporting(settings, { kafka })
    const empty = await statsWithLag(url, 'demo', 0)
    expect(empty).toMatchObject({ total_events: 0, complete_until: expect.any(String) as string })
  })
})
