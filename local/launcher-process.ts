// `npm start` as a process, for tests.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { becomes, sharedCache } from './fixtures.ts'
import { nodeCommand } from './node-command.ts'

export interface LauncherProcess {
  pid: number
  stdout: () => string
  stderr: () => string
  /** Resolves when it has printed its Ready line; throws what it said when it ends before. */
  ready: () => Promise<void>
  /** Sends a signal, or none, and gives the exit code once it has ended; null after a kill. */
  end: (signal?: NodeJS.Signals) => Promise<number | null>
}

const readyWithinMs = 120_000

/** Any free ports, so that no other stack on this machine is in the way. */
const anyPorts = {
  ...{ KAFKA_PORT: '0', CLICKHOUSE_PORT: '0', INGEST_PORT: '0', CONSUMER_PORT: '0', REPORTING_PORT: '0' },
  ...{ KAFKA_BROKERS: '', CLICKHOUSE_URL: '', CLICKHOUSE_USER: '', LOG_LEVEL: 'info' },
}

/** Starts `npm start` on a data folder. @param register called with what ends it, by default when the test ends */
export async function startLauncher(
  dataDir: string,
  env: Record<string, string> = {},
  register: (end: () => void) => void = onTestFinished,
): Promise<LauncherProcess> {
  await shareCache(dataDir)
  const [node = '', ...args] = nodeCommand('local/main.ts')
  const child = spawn(node, args, {
    env: { ...process.env, ...anyPorts, DATA_DIR: dataDir, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  register(() => void child.kill('SIGKILL'))
  const said = { stdout: '', stderr: '' }
  child.stdout.on('data', (chunk: Buffer) => (said.stdout += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (said.stderr += chunk.toString()))
  const ended = once(child, 'close') as Promise<[number | null]>
  return {
    pid: child.pid ?? 0,
    stdout: () => said.stdout,
    stderr: () => said.stderr,
    ready: async () => {
      const isDecided = () => said.stdout.includes('\n') || child.exitCode !== null
      if (!(await becomes(isDecided, readyWithinMs)) || !said.stdout.startsWith('Ready')) {
        throw new Error(`npm start did not get ready: ${said.stderr}`)
      }
    },
    end: async (signal) => {
      if (signal) child.kill(signal)
      const [code] = await ended
      return code
    },
  }
}

async function shareCache(dataDir: string): Promise<void> {
  await mkdir(sharedCache, { recursive: true })
  await mkdir(dataDir, { recursive: true })
  await symlink(sharedCache, join(dataDir, 'cache')).catch(() => undefined)
}
