// The embedded Kafka.
import { createServer, type AddressInfo } from 'node:net'
import { once } from 'node:events'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createKafka, withAdmin } from '../kafka/client.ts'
import {
  becomes,
  freshFolder,
  isAlive,
  modulePath,
  processesWith,
  recordedLog,
  runModule,
  sharedCache,
} from './fixtures.ts'
import { startKafkaBroker, type KafkaBroker } from './kafka-broker.ts'

async function start(dataDir: string, port = 0): Promise<KafkaBroker> {
  const { log } = recordedLog()
  const broker = await startKafkaBroker({ dataDir, cacheDir: sharedCache, port, log })
  onTestFinished(() => broker.kill())
  return broker
}

const kafkaAt = ({ address }: KafkaBroker) =>
  createKafka({ brokers: [address], tls: null, sasl: null }, 'test', recordedLog().log)

async function produceOne(broker: KafkaBroker): Promise<void> {
  const producer = kafkaAt(broker).producer({ allowAutoTopicCreation: false })
  await producer.connect()
  await producer.send({ topic: 'kept', messages: [{ value: 'one' }] })
  await producer.disconnect()
}

/** Records in the topic; -1 where it is not there. */
function records(broker: KafkaBroker): Promise<number> {
  return withAdmin(kafkaAt(broker), async (admin) => {
    const [partition] = await admin.fetchTopicOffsets('kept')
    return Number(partition?.high ?? -1)
  })
}

describe('the embedded Kafka', () => {
  it('keeps its records when it is stopped and when it is killed, and comes back on its port', async () => {
    const dataDir = await freshFolder()
    const first = await start(dataDir)
    await withAdmin(kafkaAt(first), (admin) =>
      admin.createTopics({ topics: [{ topic: 'kept', numPartitions: 1 }], waitForLeaders: true }),
    )
    await produceOne(first)
    await first.stop()

    const again = await start(dataDir)
    expect(await records(again)).toBe(1)
    await produceOne(again)
    const pid = again.pid() ?? 0
    process.kill(pid, 'SIGKILL')
    expect(
      await becomes(
        () =>
          records(again)
            .then((count) => count === 2)
            .catch(() => false),
        30_000,
      ),
    ).toBe(true)
    expect(again.pid()).not.toBe(pid)
    await again.stop()
  })

  it('is one process by the name of kafka.Kafka', async () => {
    const broker = await start(await freshFolder())
    const pid = broker.pid() ?? 0
    const command = processesWith('kafka.Kafka').find((found) => found.pid === pid)?.command
    expect(command).toMatch(/^java .* kafka\.Kafka server\.properties$/)
    expect(processesWith(`--watch ${pid}`)).toHaveLength(1)
    expect(processesWith(`--watch ${pid}`)[0]?.command).not.toContain('kafka.Kafka')
  })

  it('takes a free port where the wished one is taken', async () => {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    onTestFinished(() => void server.close())
    const { port } = server.address() as AddressInfo
    const broker = await start(await freshFolder(), port)
    expect(broker.port).not.toBe(port)
    expect(broker.address).toBe(`127.0.0.1:${broker.port}`)
  })

  it('ends when the process that started it is killed', async () => {
    const { pid, reported } = await runModule(`
      const { startKafkaBroker } = await import(${modulePath('kafka-broker.ts')})
      const { createLogger } = await import(${modulePath('../runtime/logger.ts')})
      const broker = await startKafkaBroker({
        dataDir: ${JSON.stringify(await freshFolder())}, cacheDir: ${JSON.stringify(sharedCache)},
        port: 0, log: createLogger('test', 'silent') })
      report({ broker: broker.pid() })`)
    const broker = Number(reported['broker'])
    expect(isAlive(broker)).toBe(true)
    process.kill(pid, 'SIGKILL')
    expect(await becomes(() => !isAlive(broker), 6000)).toBe(true)
  })
})
