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

/** The client went away before its body was read: there is nobody to answer. */
export class ClientGone extends Error {
  override name = 'ClientGone'
  override message = 'the client went away'
}

/** What one request holds. A class, since each request makes one: functions made anew for each would cost more than what they do. */
export class BodyShare {
  private bytes = 0
  private isReleased = false
  private listener: ((problem: Problem) => void) | null = null
  private readonly held: Held

  constructor(held: Held) {
    this.held = held
  }

  /**
   * @throws Problem 503 where all requests together would hold more than they may
   * @throws ClientGone once it is released: what is still decompressed then would be given back by nobody
   */
  take(bytes: number): void {
    if (this.isReleased) throw new ClientGone()
    if (this.held.bytes + bytes > this.held.maxBytes) throw tooMuch()
    this.held.bytes += bytes
    this.bytes += bytes
  }

  /** Whom to tell that the budget is closed, as long as the body is being read; null afterwards. */
  onClose(refuse: ((problem: Problem) => void) | null): void {
    if (this.listener) this.held.reading.delete(this.listener)
    this.listener = refuse
    if (refuse) this.held.reading.add(refuse)
  }

  /** Gives everything back, for good. */
  release(): void {
    this.isReleased = true
    this.held.bytes -= this.bytes
    this.bytes = 0
  }
}

/** What all requests hold together. */
interface Held {
  bytes: number
  readonly maxBytes: number
  readonly reading: Set<(problem: Problem) => void>
}

export function createBodyBudget(maxBytes: number): BodyBudget {
  const held: Held = { bytes: 0, maxBytes, reading: new Set() }
  let isClosed = false
  return {
    bytesInFlight: () => held.bytes,
    open: () => {
      if (isClosed) throw isStopping()
      return new BodyShare(held)
    },
    close: () => {
      isClosed = true
      for (const refuse of held.reading) refuse(isStopping())
    },
  }
}

function tooMuch(): Problem {
  return unavailable('too many bytes are being handled at the moment: send it again')
}

function isStopping(): Problem {
  return unavailable('this server is stopping: send it again, on another connection')
}
