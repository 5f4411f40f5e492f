// Watches that a spool's folder is still its own: after a long pause of the process another one may have taken it over.
import type { Lock } from '../runtime/lock.ts'

/** The folder belongs to another process now. The message says what to do. */
export class FolderTakenOver extends Error {
  override name = 'FolderTakenOver'
}

export interface Ownership {
  /**
   * @throws FolderTakenOver; Error of the operating system where it cannot be known
   */
  check: () => Promise<void>
  /** Rejects with FolderTakenOver once that is seen, also where nobody asks. */
  lost: Promise<never>
  /** Watches no longer. */
  end: () => void
}

/** A process that goes on after a pause takes events again at once, so it is not to be long without a spool. */
const lookEveryMs = 5000

export function watchOwnership(folder: string, lock: Lock): Ownership {
  let lose: (error: FolderTakenOver) => void = () => undefined
  const lost = new Promise<never>((_, reject) => (lose = reject))
  // Whoever needs no end by it lets it be.
  lost.catch(() => undefined)
  const check = async () => {
    if (await lock.isMine()) return
    const message = `another process took ${folder} over while this one stood still: start this one again, with a spool folder of its own`
    const error = new FolderTakenOver(message)
    lose(error)
    throw error
  }
  const timer = setInterval(() => void check().catch(() => undefined), lookEveryMs).unref()
  return { check, lost, end: () => clearInterval(timer) }
}
