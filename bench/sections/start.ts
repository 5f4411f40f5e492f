// `npm start` on a prepared machine: seconds until it says that it is ready.
import { once } from 'node:events'
import { mkdir, mkdtemp, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { killGroup, spawnHeld } from '../../local/spawn-held.ts'
import { cacheDir } from '../stack/bench-stack.ts'
import type { Tell } from './tell.ts'

export interface StartSettings {
  rounds: number
}

export interface StartRound {
  round: number
  /** From the command to the line. */
  seconds: number
}

const withinMs = 300_000

/** The first start, on an empty folder, is not counted; whatever was ever fetched is shared with other stacks. */
export async function runStart({ rounds: count }: StartSettings, tell: Tell): Promise<StartRound[]> {
  const dataDir = await mkdtemp(join(tmpdir(), 'tallyline-bench-start-'))
  try {
    await mkdir(cacheDir(), { recursive: true })
    await symlink(resolve(cacheDir()), join(dataDir, 'cache'))
    const rounds: StartRound[] = []
    for (let round = 0; round <= count; round += 1) {
      tell(round === 0 ? 'preparing' : `round ${round} of ${count}`)
      const seconds = await startOnce(dataDir)
      if (round > 0) rounds.push({ round, seconds })
    }
    return rounds
  } finally {
    await rm(dataDir, { recursive: true, force: true })
  }
}

/** Any free ports, and a Kafka and a ClickHouse of its own, whatever the environment names. */
function environment(dataDir: string): NodeJS.ProcessEnv {
  const others = Object.entries(process.env).filter(([name]) => !/^(KAFKA|CLICKHOUSE)_/.test(name))
  const ports = ['KAFKA_PORT', 'CLICKHOUSE_PORT', 'INGEST_PORT', 'CONSUMER_PORT', 'REPORTING_PORT']
  return {
    ...Object.fromEntries<string | undefined>(others),
    ...Object.fromEntries(ports.map((name) => [name, '0'])),
    ...{ KAFKA_BROKERS: '', CLICKHOUSE_URL: '', DATA_DIR: dataDir },
  }
}

/** @throws Error with the last it said when it does not get ready */
async function startOnce(dataDir: string): Promise<number> {
  const startedAt = performance.now()
  const cwd = join(import.meta.dirname, '..', '..')
  const child = spawnHeld(['npm', 'start', '--silent'], { cwd, env: environment(dataDir), output: 'pipe' })
  let said = ''
  child.stderr?.on('data', (chunk: Buffer) => (said = (said + chunk.toString()).slice(-4000)))
  const ended = once(child, 'close')
  const late = setTimeout(() => killGroup(child), withinMs)
  try {
    for await (const line of createInterface({ input: child.stdout as Readable })) {
      if (line.startsWith('Ready')) return (performance.now() - startedAt) / 1000
    }
    throw new Error(`npm start did not get ready:\n${said}`)
  } finally {
    // The whole group, as Ctrl-C does: npm alone may end before what it runs.
    if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, 'SIGTERM')
    child.stdout?.resume()
    await ended
    clearTimeout(late)
  }
}
