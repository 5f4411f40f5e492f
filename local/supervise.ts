// Keeps a process alive: starts it, starts it again after each death, and ends it with everything it started.
import type { ChildProcess } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from '../runtime/logger.ts'
import { killGroup } from './spawn-held.ts'

/** How a process ended, and after how many milliseconds. */
export interface Death {
  code: number | null
  signal: NodeJS.Signals | null
  livedMs: number
}

export interface SuperviseOptions {
  name: string
  log: Logger
  /** Starts the process as the leader of a group of its own. Called again after each death. */
  spawn: () => ChildProcess
  /** Resolves once the process does its work; never called for one that is dead. `signal` tells it to give up. */
  ready: (child: ChildProcess, signal: AbortSignal) => Promise<void>
  /** Asks the process to end in order. Default: SIGTERM. */
  askToStop?: (child: ChildProcess) => void
  /** Milliseconds the process has to end in order before its group is killed. */
  stopWithinMs: number
  /** Pauses before a restart, milliseconds: the first, doubled after each quick death, up to the last. */
  pauseMs?: { first: number; last: number }
  /** Gives up a start that is not ready yet. */
  signal?: AbortSignal | undefined
}

/** A process that is kept alive. */
export interface Supervised {
  /** The process as it is now; undefined between a death and the restart. */
  pid: () => number | undefined
  /** Ends it for good: in order, else by force. Tells whether it ended in order. */
  stop: () => Promise<boolean>
  /** Ends it for good, by force and at once. */
  kill: () => void
}

/** The process ended before it was ready for the first time. */
export class DiedAtStart extends Error {
  override name = 'DiedAtStart'
  readonly death: Death

  constructor(name: string, death: Death) {
    super(`${name} ended ${wayOf(death)} before it was ready`)
    this.death = death
  }
}

/** After living this long a process gets the first, short pause again. */
const steadyMs = 10_000

/**
 * Starts the process and resolves when it is ready for the first time; from then on it is started again whenever it ends.
 * @throws DiedAtStart when it ends before that, or what `ready` rejects with; it is not running then
 */
export async function supervise(options: SuperviseOptions): Promise<Supervised> {
  const life = { over: false, run: run(options) }
  await firstReady(options, life.run)
  const over = new AbortController()
  const loop = keepAlive(options, life, over.signal)
  const end = (how: () => void) => {
    life.over = true
    over.abort()
    how()
  }
  return {
    pid: () => life.run.pid(),
    kill: () => end(() => life.run.kill()),
    stop: async () => {
      end(() => undefined)
      const inOrder = await stopRun(options, life.run)
      await loop
      return inOrder
    },
  }
}

async function firstReady({ name, signal }: SuperviseOptions, { ready, death, kill }: Run): Promise<void> {
  signal?.addEventListener('abort', kill, { once: true })
  try {
    signal?.throwIfAborted()
    await Promise.race([ready, death.then((how) => Promise.reject(new DiedAtStart(name, how)))])
  } catch (error) {
    kill()
    await death
    throw error
  } finally {
    signal?.removeEventListener('abort', kill)
  }
}

/** One life of the process, from its start to its death. */
interface Run {
  pid: () => number | undefined
  ready: Promise<void>
  death: Promise<Death>
  askToStop: () => void
  kill: () => void
}

function run(options: SuperviseOptions): Run {
  const startedAt = performance.now()
  const child = options.spawn()
  const gone = new AbortController()
  const death = new Promise<Death>((resolve) => {
    const end = (code: number | null, signal: NodeJS.Signals | null) => {
      gone.abort()
      resolve({ code, signal, livedMs: Math.round(performance.now() - startedAt) })
    }
    child.once('exit', end)
    child.once('error', () => end(null, null))
  })
  const ready = options.ready(child, gone.signal).catch(async (error: unknown) => {
    // Of a process that died it is the death that is told.
    if (gone.signal.aborted) await new Promise<never>(() => undefined)
    throw error
  })
  ready.catch(() => undefined)
  return {
    pid: () => (gone.signal.aborted ? undefined : child.pid),
    ready,
    death,
    askToStop: () => (options.askToStop ? options.askToStop(child) : child.kill('SIGTERM')),
    kill: () => {
      if (!gone.signal.aborted) killGroup(child)
    },
  }
}

async function keepAlive(
  options: SuperviseOptions,
  life: { over: boolean; run: Run },
  signal: AbortSignal,
): Promise<void> {
  const { name, log } = options
  const { first, last } = options.pauseMs ?? { first: 200, last: 5000 }
  for (let pauseMs = first; ; pauseMs = Math.min(pauseMs * 2, last)) {
    const death = await life.run.death
    if (life.over) return
    if (death.livedMs > steadyMs) pauseMs = first
    log.warn({ process: name, ...death, restartInMs: pauseMs }, 'a process ended, it is started again')
    await sleep(pauseMs, undefined, { signal }).catch(() => undefined)
    if (isOver(life)) return
    life.run = run(options)
    const { ready, pid } = life.run
    void ready.then(
      () => log.info({ process: name, pid: pid() }, 'the process is back'),
      () => undefined,
    )
  }
}

/** A call, since `over` changes while others wait. */
function isOver(life: { over: boolean }): boolean {
  return life.over
}

async function stopRun({ name, log, stopWithinMs }: SuperviseOptions, current: Run): Promise<boolean> {
  if (current.pid() === undefined) return false
  const askedAt = performance.now()
  current.askToStop()
  const inTime = new AbortController()
  const late = sleep(stopWithinMs, 'late', { signal: inTime.signal }).catch(() => 'in time')
  const isLate = (await Promise.race([current.death, late])) === 'late'
  if (isLate) {
    log.warn({ process: name, stopWithinMs }, 'a process did not stop in time, it is killed')
    current.kill()
  }
  inTime.abort()
  await current.death
  log.debug({ process: name, tookMs: Math.round(performance.now() - askedAt) }, 'a process stopped')
  return !isLate
}

/** Tries `check` until it resolves, every 50 ms; rejects once `gone` is given. */
export async function untilItWorks(check: () => Promise<unknown>, gone: AbortSignal): Promise<void> {
  for (;;) {
    gone.throwIfAborted()
    const works = await check().then(
      () => true,
      () => false,
    )
    if (works) return
    await sleep(50, undefined, { signal: gone })
  }
}

function wayOf({ code, signal }: Death): string {
  if (signal) return `by signal ${signal}`
  return code === null ? 'without having started' : `with exit code ${code}`
}
