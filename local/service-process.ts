// Runs one service as a process that is kept alive, always at the address it had first.
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import type { ListeningMessage } from '../runtime/lifecycle.ts'
import type { Logger } from '../runtime/logger.ts'
import { isPortFree } from './free-port.ts'
import { LaunchError } from './launch-error.ts'
import { nodeCommand } from './node-command.ts'
import type { ServiceSpec } from './services.ts'
import { spawnHeld } from './spawn-held.ts'
import { DiedAtStart, supervise, untilItWorks, type Supervised } from './supervise.ts'

export interface ServiceProcess extends Supervised {
  name: string
  /** The address it listens on, the same after each restart. */
  url: string
}

export interface ServiceOptions {
  /** What the service is to find in its environment, its port included. */
  env: NodeJS.ProcessEnv
  host: string
  log: Logger
  /** Gives up the start. */
  signal: AbortSignal
  /** Milliseconds until it must have been ready for the first time. */
  readyWithinMs: number
  /** File descriptor of this process that takes what the service says. Default: standard error. */
  output?: number
}

/** Standard error: what services log is not what this program answers. */
const standardError = 2

/**
 * Starts the service on `spec.port`, which must not be 0, and resolves when its /readyz answers 200.
 * @throws LaunchError with a sentence for the person who started it
 */
export async function startService(spec: ServiceSpec, options: ServiceOptions): Promise<ServiceProcess> {
  const { env, log, signal, host, readyWithinMs, output = standardError } = options
  const found = { url: '', reason: 'it does not listen' }
  const late = new AbortController()
  const timer = setTimeout(() => late.abort(), readyWithinMs)
  try {
    const supervised = await supervise({
      name: spec.name,
      log,
      stopWithinMs: spec.stopWithinMs,
      signal: AbortSignal.any([signal, late.signal]),
      spawn: () => spawnHeld(nodeCommand(spec.program), { env, output, ipc: true }),
      ready: async (child, gone) => {
        found.url = await addressOf(child, gone)
        await untilItWorks(() => askReady(found), gone)
      },
    })
    return { ...supervised, name: spec.name, url: found.url }
  } catch (error) {
    if (late.signal.aborted) throw new LaunchError(notReady(spec, readyWithinMs, found.reason))
    if (!(error instanceof DiedAtStart)) throw error
    if (!(await isPortFree(spec.port, host))) throw new LaunchError(portTaken(spec))
    throw new LaunchError(`The service ${error.message}: the lines above say why.`)
  } finally {
    clearTimeout(timer)
  }
}

/** The sentence for a port that another program has. */
export function portTaken({ name, port, portVariable }: ServiceSpec): string {
  return `Port ${port} of ${name} is taken: set ${portVariable} to another one (0 means any free one), or stop what listens there.`
}

async function addressOf(child: ChildProcess, gone: AbortSignal): Promise<string> {
  for (;;) {
    const [message] = (await once(child, 'message', { signal: gone })) as [Partial<ListeningMessage>]
    if (message.listening !== undefined) return message.listening
  }
}

async function askReady(found: { url: string; reason: string }): Promise<void> {
  const answer = await fetch(`${found.url}/readyz`)
  const body = await answer.text()
  if (answer.ok) return
  found.reason = detailOf(body) ?? `/readyz answers ${answer.status}`
  throw new Error(found.reason)
}

/** The sentence of a problem document. */
function detailOf(body: string): string | null {
  try {
    return (JSON.parse(body) as { detail?: string }).detail ?? null
  } catch {
    return null
  }
}

function notReady({ name }: ServiceSpec, afterMs: number, reason: string): string {
  return `The service ${name} is not ready after ${Math.round(afterMs / 1000)} s: ${reason}.`
}
