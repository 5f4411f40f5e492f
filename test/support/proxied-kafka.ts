// A Kafka of a test's own, which can be reached directly and through a proxy that makes trouble.
import { onTestFinished } from 'vitest'
import { openTcpProxy, type TcpProxy } from '../../faults/proxy/tcp-proxy.ts'
import type { KafkaSettings } from '../../kafka/config.ts'
import { freshFolder, sharedCache } from '../../local/fixtures.ts'
import { freePort } from '../../local/free-port.ts'
import { startKafkaBroker } from '../../local/kafka-broker.ts'
import { makeTopic, testLogger } from './fresh.ts'

export interface ProxiedKafka {
  proxy: TcpProxy
  /** Settings that lead to the broker itself, and through the proxy. */
  direct: KafkaSettings
  proxied: KafkaSettings
}

/** Starts it, with a topic of two partitions; ends with the test. */
export async function startProxiedKafka(): Promise<ProxiedKafka> {
  const port = await freePort('127.0.0.1')
  const proxy = await openTcpProxy({ host: '127.0.0.1', port })
  onTestFinished(proxy.close)
  const listener = { name: 'PROXIED', port, advertisedPort: proxy.port }
  const broker = await startKafkaBroker({
    dataDir: await freshFolder(),
    cacheDir: sharedCache,
    port: 0,
    log: testLogger(),
    proxied: [listener],
  })
  onTestFinished(() => broker.kill())
  const topic = { name: 'events', partitions: 2, replicationFactor: null, retentionHours: 168 }
  const direct = { brokers: [broker.address], tls: null, sasl: null, topic }
  await makeTopic(direct)
  return { proxy, direct, proxied: { ...direct, brokers: [`127.0.0.1:${proxy.port}`] } }
}
