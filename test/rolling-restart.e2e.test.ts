// Ingest is restarted, one after the other, under load: clients that go where it is ready never notice.
import { readdirSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { freshKafka } from './support/fresh.ts'
import { freshFolder } from '../local/fixtures.ts'
import { until, untilReady } from './support/pipeline.ts'
import { startProcess, type ServiceProcess } from './support/process.ts'
import { readEvents } from './support/read-events.ts'
import { startSender } from './support/steady-sender.ts'

/** Gives the address of one that said lately that it is ready, in turn. */
function startBalancer(): { add: (one: ServiceProcess) => void; next: () => string; stop: () => void } {
  const ready = new Map<string, boolean>()
  let turn = 0
  const look = async (url: string) => {
    const isReady = await fetch(`${url}/readyz`).then(
      ({ ok }) => ok,
      () => false,
    )
    ready.set(url, isReady)
  }
  const looking = setInterval(() => [...ready.keys()].forEach((url) => void look(url)), 100)
  return {
    add: ({ url }) => void ready.set(url, true),
    next: () => {
      const urls = [...ready].filter(([, isReady]) => isReady).map(([url]) => url)
      turn += 1
      return urls[turn % urls.length] ?? ''
    },
    stop: () => clearInterval(looking),
  }
}

describe('a rolling restart of ingest under load', () => {
  it('resets no connection, refuses nothing, and loses nothing', async () => {
    const kafka = freshKafka()
    const spoolDir = await freshFolder()
    const env = {
      KAFKA_BROKERS: kafka.brokers.join(','),
      KAFKA_TOPIC: kafka.topic.name,
      SPOOL_DIR: spoolDir,
      INGEST_PORT: '0',
      STOP_SERVING_MS: '3000',
    }
    const start = async () => {
      const one = await startProcess('ingest/main.ts', env)
      await untilReady(one.url)
      return one
    }
    const balancer = startBalancer()
    let running = [await start(), await start()]
    running.forEach(balancer.add)
    const sender = startSender(balancer.next, { perSecond: 100 })
    const codes: (number | null)[] = []
    for (let restart = 0; restart < 4; restart += 1) {
      const fresh = await start()
      balancer.add(fresh)
      const [oldest, ...others] = running
      running = [...others, fresh]
      codes.push((await oldest?.end('SIGTERM')) ?? null)
    }
    const sent = await sender.stop()
    balancer.stop()
    expect(codes).toEqual([0, 0, 0, 0])
    expect(sent.length).toBeGreaterThan(1000)
    expect(sent.filter(({ status }) => status !== 202)).toEqual([])
    expect(sent.some(({ closes }) => closes)).toBe(true)
    // A slow moment of Kafka may have sent some by way of the spool.
    await until(() => Promise.resolve(!readdirSync(spoolDir, { recursive: true }).join().includes('.events')))
    const stored = new Set((await readEvents(kafka)).map(({ event_id }) => event_id))
    expect([...stored].sort()).toEqual(sent.map(({ eventId }) => eventId).sort())
  })
})
