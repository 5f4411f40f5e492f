// What Ctrl-C and SIGTERM mean: the first asks for an orderly stop, a later one wants it now.

export interface SignalActions {
  first: () => void
  second: () => void
  /** Milliseconds, from any beginning. */
  now?: () => number
}

/** A single Ctrl-C can arrive twice, from the terminal and from npm; what comes this soon is the same one. */
const sameWithinMs = 1000

/** The handler of every signal that asks this process to end. */
export function stopOnSignals({ first, second, now = () => performance.now() }: SignalActions): () => void {
  let firstAt: number | undefined
  return () => {
    if (firstAt === undefined) {
      firstAt = now()
      first()
    } else if (now() - firstAt >= sameWithinMs) second()
  }
}
