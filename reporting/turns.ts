// Lets a few questions run at a time; the others wait in line for as long as they may, and go when nobody wants them.

/** More wait in line already than may. */
export class LineTooLong extends Error {
  override name = 'LineTooLong'
}

export interface Turns {
  /**
   * Runs `work` when it is its turn.
   * @throws LineTooLong; the signal's reason where it is given before the turn has come; whatever `work` throws
   */
  run: <T>(work: () => Promise<T>, signal: AbortSignal) => Promise<T>
  waiting: () => number
}

/**
 * @param most how many run at the same time
 * @param mostWaiting how many more may wait
 */
export function createTurns(most: number, mostWaiting: number): Turns {
  /** In the order they came. */
  const line = new Set<() => void>()
  let running = 0

  const turn = (signal: AbortSignal): Promise<void> => {
    signal.throwIfAborted()
    if (running < most) {
      running += 1
      return Promise.resolve()
    }
    if (line.size >= mostWaiting) throw new LineTooLong('too many are waiting already')
    return new Promise((resolve, reject) => {
      const begin = () => {
        signal.removeEventListener('abort', leave)
        resolve()
      }
      const leave = () => {
        line.delete(begin)
        reject(signal.reason as Error)
      }
      line.add(begin)
      signal.addEventListener('abort', leave, { once: true })
    })
  }
  const end = () => {
    const [next] = line
    if (!next) {
      running -= 1
      return
    }
    line.delete(next)
    next()
  }
  return {
    waiting: () => line.size,
    run: async (work, signal) => {
      await turn(signal)
      try {
        return await work()
      } finally {
        end()
      }
    },
  }
}
