// A Kafka that goes away while reporting runs: a broker of its own behind a proxy.
import { expect, it, onTestFinished } from 'vitest'
import { openTcpProxy, type TcpProxy } from '../../faults/proxy/tcp-proxy.ts'
import type { TroubleKind } from '../../faults/proxy/trouble.ts'
import { createKafka } from '../../kafka/client.ts'
import type { KafkaSettings } from '../../kafka/config.ts'
import { ensureTopic } from '../../kafka/topics.ts'
import { freshFolder, sharedCache } from '../../local/fixtures.ts'
import { freePort } from '../../local/free-port.ts'
import { startKafkaBroker } from '../../local/kafka-broker.ts'
import { freshDatabase, testLogger } from '../../test/support/fresh.ts'
import { get } from '../../test/support/http.ts'
import { startTestReporting, until } from '../../test/support/pipeline.ts'

async function startProxiedKafka(): Promise<{ proxy: TcpProxy; kafka: KafkaSettings }> {
  const port = await freePort('127.0.0.1')
  const proxy = await openTcpProxy({ host: '127.0.0.1', port })
  onTestFinished(proxy.close)
  const proxied = [{ name: 'PROXIED', port, advertisedPort: proxy.port }]
  const log = testLogger()
  const broker = await startKafkaBroker({
    ...{ dataDir: await freshFolder(), cacheDir: sharedCache, port: 0, log, proxied },
  })
  onTestFinished(() => broker.kill())
  const topic = { name: 'events', partitions: 2, replicationFactor: null, retentionHours: 168 }
  const kafka = { brokers: [`127.0.0.1:${proxy.port}`], tls: null, sasl: null, topic }
  await ensureTopic(createKafka(kafka, 'test', log), topic)
  return { proxy, kafka }
}

it('is told of as null once Kafka hangs or is cut off, fast, and as before once it is back', async () => {
  const { settings } = await freshDatabase()
  const { proxy, kafka } = await startProxiedKafka()
  const { url } = await startTestReporting(settings, { kafka })
  const lag = async () => (await get(`${url}/stats?site_id=demo`)).body['lag']
  await until(async () => (await lag()) !== null)
  for (const kind of ['hang', 'cut', 'half-open', 'swallow'] satisfies TroubleKind[]) {
    proxy.set({ kind })
    await until(async () => (await lag()) === null)
    // More than would fit into this test's time if each of them waited for Kafka.
    for (let asked = 0; asked < 60; asked += 1) expect(await lag()).toBeNull()
    expect((await get(`${url}/metrics`)).body['text']).not.toContain('consumer_lag_records{')
    expect(await get(`${url}/readyz`)).toMatchObject({ status: 200 })
    proxy.set({ kind: 'none' })
    await until(async () => (await lag()) !== null)
    expect((await get(`${url}/metrics`)).body['text']).toContain('consumer_lag_records{partition="1"} 0')
  }
}, 180_000)
