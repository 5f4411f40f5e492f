// The real services as processes of their own, so that their memory and their end can be seen.
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createClickHouse } from '../../clickhouse/client.ts'
import type { ClickHouseSettings } from '../../clickhouse/config.ts'
import { createKafka, withAdmin } from '../../kafka/client.ts'
import { nodeCommand } from '../../local/node-command.ts'
import type { ListeningMessage } from '../../runtime/lifecycle.ts'
import { freshName, testLogger } from '../support/fresh.ts'
import { until } from '../support/pipeline.ts'

/** The Kafka and the ClickHouse they run on. */
export interface TestStack {
  brokers: string[]
  clickhouse: { url: string; user: string; password: string }
}

export interface Service {
  name: string
  url: string
  /** Whether the process that was started still runs. */
  isUp: () => boolean
  /** Bytes of memory that it holds, as it says itself. */
  memory: () => Promise<number>
  /** What it logged as an error. */
  errors: () => string[]
}

export interface Services {
  ingest: Service
  consumer: Service
  reporting: Service
  topic: string
  clickhouse: ClickHouseSettings
  /** Ends all of them and removes their topic and database. */
  stop: () => Promise<void>
}

/** Starts them on free ports, over a topic and a database that nobody else has; resolves when all are ready. */
export async function startServices(stack: TestStack): Promise<Services> {
  const topic = freshName('events')
  const clickhouse = { ...stack.clickhouse, database: freshName('test'), ca: null }
  const env = environment(stack.brokers, topic, clickhouse)
  await once(start('clickhouse/main.ts', env), 'exit')
  const children: ChildProcess[] = []
  const run = async (name: string) => {
    const child = start(`${name}/main.ts`, env)
    children.push(child)
    return watch(name, child)
  }
  const [ingest, consumer, reporting] = await Promise.all([run('ingest'), run('consumer'), run('reporting')])
  await Promise.all([ingest, consumer, reporting].map(({ url }) => untilReady(url)))
  return {
    ...{ ingest, consumer, reporting, topic, clickhouse },
    stop: async () => {
      await Promise.all(children.map(end))
      await removeTopic(stack.brokers, topic)
      const server = createClickHouse({ ...clickhouse, database: 'default' }, 30_000)
      await server.command({ query: `DROP DATABASE IF EXISTS ${clickhouse.database} SYNC` })
      await server.close()
    },
  }
}

function environment(brokers: string[], topic: string, clickhouse: ClickHouseSettings): NodeJS.ProcessEnv {
  return {
    ...process.env,
    LOG_LEVEL: 'warn',
    ...{ INGEST_PORT: '0', CONSUMER_PORT: '0', REPORTING_PORT: '0' },
    KAFKA_BROKERS: brokers.join(','),
    KAFKA_TOPIC: topic,
    KAFKA_GROUP_ID: topic,
    // Producers set the time of a record: one of 1970 must not be gone before it is read.
    KAFKA_RETENTION_HOURS: '876000',
    CLICKHOUSE_URL: clickhouse.url,
    CLICKHOUSE_USER: clickhouse.user,
    CLICKHOUSE_PASSWORD: clickhouse.password,
    CLICKHOUSE_DATABASE: clickhouse.database,
  }
}

function start(program: string, env: NodeJS.ProcessEnv): ChildProcess {
  const [command = '', ...args] = nodeCommand(program)
  return spawn(command, args, { env, stdio: ['ignore', 'pipe', 'inherit', 'ipc'] })
}

async function watch(name: string, child: ChildProcess): Promise<Service> {
  const errors: string[] = []
  let unfinished = ''
  child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
    const lines = (unfinished + chunk).split('\n')
    unfinished = lines.pop() ?? ''
    errors.push(...lines.filter((line) => /"level":"(error|fatal)"/.test(line)))
  })
  const [{ listening: url }] = (await once(child, 'message')) as [ListeningMessage]
  return {
    ...{ name, url },
    isUp: () => child.exitCode === null && child.signalCode === null,
    memory: () => memoryOf(url),
    errors: () => errors,
  }
}

async function untilReady(url: string): Promise<void> {
  await until(async () => (await fetch(`${url}/readyz`)).status === 200)
}

async function memoryOf(url: string): Promise<number> {
  const metrics = await (await fetch(`${url}/metrics`)).text()
  return Number(/^process_resident_memory_bytes (\S+)$/m.exec(metrics)?.[1])
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill('SIGTERM')
  await once(child, 'exit')
}

async function removeTopic(brokers: string[], name: string): Promise<void> {
  const kafka = createKafka({ brokers, tls: null, sasl: null }, 'test', testLogger())
  await withAdmin(kafka, (admin) => admin.deleteTopics({ topics: [name] })).catch(() => undefined)
}
