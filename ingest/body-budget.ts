// Bounds the bytes of all requests that are being handled, as they arrived and as they are decompressed; closed, it
// refuses those whose body is not here yet.
import { unavailable, type Problem } from '../runtime/problem.ts'

export interface BodyBudget {
  /**
   * The share of one request, empty at first.
   * @throws Problem 503 once it is closed
   */
  open: () => BodyShare
  /** Refuses everything that is still being read, and all that comes. */
  close: () => void
  bytesInFlight: () => number
}

export interface BodyShare {
  /** @throws Problem 503 where all requests together would hold more than they may */
  take: (bytes: number) => void
  /** Whom to tell that the budget is closed, as long as the body is being read; null afterwards. */
  onClose: (refuse: ((problem: Problem) => void) | null) => void
  /** Gives everything back; called once. */
  release: () => void
}

export function createBodyBudget(maxBytes: number): BodyBudget {
  const reading = new Set<(problem: Problem) => void>()
  let inFlight = 0
  let isClosed = false

  const openShare = (): BodyShare => {
    let share = 0
    let listener: ((problem: Problem) => void) | null = null
    return {
      take: (bytes) => {
        if (inFlight + bytes > maxBytes) throw tooMuch()
        inFlight += bytes
        share += bytes
      },
      onClose: (refuse) => {
        if (listener) reading.delete(listener)
        listener = refuse
        if (listener) reading.add(listener)
      },
      release: () => {
        inFlight -= share
        share = 0
      },
    }
  }
  return {
    bytesInFlight: () => inFlight,
    open: () => {
      if (isClosed) throw isStopping()
      return openShare()
    },
    close: () => {
      isClosed = true
      for (const refuse of reading) refuse(isStopping())
    },
  }
}

function tooMuch(): Problem {
  return unavailable('too many bytes are being handled at the moment: send it again')
}

function isStopping(): Problem {
  return unavailable('this server is stopping: send it again, on another connection')
}
