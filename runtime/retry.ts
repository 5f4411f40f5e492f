// Trying again what may succeed later.
import { setTimeout as sleep } from 'node:timers/promises'

export interface RetryOptions {
  /** Whether trying again can help. */
  isHopeless: (error: unknown) => boolean
  /** Told of each failure, with the pause that follows in milliseconds. */
  onFailure: (error: unknown, pauseMs: number) => void
  /** Ends the trying: the last error is thrown. */
  signal: AbortSignal
  /** The pause between two tries grows up to this, milliseconds. Default: 5 s. */
  longestPauseMs?: number
}

const firstPauseMs = 100
const defaultLongestPauseMs = 5000

/**
 * Runs `work` until it succeeds, pausing longer after each failure.
 * @throws the error of `work` where it is hopeless or the signal is given
 */
export async function untilDone<T>(work: () => Promise<T>, options: RetryOptions): Promise<T> {
  const { longestPauseMs = defaultLongestPauseMs } = options
  const isOver = () => options.signal.aborted
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(pauseMs * 2, longestPauseMs)) {
    try {
      return await work()
    } catch (error) {
      if (options.isHopeless(error) || isOver()) throw error
      options.onFailure(error, pauseMs)
      await sleep(pauseMs, undefined, { signal: options.signal }).catch(() => undefined)
      if (isOver()) throw error
    }
  }
}

/** Rejects as `work` does, but never once the signal is given: an end that is wanted is no failure. */
export async function failureOf(work: Promise<unknown>, signal: AbortSignal): Promise<never> {
  try {
    await work
  } catch (error) {
    if (!signal.aborted) throw error
  }
  return new Promise<never>(() => undefined)
}

/** The result of `work`, or an error with `message` after `ms` milliseconds without one. */
export function within<T>(ms: number, message: string, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(message)), ms).unref()
    work.finally(() => clearTimeout(timer)).then(resolve, reject)
  })
}

/** The result of `work`, or the reason of the signal as an error where it is given before. */
export function unlessAborted<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const giveUp = () => reject(signal.reason as Error)
    signal.addEventListener('abort', giveUp)
    if (signal.aborted) giveUp()
    work.finally(() => signal.removeEventListener('abort', giveUp)).then(resolve, reject)
  })
}
