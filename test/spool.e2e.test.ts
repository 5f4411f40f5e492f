// P1 by the spool: what ingest said it keeps while Kafka is away is on the topic in the end, whatever dies on the way.
import { execFileSync } from 'node:child_process'
import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { KafkaSettings } from '../kafka/config.ts'
import { freshFolder } from '../local/fixtures.ts'
import { get, post, postLines } from './support/http.ts'
import { until, untilReady } from './support/pipeline.ts'
import { startProcess, type ServiceProcess } from './support/process.ts'
import { startProxiedKafka } from './support/proxied-kafka.ts'
import { readEvents } from './support/read-events.ts'

const view = { site_id: 'demo', event_type: 'view' }

function startIngestProcess(kafka: KafkaSettings, spoolDir: string): Promise<ServiceProcess> {
  return startProcess('ingest/main.ts', {
    KAFKA_BROKERS: kafka.brokers.join(','),
    KAFKA_TOPIC: kafka.topic.name,
    KAFKA_PARTITIONS: String(kafka.topic.partitions),
    SPOOL_DIR: spoolDir,
    INGEST_PORT: '0',
  })
}

async function spooledEvents(url: string): Promise<number> {
  const { spool } = (await get(`${url}/readyz`)).body as { spool: { events: number } }
  return spool.events
}

/** Batches of 1000 events of ten sites. Gives the ids of all that were answered with 202. */
async function sendBatches(url: string, batches: number): Promise<string[]> {
  const ids: string[] = []
  for (let batch = 0; batch < batches; batch += 1) {
    const events = Array.from({ length: 1000 }, (_, n) => ({
      ...view,
      site_id: `site-${n % 10}`,
      path: `/${batch}/${'x'.repeat(200)}`,
    }))
    const answer = await postLines(`${url}/events`, events)
    expect(answer).toMatchObject({ status: 202, body: { accepted: 1000, position: null } })
    ids.push(...(answer.body['event_ids'] as string[]))
  }
  return ids
}

/** How often each id stands on the topic. */
async function copiesOf(kafka: KafkaSettings): Promise<Map<string, number>> {
  const copies = new Map<string, number>()
  for (const { event_id } of await readEvents(kafka)) copies.set(event_id, (copies.get(event_id) ?? 0) + 1)
  return copies
}

const segmentsIn = (dir: string) =>
  readdirSync(dir, { recursive: true }).filter((file) => String(file).endsWith('.events'))

describe('ingest that is killed with -9', () => {
  it('while it spools: the next one has everything, and both parts reach Kafka', async () => {
    const { proxy, direct, proxied } = await startProxiedKafka()
    const spoolDir = await freshFolder()
    proxy.set({ kind: 'cut' })
    const first = await startIngestProcess(proxied, spoolDir)
    const before = await sendBatches(first.url, 3)
    await first.end('SIGKILL')
    const second = await startIngestProcess(proxied, spoolDir)
    expect(await spooledEvents(second.url)).toBe(3000)
    const after = await sendBatches(second.url, 1)
    proxy.set({ kind: 'none' })
    await until(async () => (await spooledEvents(second.url)) === 0)
    const copies = await copiesOf(direct)
    expect([...copies.keys()].sort()).toEqual([...before, ...after].sort())
    expect(segmentsIn(spoolDir)).toEqual([])
  })

  it('while it empties the spool: the next one goes on, and sends no more than one segment again', async () => {
    const { proxy, direct, proxied } = await startProxiedKafka()
    const spoolDir = await freshFolder()
    proxy.set({ kind: 'cut' })
    const first = await startIngestProcess(proxied, spoolDir)
    const sent = await sendBatches(first.url, 60)
    const segments = segmentsIn(spoolDir).length
    expect(segments).toBeGreaterThan(3)
    proxy.set({ kind: 'none' })
    await until(() => Promise.resolve(segmentsIn(spoolDir).length < segments - 1))
    await first.end('SIGKILL')
    expect(segmentsIn(spoolDir).length).toBeGreaterThan(0)
    const second = await startIngestProcess(proxied, spoolDir)
    await until(async () => (await spooledEvents(second.url)) === 0)
    const copies = await copiesOf(direct)
    expect([...copies.keys()].sort()).toEqual(sent.sort())
    const again = [...copies.values()].filter((count) => count > 1).length
    expect(again).toBeLessThanOrEqual(sent.length / (segments - 1))
    expect(Math.max(...copies.values())).toBeLessThanOrEqual(2)
  })

  it('and not started again: another one that lives brings what it left to Kafka', async () => {
    const { proxy, direct, proxied } = await startProxiedKafka()
    const spoolDir = await freshFolder()
    proxy.set({ kind: 'cut' })
    const [heir, gone] = [
      await startIngestProcess(proxied, spoolDir),
      await startIngestProcess(proxied, spoolDir),
    ]
    const sent = await sendBatches(gone.url, 1)
    await gone.end('SIGKILL')
    proxy.set({ kind: 'none' })
    await untilReady(heir.url)
    await until(() => Promise.resolve(segmentsIn(spoolDir).length === 0))
    expect([...(await copiesOf(direct)).keys()].sort()).toEqual(sent.sort())
  })
})

describe('ingest that is told to stop while Kafka is away', () => {
  it('ends with code 0, and leaves what Kafka did not take to the next one', async () => {
    const { proxy, direct, proxied } = await startProxiedKafka()
    const spoolDir = await freshFolder()
    const first = await startIngestProcess(proxied, spoolDir)
    await untilReady(first.url)
    proxy.set({ kind: 'hang' })
    const answering = post(`${first.url}/event`, { ...view, event_id: 'last' })
    const asking = get(`${first.url}/readyz`)
    await new Promise((resolve) => setTimeout(resolve, 200))
    const ended = first.end('SIGTERM')
    expect((await answering).body).toEqual({ status: 'accepted', event_id: 'last', position: null })
    expect(await ended).toBe(0)
    await asking
    proxy.set({ kind: 'none' })
    const second = await startIngestProcess(proxied, spoolDir)
    await untilReady(second.url)
    await until(async () => (await spooledEvents(second.url)) === 0)
    expect((await copiesOf(direct)).size).toBe(1)
  })
})

describe('ingest whose spool folder was taken over while it stood still', () => {
  it('ends with code 1, to be started again with a folder of its own', async () => {
    const { direct } = await startProxiedKafka()
    const spoolDir = await freshFolder()
    const ingest = await startIngestProcess(direct, spoolDir)
    await untilReady(ingest.url)
    const [folder = ''] = readdirSync(spoolDir)
    writeFileSync(join(spoolDir, folder, 'lock'), '7 12345\npid:[1] 6f6f')
    expect(await ingest.ended).toBe(1)
    const next = await startIngestProcess(direct, spoolDir)
    await untilReady(next.url)
    expect(readdirSync(spoolDir)).toHaveLength(2)
  })
})

describe('a connection to Kafka that is silent for ever', () => {
  it('is given up, and another one used', async () => {
    const { proxy, direct, proxied } = await startProxiedKafka()
    const ingest = await startIngestProcess(proxied, await freshFolder())
    await untilReady(ingest.url)
    proxy.set({ kind: 'half-open' })
    const away = await post(`${ingest.url}/event`, view)
    expect(away).toMatchObject({ status: 202, body: { position: null } })
    proxy.set({ kind: 'none' })
    await untilReady(ingest.url)
    await until(async () => (await spooledEvents(ingest.url)) === 0)
    const back = await post(`${ingest.url}/event`, view)
    expect(back.body['position']).toMatch(/^\d:\d+$/)
    expect((await copiesOf(direct)).size).toBe(2)
  })
})

describe('a spool without room', () => {
  const canMount = process.platform === 'linux' && process.getuid?.() === 0

  it.skipIf(!canMount)(
    'on a full disk: 503 with Retry-After, unready, and nothing is kept half',
    async () => {
      const { proxy, direct, proxied } = await startProxiedKafka()
      const spoolDir = await freshFolder()
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', spoolDir])
      onTestFinished(() => void execFileSync('umount', ['-l', spoolDir]))
      proxy.set({ kind: 'cut' })
      const ingest = await startIngestProcess(proxied, spoolDir)
      const event = { ...view, properties: { text: 'x'.repeat(16_000) } }
      const kept: unknown[] = []
      for (;;) {
        const answer = await post(`${ingest.url}/event`, event)
        if (answer.status === 503) {
          expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0)
          expect(answer.body['detail']).toContain('no space left')
          break
        }
        kept.push(answer.body['event_id'])
      }
      expect(kept.length).toBeGreaterThan(40)
      expect(await get(`${ingest.url}/readyz`)).toMatchObject({ status: 503 })
      proxy.set({ kind: 'none' })
      await untilReady(ingest.url)
      await until(async () => (await spooledEvents(ingest.url)) === 0)
      expect([...(await copiesOf(direct)).keys()].sort()).toEqual(kept.sort())
    },
  )

  it('of bytes: a batch is kept where there is room for its sites, and the rest is told to come again', async () => {
    const { proxy, proxied } = await startProxiedKafka()
    proxy.set({ kind: 'cut' })
    const ingest = await startProcess('ingest/main.ts', {
      KAFKA_BROKERS: proxied.brokers.join(','),
      KAFKA_PARTITIONS: '2',
      SPOOL_DIR: await freshFolder(),
      SPOOL_MAX_BYTES: '1000',
      INGEST_PORT: '0',
    })
    const small = { ...view, site_id: 'small', event_id: 'a' }
    const large = { ...view, site_id: 'large', event_id: 'b', path: 'x'.repeat(1000) }
    const answer = await post(`${ingest.url}/events`, [small, large])
    expect(answer).toMatchObject({
      status: 207,
      body: { accepted: 1, rejected: 1, event_ids: ['a', 'b'], position: null },
    })
    expect(answer.body['errors']).toEqual([
      expect.objectContaining({ index: 1, event_id: 'b', retryable: true }),
    ])
    expect(await post(`${ingest.url}/events`, [large])).toMatchObject({ status: 503 })
  })
})
