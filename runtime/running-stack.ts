// Where a running `npm start` can be reached: written by it, read by the commands beside it.
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { processStart } from './process-start.ts'

const login = z.object({ user: z.string(), password: z.string() })

const runningStack = z.object({
  /** The process of `npm start`, and when it started as the operating system tells it. */
  pid: z.number(),
  processStart: z.string(),
  /** Addresses of the services. */
  ingest: z.string(),
  consumer: z.string(),
  reporting: z.string(),
  /** host:port of each broker. */
  brokers: z.array(z.string()),
  clickhouse: z.object({
    url: z.string(),
    database: z.string(),
    /** Users of the embedded ClickHouse; null where the environment names a ClickHouse, and then its user too. */
    users: z.object({ migrator: login, writer: login, reader: login }).nullable(),
  }),
})

/** A running `npm start`: what it runs, and where. */
export type RunningStack = z.infer<typeof runningStack>

/** Everything but who runs it. */
export type StackAddresses = Omit<RunningStack, 'pid' | 'processStart'>

const fileOf = (dataDir: string) => join(dataDir, 'stack.json')

/** The stack that runs on `dataDir` right now; null where none does, also after one that was killed. */
export function readRunningStack(dataDir: string): RunningStack | null {
  try {
    const stack = runningStack.parse(JSON.parse(readFileSync(fileOf(dataDir), 'utf8')))
    return processStart(stack.pid) === stack.processStart ? stack : null
  } catch {
    return null
  }
}

/** Tells others where this process's stack can be reached. */
export function writeRunningStack(dataDir: string, addresses: StackAddresses): void {
  const stack: RunningStack = {
    pid: process.pid,
    processStart: processStart(process.pid) ?? '',
    ...addresses,
  }
  const file = fileOf(dataDir)
  writeFileSync(`${file}.new`, `${JSON.stringify(stack, null, 2)}\n`, { mode: 0o600 })
  renameSync(`${file}.new`, file)
}

/** Takes the file away again. */
export function removeRunningStack(dataDir: string): void {
  rmSync(fileOf(dataDir), { force: true })
}
