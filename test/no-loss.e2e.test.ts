// P1: what was answered with 2xx is stored, whatever dies on the way.
import { describe, expect, it } from 'vitest'
import { freshDatabase, freshKafka, freshName, rowsOf } from './support/fresh.ts'
import { post, postLines } from './support/http.ts'
import { until, untilReady } from './support/pipeline.ts'
import { runToEnd, serviceEnv, startProcess, type ServiceProcess } from './support/process.ts'

async function start() {
  const { settings, clickhouse } = await freshDatabase()
  const env = serviceEnv(freshKafka(), settings, freshName('group'))
  const storedIds = async () => {
    const rows = await rowsOf<{ id: string }>(
      clickhouse,
      'SELECT DISTINCT toString(event_id) AS id FROM events',
    )
    return new Set(rows.map(({ id }) => id))
  }
  return { env, storedIds }
}

/** Sends batches until told to stop; the ids of all that was answered with 202. */
function sendSteadily(url: () => string): { stop: () => Promise<string[]> } {
  const accepted: string[] = []
  const stopping = new AbortController()
  const sending = (async () => {
    for (let batch = 0; !stopping.signal.aborted; batch += 1) {
      const lines = Array.from({ length: 50 }, (_, n) => ({
        site_id: `site-${n % 7}`,
        event_type: 'view',
        path: `/${batch}`,
      }))
      const answer = await postLines(`${url()}/events`, lines).catch(() => null)
      if (answer?.status === 202) accepted.push(...(answer.body['event_ids'] as string[]))
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
  })()
  return {
    stop: async () => {
      stopping.abort()
      await sending
      return accepted
    },
  }
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

describe('accepted means kept (P1)', () => {
  it('though the consumer is killed with -9 again and again', async () => {
    const { env, storedIds } = await start()
    const ingest = await startProcess('ingest/main.ts', env)
    await untilReady(ingest.url)
    const sender = sendSteadily(() => ingest.url)
    for (let kill = 0; kill < 3; kill += 1) {
      const consumer = await startProcess('consumer/main.ts', env)
      await pause(2000)
      await consumer.end('SIGKILL')
    }
    const accepted = await sender.stop()
    await startProcess('consumer/main.ts', env)
    expect(accepted.length).toBeGreaterThan(500)
    await until(async () => {
      const stored = await storedIds()
      return accepted.every((id) => stored.has(id))
    })
  })

  it('though ingest is killed with -9 while it answers', async () => {
    const { env, storedIds } = await start()
    await startProcess('consumer/main.ts', env)
    let ingest: ServiceProcess = await startProcess('ingest/main.ts', env)
    await untilReady(ingest.url)
    const sender = sendSteadily(() => ingest.url)
    for (let kill = 0; kill < 3; kill += 1) {
      await pause(500)
      await ingest.end('SIGKILL')
      ingest = await startProcess('ingest/main.ts', env)
      await untilReady(ingest.url)
    }
    const accepted = await sender.stop()
    expect(accepted.length).toBeGreaterThan(100)
    await until(async () => {
      const stored = await storedIds()
      return accepted.every((id) => stored.has(id))
    })
  })
})

describe('a service that is told to stop', () => {
  it('ends with code 0: ingest after its answers, the consumer after it stored what it holds', async () => {
    const { env, storedIds } = await start()
    const ingest = await startProcess('ingest/main.ts', env)
    const consumer = await startProcess('consumer/main.ts', {
      ...env,
      RANGE_MAX_AGE_MS: '60000',
      RANGE_QUIET_AGE_MS: '60000',
    })
    const reporting = await startProcess('reporting/main.ts', env)
    for (const { url } of [ingest, consumer, reporting]) await untilReady(url)
    const { body } = await post(`${ingest.url}/event`, { site_id: 'demo', event_type: 'view' })
    expect(await ingest.end('SIGTERM')).toBe(0)
    await until(async () => /^held_bytes [1-9]/m.test(await (await fetch(`${consumer.url}/metrics`)).text()))
    expect(await consumer.end('SIGTERM')).toBe(0)
    expect(await reporting.end('SIGINT')).toBe(0)
    expect(await storedIds()).toEqual(new Set([body['event_id']]))
  })

  it('refuses to start with settings that cannot be used, and names them all', async () => {
    const { env } = await start()
    const wrong = { ...env, INGEST_PORT: 'x', KAFKA_PARTITIONS: '0', LOG_LEVEL: 'loud' }
    const { code, output } = await runToEnd('ingest/main.ts', wrong)
    expect(code).toBe(1)
    for (const name of ['INGEST_PORT', 'KAFKA_PARTITIONS', 'LOG_LEVEL']) expect(output).toContain(name)
  })
})
