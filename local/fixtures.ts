// What the tests of this room need: folders, logs, commands on a path of their own, and who is alive.
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { onTestFinished } from 'vitest'
import { createLogger, type Logger } from '../runtime/logger.ts'
import { processStart } from '../runtime/process-start.ts'
import { nodeCommand } from './node-command.ts'

/** A folder nobody else has, removed when the test ends. */
export async function freshFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'tallyline-local-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }))
  return folder
}

/** A logger, and the lines it was given. */
export function recordedLog(): { log: Logger; messages: () => string[] } {
  const lines: string[] = []
  const log = createLogger('test', 'debug', { write: (line) => lines.push(line) })
  return { log, messages: () => lines.map((line) => (JSON.parse(line) as { msg: string }).msg) }
}

/** Puts a shell script on a path of its own; gives the environment that finds it, and the tools scripts need. */
export async function withCommand(name: string, script: string): Promise<NodeJS.ProcessEnv> {
  const folder = await freshFolder()
  await writeFile(join(folder, name), `#!/bin/sh\n${script}\n`)
  await chmod(join(folder, name), 0o755)
  return { PATH: `${folder}:/usr/bin:/bin` }
}

/** Whether the process lives: one that ended and was not yet waited for does not. */
export function isAlive(pid: number): boolean {
  return processStart(pid) !== null
}

/** Waits until `isTrue`, for at most `withinMs` milliseconds; tells whether it became so. */
export async function becomes(isTrue: () => boolean | Promise<boolean>, withinMs = 5000): Promise<boolean> {
  const deadline = performance.now() + withinMs
  while (!(await isTrue())) {
    if (performance.now() > deadline) return false
    await sleep(20)
  }
  return true
}

export interface LivingProcess {
  pid: number
  command: string
}

/** Living processes whose command line holds `text`. */
export function processesWith(text: string): LivingProcess[] {
  return allProcesses().filter(({ command }) => command.includes(text))
}

/** What a process started, and all that is in the groups of those. */
export function familyOf(parent: number): LivingProcess[] {
  const all = allProcesses()
  const groups = all.filter((one) => one.parent === parent).map(({ pid }) => pid)
  return all.filter(({ group }) => groups.includes(group))
}

function allProcesses(): (LivingProcess & { parent: number; group: number })[] {
  return execFileSync('ps', ['-eo', 'pid=,ppid=,pgid=,args='], { encoding: 'utf8' })
    .split('\n')
    .map((line) => /^\s*(\d+)\s+(\d+)\s+(\d+) (.*)$/.exec(line))
    .filter((match) => match !== null)
    .map(([, pid, parent, group, command = '']) => ({
      ...{ pid: Number(pid), parent: Number(parent), group: Number(group) },
      command,
    }))
    .filter(({ pid }) => pid !== process.pid && isAlive(pid))
}

/** Fetched files that all tests share, so that they are fetched once. */
export const sharedCache = join(import.meta.dirname, '..', '.data', 'cache')

/**
 * Runs a module in a process of its own, which tells something by `report(value)`, and gives what it told.
 * The process is killed when the test ends.
 */
export async function runModule(code: string): Promise<{ pid: number; reported: Record<string, unknown> }> {
  const [node = '', ...args] = nodeCommand('').slice(0, -1)
  const report = 'const report = (value) => console.log(JSON.stringify(value));'
  const child = spawn(node, [...args, '--input-type=module', '-e', report + code], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  const [said] = (await once(child.stdout, 'data')) as [Buffer]
  return { pid: child.pid ?? 0, reported: JSON.parse(said.toString()) as Record<string, unknown> }
}

/** The path of a module of this room, for code that runs elsewhere. */
export function modulePath(name: string): string {
  return JSON.stringify(join(import.meta.dirname, name))
}
