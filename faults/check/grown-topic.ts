// A topic that has more partitions than before would part a site's events: services must refuse it at their start.
import { nodeCommand } from '../../local/node-command.ts'
import { runHeld } from '../../local/run-held.ts'
import { partitions, type FaultStack } from '../stack/fault-stack.ts'
import type { Stores } from '../watch/stores.ts'

const grown = 'grown'

/** What is wrong, as sentences: nothing where both services end with the reason. */
export async function checkGrownTopic(stack: FaultStack, stores: Stores): Promise<string[]> {
  await stores.withAdmin(async (admin) => {
    await admin.createTopics({ waitForLeaders: true, topics: [{ topic: grown, numPartitions: partitions }] })
    await admin.createPartitions({ topicPartitions: [{ topic: grown, count: partitions + 2 }] })
  })
  const faults = await Promise.all(
    ['ingest', 'consumer'].map(async (service) => {
      const said = await start(stack, service)
      const isRefused = said.code === 1 && said.text.includes(`${partitions + 2} partitions`)
      return isRefused ? null : `${service} does not refuse a topic that has grown: ${said.text.slice(-300)}`
    }),
  )
  return faults.filter((fault) => fault !== null)
}

const withinMs = 30_000

async function start(stack: FaultStack, service: string): Promise<{ code: number; text: string }> {
  const env = {
    ...{ ...process.env, ...stack.env, KAFKA_TOPIC: grown, LOG_LEVEL: 'warn' },
    ...{ KAFKA_GROUP_ID: grown, INGEST_PORT: '0', CONSUMER_PORT: '0', CLICKHOUSE_USER: 'writer' },
    SPOOL_DIR: `${stack.env['DATA_DIR']}/${grown}`,
  }
  const lines: string[] = []
  const signal = AbortSignal.timeout(withinMs)
  const code = await runHeld(nodeCommand(`${service}/main.ts`), { env, signal }, (line) => lines.push(line))
  return { code, text: lines.join('\n') }
}
