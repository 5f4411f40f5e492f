// Starts everything, in parallel where it can be, and stops it in the order data flows.
import type { Logger } from '../runtime/logger.ts'
import { makeFolder } from '../runtime/make-folder.ts'
import { removeRunningStack, writeRunningStack, type StackAddresses } from '../runtime/running-stack.ts'
import { allOrNone } from './all-or-none.ts'
import { embeddedUsers } from './clickhouse-server.ts'
import { removeDeadMembers } from './dead-members.ts'
import { explained } from './launch-error.ts'
import { lockDataDir } from './lock.ts'
import { migrateDatabase } from './migrate-database.ts'
import type { Progress } from './progress.ts'
import { startService, type ServiceProcess } from './service-process.ts'
import type { LaunchSettings, ServiceSpec } from './services.ts'
import { withPorts } from './service-ports.ts'
import { isNamed, startStack, type Stack, type StackOptions } from './stack.ts'

export interface LaunchOptions {
  settings: LaunchSettings
  env: NodeJS.ProcessEnv
  log: Logger
  progress: Progress
  /** Where fetched files are kept. Default: `cache` in the data folder. */
  cacheDir?: string
  /** Gives up the start: what was started is stopped. */
  signal: AbortSignal
  /** Milliseconds until each service must be ready. */
  readyWithinMs?: number
}

/** Everything is up. */
export interface Launched {
  stack: Stack
  services: ServiceProcess[]
  /** Stops the services in the order data flows, then ClickHouse, then Kafka. */
  stop: () => Promise<void>
  /** Ends everything at once. */
  kill: () => void
}

/**
 * Starts Kafka and ClickHouse, migrates, starts the services, and resolves when all of them are ready.
 * @throws LaunchError with a sentence for the person who started it; nothing is left running then
 */
export async function launch(options: LaunchOptions): Promise<Launched> {
  const { settings, signal } = options
  const { dataDir } = settings
  const undo: (() => unknown)[] = []
  const unwind = async () => {
    for (const step of undo.splice(0).reverse()) await step()
  }
  try {
    await makeFolder(dataDir)
    const lock = await lockDataDir(dataDir)
    undo.push(lock.release)
    const specs = await withPorts(settings.services, settings.host)
    const stack = await startStack({ ...options, dataDir, onClickHouse: migrations(options) })
    undo.push(stack.stop)
    // All of them were on this machine and died with their launcher.
    if (lock.wasKilled && stack.kafka) await removeDeadMembers(stack.kafka, settings.groupId, options.log)
    const services = await allOrNone(
      signal,
      specs.map((spec) => startOne(spec, specs, stack, options)),
      (service) => service.stop(),
    )
    undo.push(() => stopInOrder(services))
    writeRunningStack(dataDir, addressesOf(settings, stack, services))
    undo.push(() => removeRunningStack(dataDir))
    signal.throwIfAborted()
    return { stack, services, stop: unwind, kill: () => killAll(stack, services) }
  } catch (error) {
    await unwind()
    throw explained(error, dataDir)
  }
}

/** The line that says everything is up and where. */
export function readyLine({ stack, services }: Launched, dataDir: string, afterMs: number): string {
  const urls = services.filter(({ name }) => name !== 'consumer').map(({ name, url }) => `${name} ${url}`)
  return [
    `Ready in ${(afterMs / 1000).toFixed(1)} s`,
    ...urls,
    `kafka ${stack.brokers.join(',')}`,
    `clickhouse ${stack.clickhouseUrl}`,
    `data ${dataDir}`,
  ].join(' · ')
}

function migrations({ settings, env, progress }: LaunchOptions): NonNullable<StackOptions['onClickHouse']> {
  return (url, signal) => {
    const access = isNamed(env, 'CLICKHOUSE_URL') ? {} : clickhouseEnv(url, 'migrator')
    return migrateDatabase({ ...env, ...access, CLICKHOUSE_DATABASE: settings.database }, progress, signal)
  }
}

function startOne(spec: ServiceSpec, all: ServiceSpec[], stack: Stack, options: LaunchOptions) {
  const { env, log, settings, readyWithinMs = 60_000 } = options
  const { host } = settings
  const reporting = all.find(({ name }) => name === 'reporting')
  const serviceEnv = {
    ...env,
    DATA_DIR: settings.dataDir,
    ...(reporting && !isNamed(env, 'REPORTING_URL') ? { REPORTING_URL: urlOf(host, reporting.port) } : {}),
    ...(stack.kafka ? kafkaEnv(stack.brokers) : {}),
    ...(stack.clickhouse ? clickhouseEnv(stack.clickhouseUrl, spec.user) : {}),
    [spec.portVariable]: String(spec.port),
  }
  return (signal: AbortSignal) => startService(spec, { env: serviceEnv, host, log, signal, readyWithinMs })
}

/** The embedded Kafka speaks neither TLS nor SASL, whatever is set for another one. */
function kafkaEnv(brokers: string[]): NodeJS.ProcessEnv {
  return { KAFKA_BROKERS: brokers.join(','), KAFKA_SSL: '', KAFKA_SASL_MECHANISM: '' }
}

function clickhouseEnv(url: string, user: keyof typeof embeddedUsers | null): NodeJS.ProcessEnv {
  const login = user === null ? {} : { CLICKHOUSE_USER: embeddedUsers[user], CLICKHOUSE_PASSWORD: '' }
  return { CLICKHOUSE_URL: url, ...login }
}

function urlOf(host: string, port: number): string {
  const reachable = ['0.0.0.0', '::'].includes(host) ? '127.0.0.1' : host
  return `http://${reachable.includes(':') ? `[${reachable}]` : reachable}:${port}`
}

/** Ingest first: then the consumer stores what ingest took, and reporting answers to the last. */
async function stopInOrder(services: ServiceProcess[]): Promise<void> {
  for (const service of services) await service.stop()
}

function killAll(stack: Stack, services: ServiceProcess[]): void {
  for (const part of [...services, stack.clickhouse, stack.kafka]) part?.kill()
}

function addressesOf(
  { database }: LaunchSettings,
  { brokers, clickhouseUrl, clickhouse }: Stack,
  services: ServiceProcess[],
): StackAddresses {
  const url = (wanted: string) => services.find(({ name }) => name === wanted)?.url ?? ''
  const login = (user: string) => ({ user, password: '' })
  const { migrator, writer, reader } = embeddedUsers
  const users = { migrator: login(migrator), writer: login(writer), reader: login(reader) }
  return {
    ingest: url('ingest'),
    consumer: url('consumer'),
    reporting: url('reporting'),
    brokers,
    clickhouse: { url: clickhouseUrl, database, users: clickhouse ? users : null },
  }
}
