// A program of the bench as a process of its own: started, pinned where asked, watched, stopped.
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { killGroup, spawnHeld } from '../local/spawn-held.ts'
import type { ListeningMessage } from '../runtime/lifecycle.ts'
import { compiledCommand } from './compiled.ts'
import { pinned, type Place } from './machine.ts'

export interface BenchProcess {
  child: ChildProcess
  /** Where it listens; empty for one that does not. */
  url: string
  /** Seconds of CPU it has used; null where the system does not tell. */
  cpuSeconds: () => number | null
  /** Bytes of memory it holds; null where the system does not tell. */
  residentBytes: () => number | null
  /** Rejects when it ends before it is stopped, with the last it said. */
  died: Promise<never>
  stop: () => Promise<void>
}

const startWithinMs = 30_000
const stopWithinMs = 30_000
const tailLength = 4000

/**
 * Starts `program`, a path below the project's root, which is compiled already, and waits until it says that it listens.
 * @throws Error with the last it said, when it ends or says nothing for too long
 */
export async function startProcess(
  program: string,
  env: Record<string, string>,
  place: Place = 'anywhere',
): Promise<BenchProcess> {
  const command = [...pinned(place), ...compiledCommand(program)]
  const child = spawnHeld(command, { env: { ...process.env, ...env }, output: 'pipe', ipc: true })
  // Whatever of its group is left, such as the watcher of `spawnHeld`, ends with it.
  child.once('exit', () => killGroup(child))
  let said = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk: Buffer) => (said = (said + chunk.toString()).slice(-tailLength)))
  }
  const died = once(child, 'exit').then(() => Promise.reject(new Error(`${program} ended:\n${said}`)))
  died.catch(() => undefined)
  const late = sleep(startWithinMs, undefined, { ref: false }).then(() =>
    Promise.reject(new Error(`${program} did not start in time:\n${said}`)),
  )
  late.catch(() => undefined)
  const listening = once(child, 'message') as Promise<[ListeningMessage]>
  try {
    const [{ listening: url }] = await Promise.race([listening, died, late])
    return watch(child, url, died)
  } catch (error) {
    killGroup(child)
    throw error
  }
}

function watch(child: ChildProcess, url: string, died: Promise<never>): BenchProcess {
  const pid = child.pid ?? 0
  return {
    child,
    url,
    died,
    cpuSeconds: () => cpuSecondsOf(pid),
    residentBytes: () => residentBytesOf(pid),
    stop: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return
      const exit = once(child, 'exit')
      child.kill('SIGTERM')
      const timer = setTimeout(() => killGroup(child), stopWithinMs)
      await exit
      clearTimeout(timer)
    },
  }
}

const clockTicksPerSecond = 100

/** User and system time of a process and all its threads, from Linux's /proc; null where the system does not tell. */
export function cpuSecondsOf(pid: number | undefined): number | null {
  if (pid === undefined) return null
  const stat = readProc(pid, 'stat')
  // The name, in brackets, may hold spaces; user and system time are the 12th and 13th field behind it.
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ')
  return fields ? (Number(fields[11]) + Number(fields[12])) / clockTicksPerSecond : null
}

/** Bytes of memory that a process holds, from Linux's /proc; null where the system does not tell. */
export function residentBytesOf(pid: number): number | null {
  const kilobytes = /VmRSS:\s+(\d+) kB/.exec(readProc(pid, 'status') ?? '')?.[1]
  return kilobytes === undefined ? null : Number(kilobytes) * 1024
}

function readProc(pid: number, file: string): string | null {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8')
  } catch {
    return null
  }
}
