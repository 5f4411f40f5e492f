// From the spool to Kafka: everything, in order, with its time, through refusals.
import { describe, expect, it, onTestFinished } from 'vitest'
import { createKafka } from '../../kafka/client.ts'
import { createPublisher, type Publisher } from '../../kafka/publish/publisher.ts'
import { freshFolder } from '../../local/fixtures.ts'
import { openAt } from '../../spool/fixtures.ts'
import type { Spool } from '../../spool/spool.ts'
import { freshKafka, testLogger, makeTopic } from '../../test/support/fresh.ts'
import { readEvents } from '../../test/support/read-events.ts'
import { drainSpool } from './drain.ts'

const hourMs = 3_600_000
const retentionMs = 168 * hourMs
const limits = {
  timeoutMs: 10_000,
  maxPendingBytes: Infinity,
  maxEventsPerRecord: 500,
  maxBytesPerRecord: 262_144,
}

async function start() {
  const settings = freshKafka()
  const kafka = createKafka(settings, 'test', testLogger())
  await makeTopic(settings)
  const publisher = createPublisher(
    kafka,
    { ...limits, topic: settings.topic.name, partitions: 6 },
    testLogger(),
  )
  await publisher.connect()
  onTestFinished(publisher.stop)
  const spool = await openAt(await freshFolder(), { laneOf: () => 0, segmentBytes: 2000 })
  return { settings, publisher, spool }
}

function append(spool: Spool, siteId: string, ids: string[], receivedAt: number): Promise<void> {
  const lines = ids.map((id) => JSON.stringify({ site_id: siteId, event_id: id }))
  return spool.append({ siteId, receivedAt, events: ids.length, text: Buffer.from(lines.join('\n')) })
}

async function drain(spool: Spool, publisher: Pick<Publisher, 'publish' | 'isConnected' | 'connect'>) {
  let drained = 0
  await drainSpool({
    spool,
    publisher,
    handover: null,
    retentionMs,
    signal: new AbortController().signal,
    onDrained: (events) => (drained += events),
  })
  return drained
}

describe('emptying the spool', () => {
  it('brings every event to Kafka, each site in its order, with the time it was received', async () => {
    const { settings, publisher, spool } = await start()
    const now = Date.now()
    const sent: { id: string; at: number }[] = []
    for (let n = 0; n < 100; n += 1) {
      const at = now - hourMs + n * 700
      await append(spool, 'demo', [`${n}a`, `${n}b`], at)
      sent.push({ id: `${n}a`, at }, { id: `${n}b`, at })
    }
    expect(await drain(spool, publisher)).toBe(200)
    expect(spool.state()).toMatchObject({ bytes: 0, events: 0 })
    const stored = await readEvents(settings)
    expect(stored.map(({ event_id }) => event_id)).toEqual(sent.map(({ id }) => id))
    for (const [index, { receivedAt }] of stored.entries()) {
      const at = sent[index]?.at ?? 0
      expect(receivedAt).toBeGreaterThanOrEqual(at)
      expect(receivedAt).toBeLessThanOrEqual(at + 1000)
    }
  })

  it('tells Kafka a younger time of what would expire before anybody reads it', async () => {
    const { settings, publisher, spool } = await start()
    await append(spool, 'demo', ['old'], Date.now() - 2 * retentionMs)
    await drain(spool, publisher)
    const [stored] = await readEvents(settings)
    const age = Date.now() - (stored?.receivedAt ?? 0)
    expect(age).toBeGreaterThan(retentionMs / 4 - 1000)
    expect(age).toBeLessThan(retentionMs / 4 + hourMs)
  })

  it('tells Kafka no time of the future, which it would refuse', async () => {
    const { settings, publisher, spool } = await start()
    await append(spool, 'demo', ['early'], Date.now() + 24 * hourMs)
    await drain(spool, publisher)
    const [stored] = await readEvents(settings)
    expect(stored?.receivedAt).toBeLessThanOrEqual(Date.now())
  })

  it('tries again what is refused, and only that, before it goes on', async () => {
    const { settings, publisher, spool } = await start()
    for (const id of ['1', '2', '3']) await append(spool, id === '2' ? 'refused' : 'demo', [id], Date.now())
    let refusals = 2
    const publish: Publisher['publish'] = (sites) => {
      const isRefused = sites.some(({ siteId }) => siteId === 'refused') && refusals-- > 0
      if (!isRefused) return publisher.publish(sites)
      return Promise.resolve({ position: new Map<number, number>(), refused: [...sites], reason: 'no' })
    }
    expect(await drain(spool, { ...publisher, publish })).toBe(3)
    expect((await readEvents(settings)).map(({ event_id }) => event_id).sort()).toEqual(['1', '2', '3'])
  })
})
