import { createServer } from 'node:http'
import { describe, expect, it, onTestFinished } from 'vitest'
import { openTcpProxy } from '../faults/proxy/tcp-proxy.ts'
import { createApp } from '../runtime/app.ts'
import { closeServer, listen } from '../runtime/http.ts'
import { freshDatabase, openRequests, testLogger } from '../test/support/fresh.ts'
import { get, post } from '../test/support/http.ts'
import { startTestReporting, until } from '../test/support/pipeline.ts'
import { startTcpProxy } from '../test/support/tcp-proxy.ts'
import { reportingRoutes } from './app.ts'
import type { StoreFreshness } from './freshness/freshness.ts'
import { createReportingMetrics } from './metrics.ts'
import { createCountStats } from './count-stats.ts'
import { createQuestions } from './questions.ts'
import { createTurns } from './turns.ts'

describe('GET /stats (contract section 5)', () => {
  it('answers a valid site without events with zeros', async () => {
    const { settings } = await freshDatabase()
    const { url } = await startTestReporting(settings)
    expect(await get(`${url}/stats?site_id=nobody&date=2025-11-14`)).toMatchObject({
      status: 200,
      body: {
        site_id: 'nobody',
        date: '2025-11-14',
        from: '2025-11-14T00:00:00.000Z',
        to: '2025-11-15T00:00:00.000Z',
        timezone: 'UTC',
        total_views: 0,
        unique_users: 0,
        total_events: 0,
        top_paths: [],
      },
    })
  })

  it('answers 400 with every fault at once, as a problem document', async () => {
    const { settings } = await freshDatabase()
    const { url } = await startTestReporting(settings)
    const answer = await get(`${url}/stats?date=2025-13-40&limit=0&sort=up`)
    expect(answer.status).toBe(400)
    expect(answer.headers.get('content-type')).toBe('application/problem+json')
    const errors = answer.body['errors'] as { field: string }[]
    expect(errors.map(({ field }) => field)).toEqual(['sort', 'site_id', 'limit', 'date'])
  })

  it('binds what was asked: a site is never read as SQL', async () => {
    const { settings } = await freshDatabase()
    const { url } = await startTestReporting(settings)
    const site = encodeURIComponent("x' OR 1=1 -- {site:String} \\")
    expect(await get(`${url}/stats?site_id=${site}`)).toMatchObject({
      status: 200,
      body: { total_events: 0 },
    })
  })

  it('answers 405 with Allow for another method', async () => {
    const { settings } = await freshDatabase()
    const { url } = await startTestReporting(settings)
    const answer = await post(`${url}/stats?site_id=a`, {})
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'GET, HEAD'])
  })

  it('answers 503 with Retry-After while ClickHouse is away, and names it on /readyz', async () => {
    const { settings } = await freshDatabase()
    const { hostname, port } = new URL(settings.url)
    const proxy = await startTcpProxy({ host: hostname, port: Number(port) })
    const { url } = await startTestReporting({ ...settings, url: `http://127.0.0.1:${proxy.port}` })
    expect(await get(`${url}/readyz`)).toMatchObject({ status: 200 })
    await proxy.cut()
    const answer = await get(`${url}/stats?site_id=a`)
    expect(answer.status).toBe(503)
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0)
    expect(await get(`${url}/readyz`)).toMatchObject({
      status: 503,
      body: { detail: expect.stringMatching(/^clickhouse: /) as string },
    })
    expect(await get(`${url}/livez`)).toMatchObject({ status: 200 })
    await proxy.mend()
    expect(await get(`${url}/stats?site_id=a`)).toMatchObject({ status: 200 })
  })

  it('answers 503 within its time, however many ask at once, and keeps nothing of those who went away', async () => {
    const { settings } = await freshDatabase()
    const { hostname, port } = new URL(settings.url)
    const proxy = await openTcpProxy({ host: hostname, port: Number(port) })
    onTestFinished(proxy.close)
    const { url } = await startTestReporting(
      { ...settings, url: `http://127.0.0.1:${proxy.port}` },
      { queryTimeoutMs: 1000 },
    )
    const ask = () => get(`${url}/stats?site_id=a`)
    expect(await ask()).toMatchObject({ status: 200 })
    proxy.set({ kind: 'hang' })
    const answers = await Promise.all(Array.from({ length: 40 }, ask))
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([503]))
    expect(answers.every(({ headers }) => Number(headers.get('retry-after')) > 0)).toBe(true)
    const left = Array.from({ length: 40 }, () =>
      fetch(`${url}/stats?site_id=a`, { signal: AbortSignal.timeout(200) }).catch(() => null),
    )
    expect(new Set(await Promise.all(left))).toEqual(new Set([null]))
    proxy.set({ kind: 'none' })
    await until(async () => (await ask()).status === 200)
  })

  it('asks how fresh the store is before it counts, so that the numbers hold what they are said to', async () => {
    const { settings, clickhouse } = await freshDatabase()
    const store = () =>
      clickhouse.command({
        query:
          "INSERT INTO events (site_id, event_type, timestamp) VALUES ('a', 'view', '2025-11-14 00:00:00')",
      })
    const figures = { lag: () => null, waiting: () => 0 }
    const freshness: StoreFreshness = {
      tell: async () => {
        await store()
        return { completeUntil: 0, records: 0, seconds: 0 }
      },
      waitFor: () => Promise.resolve(true),
      figures,
      stop: () => undefined,
    }
    const metrics = createReportingMetrics(figures)
    const logger = testLogger()
    const routes = reportingRoutes({
      countStats: createCountStats(openRequests(settings)),
      freshness,
      viewTypes: ['view'],
      questions: createQuestions({ turns: createTurns(1, 1), timeoutMs: 10_000, metrics, logger }),
    })
    const app = createApp({ checks: {}, registry: metrics.registry, routes, logger })
    const server = createServer(app)
    onTestFinished(() => closeServer(server))
    const url = await listen(server, { host: '127.0.0.1', port: 0 })
    expect(await get(`${url}/stats?site_id=a`)).toMatchObject({ body: { total_events: 1 } })
  })
})
