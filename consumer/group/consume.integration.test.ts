import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it, onTestFinished } from 'vitest'
import { event, startWorld } from '../../test/support/consumer-world.ts'
import { createKafka } from '../../kafka/client.ts'
import { freshDatabase, freshName, rowsOf, testLogger } from '../../test/support/fresh.ts'
import { produce } from '../../test/support/produce.ts'
import { startTestConsumer, until as becomesTrue, untilReady } from '../../test/support/pipeline.ts'
import { startProxiedKafka } from '../../test/support/proxied-kafka.ts'
import { createConsumption } from './consume.ts'

it('leaves the group when it is stopped, though it never found out where to go on', async () => {
  const { client, kafka, source } = await startWorld()
  const groupId = freshName('group')
  let asked = 0
  const consumption = createConsumption({
    groupKafka: client,
    fetchKafka: client,
    groupId,
    topic: source.topic,
    maxHeldBytes: 1_000_000,
    isQuiet: () => true,
    openLanes: (_partitions, { signal }) => {
      asked += 1
      return new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(new Error('ended')))
      })
    },
    logger: testLogger(),
  })
  await produce(kafka, [event('/a')])
  const running = consumption.run()
  await becomesTrue(() => Promise.resolve(asked > 0))
  await consumption.stop()
  await running
  const admin = client.admin()
  await admin.connect()
  const { groups } = await admin.describeGroups([groupId])
  await admin.disconnect()
  expect([consumption.isMember(), groups[0]?.members]).toEqual([false, []])
})

it('is one member again after Kafka was away, however often it is cut off while it joins', async () => {
  const { proxy, direct, proxied } = await startProxiedKafka()
  const { settings, clickhouse } = await freshDatabase()
  const groupId = freshName('group')
  const consumer = await startTestConsumer(proxied, settings, groupId, { maxAgeMs: 20 })
  await untilReady(consumer.url)
  const stored = async () =>
    (await rowsOf<{ n: number }>(clickhouse, 'SELECT count() AS n FROM events'))[0]?.n ?? 0
  const admin = createKafka(direct, 'test', testLogger()).admin()
  await admin.connect()
  onTestFinished(() => admin.disconnect())
  let sent = 0
  const produceFor = async (ms: number) => {
    const end = performance.now() + ms
    while (performance.now() < end) {
      await produce(direct, [event('/a')])
      sent += 1
    }
  }
  for (let round = 0; round < 4; round += 1) {
    await produceFor(1000)
    proxy.set({ kind: 'cut' })
    await produceFor(500 + 1000 * round)
    proxy.set({ kind: 'none' })
  }
  await becomesTrue(async () => (await stored()) === sent)
  const members = new Set<string>()
  for (let look = 0; look < 8; look += 1) {
    const { groups } = await admin.describeGroups([groupId])
    for (const { memberId } of groups[0]?.members ?? []) members.add(memberId)
    await sleep(1000)
  }
  expect(members.size).toBe(1)
}, 120_000)
