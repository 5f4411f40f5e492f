import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { event, startWorld } from '../../test/support/consumer-world.ts'
import { freshName, testLogger } from '../../test/support/fresh.ts'
import { produce } from '../../test/support/produce.ts'
import { until } from '../../test/support/pipeline.ts'
import { createConsumption } from './consume.ts'

it('leaves the group when it is stopped, though it never found out where to go on', async () => {
  const { client, kafka, source } = await startWorld()
  const groupId = freshName('group')
  let asked = 0
  const consumption = createConsumption({
    kafka: client,
    groupId,
    topic: source.topic,
    maxHeldBytes: 1_000_000,
    openLanes: (_partitions, { signal }) => {
      asked += 1
      return new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(new Error('ended')))
      })
    },
    logger: testLogger(),
  })
  await produce(kafka, [event('/a')])
  await consumption.start()
  await until(() => Promise.resolve(asked > 0))
  // Until the first batch waits to be taken.
  await sleep(1500)
  await consumption.stop()
  const admin = client.admin()
  await admin.connect()
  const { groups } = await admin.describeGroups([groupId])
  await admin.disconnect()
  expect([consumption.isMember(), groups[0]?.members]).toEqual([false, []])
})
