// One process of the stack, which is killed, held down and brought back as the run likes.
import { setTimeout as sleep } from 'node:timers/promises'
import type { Supervised } from '../../local/supervise.ts'

export interface Part {
  name: string
  /** The process as it is now; undefined while there is none. */
  pid: () => number | undefined
  /** Whether it is kept alive; not while it is held down. */
  isUp: () => boolean
  /** Starts it and resolves when it is ready; does nothing where it is up. */
  up: () => Promise<void>
  /** Kills it and everything it started, and keeps it down. */
  down: () => Promise<void>
  /** Ends it in order, else by force. Tells whether it ended in order. */
  stop: () => Promise<boolean>
}

const startTries = 3

/** @param start starts it and keeps it alive; always at the same address */
export function createPart(name: string, start: (signal: AbortSignal) => Promise<Supervised>): Part {
  let running: Supervised | null = null
  let starting: { abort: AbortController; done: Promise<void> } | null = null

  const tryStart = async (signal: AbortSignal) => {
    for (let tries = 1; ; tries += 1) {
      try {
        running = await start(signal)
        return
      } catch (error) {
        if (signal.aborted || tries === startTries) throw error
        await sleep(500)
      }
    }
  }
  const takeRunning = () => {
    const taken = running
    running = null
    return taken
  }
  /** Gives up a start that is under way. */
  const giveUp = async () => {
    starting?.abort.abort()
    await starting?.done.catch(() => undefined)
  }
  return {
    name,
    pid: () => running?.pid(),
    isUp: () => running !== null,
    up: async () => {
      if (running) return
      if (!starting) {
        const abort = new AbortController()
        starting = { abort, done: tryStart(abort.signal).finally(() => (starting = null)) }
      }
      await starting.done
    },
    down: async () => {
      await giveUp()
      const killed = takeRunning()
      killed?.kill()
      while (killed?.pid() !== undefined) await sleep(5)
    },
    stop: async () => {
      await giveUp()
      return (await takeRunning()?.stop()) ?? true
    },
  }
}
