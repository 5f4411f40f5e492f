// A real ClickHouse from its library: one server, its data in a folder, kept alive until it is stopped.
import { mkdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { openBoundedLog, type BoundedLog } from './bounded-log.ts'
import { writeClickHouseConfig } from './clickhouse-config.ts'
import { requireEngine } from './clickhouse-engine.ts'
import type { EmbeddedOptions } from './embedded.ts'
import { accepts, freePort, isPortFree, wishedOrFreePort } from './free-port.ts'
import { diskFull, LaunchError } from './launch-error.ts'
import { nodeCommand } from './node-command.ts'
import { silent } from './progress.ts'
import { spawnHeld } from './spawn-held.ts'
import { DiedAtStart, supervise, untilItWorks, type Supervised } from './supervise.ts'

export interface ClickHouseServer extends Supervised {
  url: string
}

/** The users of the embedded ClickHouse; none has a password, all are let in from this machine only. */
export const embeddedUsers = { migrator: 'migrator', writer: 'writer', reader: 'reader' } as const

const stopWithinMs = 10_000
const portRaces = 3
const logBytes = 1_000_000

/**
 * Starts ClickHouse and resolves when it answers. It is started again, on the same ports, whenever it ends.
 * @param options.database the database that `writer` and `reader` may use
 * @throws LaunchError with a sentence for the person who started it
 */
export async function startClickHouseServer(
  options: EmbeddedOptions & { database: string },
): Promise<ClickHouseServer> {
  await requireEngine()
  const home = resolve(options.dataDir, 'clickhouse')
  await mkdir(home, { recursive: true })
  const task = (options.progress ?? silent).begin('starting ClickHouse')
  try {
    const server = await startOnFreePort(home, options)
    task.done()
    return server
  } finally {
    task.drop()
  }
}

async function startOnFreePort(
  home: string,
  options: EmbeddedOptions & { database: string },
): Promise<ClickHouseServer> {
  let httpPort = await wishedOrFreePort(options.port)
  for (let race = 1; ; race++) {
    const tcpPort = await freePort('127.0.0.1', [httpPort])
    const output = openBoundedLog(join(home, 'process.log'), logBytes)
    try {
      const config = await writeClickHouseConfig({ home, httpPort, tcpPort, database: options.database })
      return await startOn({ httpPort, tcpPort, config, output }, options)
    } catch (error) {
      if (!(error instanceof DiedAtStart)) throw error
      if (race === portRaces || (await isPortFree(httpPort))) throw failure(home, output.tail())
      httpPort = await freePort()
    }
  }
}

async function startOn(
  server: { httpPort: number; tcpPort: number; config: string; output: BoundedLog },
  { env = process.env, log, signal }: EmbeddedOptions,
): Promise<ClickHouseServer> {
  const { httpPort, tcpPort, config, output } = server
  const url = `http://127.0.0.1:${httpPort}`
  const supervised = await supervise({
    name: 'clickhouse',
    log,
    signal,
    stopWithinMs,
    spawn: () => {
      const command = nodeCommand('local/clickhouse-process.ts', config)
      const child = spawnHeld(command, { env: { ...env, ...noPasswords }, stdin: 'pipe', output: 'pipe' })
      child.stdout?.on('data', output.write)
      child.stderr?.on('data', output.write)
      return child
    },
    ready: (_child, gone) => untilItWorks(() => Promise.all([ping(url), accepts(tcpPort)]), gone),
    askToStop: (child) => child.stdin?.end(),
  })
  return { ...supervised, url }
}

/** The library takes an unset variable for an empty one, but warns of it. */
const noPasswords = {
  CLICKHOUSE_MIGRATOR_PASSWORD: '',
  CLICKHOUSE_WRITER_PASSWORD: '',
  CLICKHOUSE_READER_PASSWORD: '',
}

async function ping(url: string): Promise<void> {
  const answer = await fetch(`${url}/?user=${embeddedUsers.migrator}&query=SELECT+1`, {
    headers: { connection: 'close' },
  })
  if (!answer.ok) throw new Error(`ClickHouse answered ${answer.status}`)
  await answer.arrayBuffer()
}

function failure(home: string, output: string): LaunchError {
  if (/No space left on device|NOT_ENOUGH_SPACE/i.test(output)) return new LaunchError(diskFull(home))
  const reason = output.split('\n').findLast((line) => /Exception|Error|error/.test(line))
  return new LaunchError(
    `ClickHouse did not start (${reason?.trim().slice(0, 400) ?? 'it gave no reason'}): see ${join(home, 'server.log')}.`,
  )
}
