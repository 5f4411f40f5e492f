// The real ingest and the real reporting as processes of their own, so that their memory and their end can be seen.
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { inject } from 'vitest'
import { createClickHouse } from '../../clickhouse/client.ts'
import { createKafka, withAdmin } from '../../kafka/client.ts'
import type { ListeningMessage } from '../../runtime/lifecycle.ts'
import { freshName, testLogger } from '../support/fresh.ts'

export interface Service {
  url: string
  /** Whether the process that was started still runs. */
  isUp: () => boolean
}

export interface Services {
  ingest: Service
  reporting: Service
  /** Ends both and removes their topic and database. */
  stop: () => Promise<void>
}

/** Starts both on free ports, over a topic and a database that nobody else has. */
export async function startServices(): Promise<Services> {
  const topic = freshName('events')
  const database = freshName('test')
  const { url, user, password } = inject('clickhouse')
  const env = {
    ...process.env,
    LOG_LEVEL: 'warn',
    INGEST_PORT: '0',
    REPORTING_PORT: '0',
    KAFKA_BROKERS: inject('brokers').join(','),
    KAFKA_TOPIC: topic,
    CLICKHOUSE_URL: url,
    CLICKHOUSE_USER: user,
    CLICKHOUSE_PASSWORD: password,
    CLICKHOUSE_DATABASE: database,
  }
  await once(start('clickhouse/main.ts', env), 'exit')
  const processes = [start('ingest/main.ts', env), start('reporting/main.ts', env)] as const
  const [ingest, reporting] = await Promise.all([listening(processes[0]), listening(processes[1])])
  return {
    ingest,
    reporting,
    stop: async () => {
      await Promise.all(processes.map(end))
      await removeTopic(topic)
      const server = createClickHouse({ url, user, password, database: 'default', ca: null }, 30_000)
      await server.command({ query: `DROP DATABASE IF EXISTS ${database} SYNC` })
      await server.close()
    },
  }
}

function start(main: string, env: NodeJS.ProcessEnv): ChildProcess {
  const stdio = ['ignore', 'ignore', 'inherit', 'ipc'] as const
  return spawn(process.execPath, ['--import', 'tsx', main], { env, stdio: [...stdio] })
}

async function listening(child: ChildProcess): Promise<Service> {
  const [message] = (await once(child, 'message')) as [ListeningMessage]
  return { url: message.listening, isUp: () => child.exitCode === null && child.signalCode === null }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill('SIGTERM')
  await once(child, 'exit')
}

async function removeTopic(name: string): Promise<void> {
  const kafka = createKafka({ brokers: inject('brokers'), tls: null, sasl: null }, 'test', testLogger())
  await withAdmin(kafka, (admin) => admin.deleteTopics({ topics: [name] })).catch(() => undefined)
}
