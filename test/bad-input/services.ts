// The real services as processes of their own, so that their memory and their end can be seen.
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
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

/** Of their topic. */
export const partitions = 6

/** Starts them on free ports, over a topic and a database that nobody else has; resolves when all are ready. */
export async function startServices(stack: TestStack): Promise<Services> {
  const topic = freshName('events')
  const clickhouse = { ...stack.clickhouse, database: freshName('test'), ca: null }
  const spool = await mkdtemp(join(tmpdir(), 'tallyline-spool-'))
  const env = { ...environment(stack.brokers, topic, clickhouse), SPOOL_DIR: spool }
  await once(start('clickhouse/main.ts', env), 'exit')
  await untilGroupsWork(stack.brokers, topic)
  const children: ChildProcess[] = []
  const run = async (name: string) => {
    const child = start(`${name}/main.ts`, env)
    children.push(child)
    return watch(name, child)
  }
  const stop = async () => {
    await Promise.all(children.map(end))
    await removeTopic(stack.brokers, topic)
    await rm(spool, { recursive: true, force: true })
    const server = createClickHouse({ ...clickhouse, database: 'default' }, 30_000)
    await server.command({ query: `DROP DATABASE IF EXISTS ${clickhouse.database} SYNC` })
    await server.close()
  }
  try {
    const [ingest, consumer, reporting] = await Promise.all([
      run('ingest'),
      run('consumer'),
      run('reporting'),
    ])
    await Promise.all([ingest, consumer, reporting].map(untilReady))
    return { ...{ ingest, consumer, reporting, topic, clickhouse }, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

/** A Kafka that has just started makes the topic of its groups first; a consumer may not wait that long. */
async function untilGroupsWork(brokers: string[], groupId: string): Promise<void> {
  const kafka = createKafka({ brokers, tls: null, sasl: null }, 'test', testLogger())
  await withAdmin(kafka, (admin) =>
    until(() =>
      admin.fetchOffsets({ groupId }).then(
        () => true,
        () => false,
      ),
    ),
  )
}

function environment(brokers: string[], topic: string, clickhouse: ClickHouseSettings): NodeJS.ProcessEnv {
  return {
    ...process.env,
    LOG_LEVEL: 'warn',
    ...{ INGEST_PORT: '0', CONSUMER_PORT: '0', REPORTING_PORT: '0' },
    KAFKA_BROKERS: brokers.join(','),
    KAFKA_TOPIC: topic,
    KAFKA_GROUP_ID: topic,
    KAFKA_PARTITIONS: String(partitions),
    // Producers set the time of a record: one of 1970 must not be gone before it is read.
    KAFKA_RETENTION_HOURS: '876000',
    // On a machine that is busy with everything else, many small ranges would cost most of the time.
    RANGE_MAX_AGE_MS: '1000',
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
  const isUp = () => child.exitCode === null && child.signalCode === null
  const ended = once(child, 'exit').then(() =>
    Promise.reject(new Error(`${name} ended: ${errors.join('\n')}`)),
  )
  const [{ listening: url }] = (await Promise.race([once(child, 'message'), ended])) as [ListeningMessage]
  ended.catch(() => undefined)
  return { ...{ name, url, isUp }, memory: () => memoryOf(url), errors: () => errors }
}

async function untilReady({ name, url, isUp, errors }: Service): Promise<void> {
  await until(async () => {
    if (!isUp()) throw new Error(`${name} ended: ${errors().join('\n')}`)
    return fetch(`${url}/readyz`).then(
      ({ status }) => status === 200,
      () => false,
    )
  })
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
