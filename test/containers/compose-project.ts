// docker-compose.yml under a project name and on ports that nobody else has.
import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePort } from '../../local/free-port.ts'
import { root } from './compose-file.ts'
import { composeCommand, run } from './docker.ts'

export interface ComposeProject {
  ingestUrl: string
  reportingUrl: string
  clickhouseUrl: string
  readerPassword: string
  /** Runs a compose command and gives what it wrote. */
  compose: (...args: string[]) => Promise<string>
  /** What the engine says of each service's container, such as `Up 5 seconds (healthy)`. */
  states: () => Promise<Map<string, string>>
  /** Waits until every service that runs is healthy. The test's own timeout is the bound. */
  untilHealthy: () => Promise<void>
  /** Removes containers, volumes and the images that were built. */
  remove: () => Promise<void>
}

const runningServices = ['kafka', 'clickhouse', 'ingest', 'consumer', 'reporting']

/** Makes the project; starts nothing. */
export async function createComposeProject(): Promise<ComposeProject> {
  const name = `tallyline-test-${randomBytes(4).toString('hex')}`
  const ports = await choosePorts([
    'INGEST_PORT',
    'REPORTING_PORT',
    'CONSUMER_PORT',
    'KAFKA_PORT',
    'CLICKHOUSE_PORT',
  ])
  const readerPassword = randomBytes(8).toString('hex')
  const variables = { ...ports, CLICKHOUSE_READER_PASSWORD: readerPassword }
  const options = { cwd: root, env: { ...process.env, ...variables } }

  const compose = (...args: string[]) =>
    run([...(composeCommand ?? []), '-f', 'docker-compose.yml', '-p', name, ...args], options)
  const states = async () => {
    const format = '{{.Label "com.docker.compose.service"}}={{.Status}}'
    const filter = `label=com.docker.compose.project=${name}`
    const lines = await run(['docker', 'ps', '-a', '--filter', filter, '--format', format], options)
    return new Map(lines.split('\n').map((line) => line.split('=') as [string, string]))
  }
  return {
    ingestUrl: `http://127.0.0.1:${ports['INGEST_PORT'] ?? ''}`,
    reportingUrl: `http://127.0.0.1:${ports['REPORTING_PORT'] ?? ''}`,
    clickhouseUrl: `http://127.0.0.1:${ports['CLICKHOUSE_PORT'] ?? ''}`,
    readerPassword,
    compose,
    states,
    untilHealthy: async () => {
      for (;;) {
        const now = await states()
        if (runningServices.every((service) => now.get(service)?.includes('(healthy)'))) return
        await sleep(500)
      }
    },
    remove: async () => {
      await compose('down', '--volumes', '--remove-orphans', '--rmi', 'local')
    },
  }
}

async function choosePorts(names: string[]): Promise<Record<string, string>> {
  const chosen: number[] = []
  for (const _name of names) chosen.push(await freePort('127.0.0.1', chosen))
  return Object.fromEntries(names.map((name, index) => [name, String(chosen[index])]))
}
