// Runs a command to its end; it ends with this process.
import { createInterface } from 'node:readline'
import { killGroup, spawnHeld } from './spawn-held.ts'

export interface RunOptions {
  env?: NodeJS.ProcessEnv
  cwd?: string
  /** Kills the command. */
  signal?: AbortSignal | undefined
}

/**
 * The exit code of the command; 1 where a signal ended it.
 * @param onLine is given each line of its output and errors
 */
export async function runHeld(
  command: readonly string[],
  { signal, ...options }: RunOptions,
  onLine: (line: string) => void,
): Promise<number> {
  signal?.throwIfAborted()
  const child = spawnHeld(command, { ...options, output: 'pipe' })
  const kill = () => killGroup(child)
  signal?.addEventListener('abort', kill, { once: true })
  for (const stream of [child.stdout, child.stderr]) {
    if (stream) createInterface(stream).on('line', onLine)
  }
  try {
    return await new Promise<number>((resolve, reject) => {
      child.once('error', reject)
      child.once('close', (code) => resolve(code ?? 1))
    })
  } finally {
    signal?.removeEventListener('abort', kill)
  }
}
