// A service as a process of its own, which can be killed.
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { nodeCommand } from '../../local/node-command.ts'
import type { ListeningMessage } from '../../runtime/lifecycle.ts'

export interface ServiceProcess {
  pid: number
  url: string
  /** Sends a signal and waits for the end. Gives the exit code, null after a kill. */
  end: (signal: NodeJS.Signals) => Promise<number | null>
  /** The exit code once it has ended, null after a kill. */
  ended: Promise<number | null>
  output: () => string
}

/** Starts `program`, such as `consumer/main.ts`, and waits until it listens. Killed when the test ends. */
export async function startProcess(program: string, env: Record<string, string>): Promise<ServiceProcess> {
  const { child, output } = spawnProgram(program, env)
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve))
  const [message] = (await once(child, 'message')) as [ListeningMessage]
  return {
    pid: child.pid ?? 0,
    url: message.listening,
    output,
    ended,
    end: (signal) => {
      child.kill(signal)
      return ended
    },
  }
}

/** Runs `program` to its end. */
export async function runToEnd(
  program: string,
  env: Record<string, string>,
  args: string[] = [],
): Promise<{ code: number; output: string }> {
  const { child, output } = spawnProgram(program, env, args)
  const [code] = (await once(child, 'close')) as [number]
  return { code, output: output() }
}

function spawnProgram(
  program: string,
  env: Record<string, string>,
  programArgs: string[] = [],
): { child: ChildProcess; output: () => string } {
  const [command = '', ...args] = nodeCommand(program)
  const child = spawn(command, [...args, ...programArgs], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  const chunks: Buffer[] = []
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk: Buffer) => chunks.push(chunk))
  onTestFinished(() => void child.kill('SIGKILL'))
  return { child, output: () => Buffer.concat(chunks).toString('utf8') }
}

/** The environment of a service over these brokers and this database, on any free port. */
export function serviceEnv(
  kafka: { brokers: string[]; topic: { name: string } },
  clickhouse: { url: string; database: string; user: string; password: string },
  groupId: string,
): Record<string, string> {
  const spool = mkdtempSync(join(tmpdir(), 'tallyline-spool-'))
  onTestFinished(() => rmSync(spool, { recursive: true, force: true, maxRetries: 5 }))
  return {
    SPOOL_DIR: spool,
    KAFKA_BROKERS: kafka.brokers.join(','),
    KAFKA_TOPIC: kafka.topic.name,
    KAFKA_GROUP_ID: groupId,
    CLICKHOUSE_URL: clickhouse.url,
    CLICKHOUSE_DATABASE: clickhouse.database,
    CLICKHOUSE_USER: clickhouse.user,
    CLICKHOUSE_PASSWORD: clickhouse.password,
    ...{ INGEST_PORT: '0', CONSUMER_PORT: '0', REPORTING_PORT: '0', LOG_LEVEL: 'info' },
  }
}
