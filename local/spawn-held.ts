// Starts a process in a group of its own that ends when this process ends, however that happens.
import { spawn, type ChildProcess } from 'node:child_process'
import { join } from 'node:path'

const wrapper = join(import.meta.dirname, 'with-parent.sh')

export interface HeldOptions {
  env?: NodeJS.ProcessEnv
  cwd?: string
  /** A pipe to write to (and to end), or nothing. */
  stdin?: 'pipe' | 'ignore'
  /** A pipe to read from, or a file descriptor of this process that the child writes to itself. */
  output: 'pipe' | number
  /** Whether to open Node's channel for messages. */
  ipc?: boolean
}

/**
 * The child's pid is the command's own and the leader of its group. Where this process ends, even by kill -9, the
 * command gets SIGTERM and 4 seconds later its group gets SIGKILL. Where the command ends, so does its group.
 */
export function spawnHeld(command: readonly string[], options: HeldOptions): ChildProcess {
  const { env = process.env, cwd, stdin = 'ignore', output, ipc = false } = options
  const child = spawn('/bin/sh', [wrapper, ...command], {
    detached: true,
    env,
    ...(cwd === undefined ? {} : { cwd }),
    stdio: [stdin, output, output, 'pipe', ...(ipc ? (['ipc'] as const) : [])],
  })
  child.once('exit', () => killGroup(child))
  // A pipe to a child that was killed may report it; that the child died is seen from its exit.
  for (const pipe of [child.stdin, child.stdio[3]]) pipe?.on('error', () => undefined)
  return child
}

/** Kills a child and everything it started, at once. */
export function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return
  try {
    process.kill(-child.pid, 'SIGKILL')
  } catch {
    // The group is gone already.
  }
}
