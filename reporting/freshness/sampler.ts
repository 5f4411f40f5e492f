// Looks at the log now and then, and when asked: one look at a time, shared by all who ask, and good for a moment.
// Once Kafka does not answer, everybody is told so at once until it does again.
import type { LogLook } from '../../kafka/log-reader.ts'
import type { Logger } from '../../runtime/logger.ts'
import { within } from '../../runtime/retry.ts'
import { addLook, type History } from './history.ts'

export interface Sampler {
  /**
   * All looks, the newest of them no older than `maxAgeMs`; null where Kafka cannot be asked. A look that is under
   * way is shared: what it says stays true, it is only a little older.
   */
  look: (maxAgeMs: number) => Promise<History | null>
  /** All looks so far; null while Kafka cannot be asked. */
  newest: () => History | null
  stop: () => void
}

/** Between looks that nobody asks for: they make the instants exact that are told while something waits. */
const idleMs = 1000
/** How old a look may be by which an answer tells how fresh it is: one is there then, and nobody waits for Kafka. */
export const tellableForMs = 1.2 * idleMs
/** How long a look may take before Kafka counts as away. */
const patienceMs = 1000
/** A topic that is still being made, or a group's coordinator that moves, is nobody's concern: this many are. */
const worthAWord = 3

/** @param take takes one look; never called again before it has settled */
export function createSampler(take: () => Promise<LogLook>, logger: Logger): Sampler {
  let history: History | null = null
  let failures = 0
  let looking: Promise<History | null> | null = null
  let isTaking = false

  const failed = (error: unknown) => {
    failures += 1
    if (failures === worthAWord)
      logger.warn({ err: error }, 'kafka cannot be asked how far the store has come')
    return null
  }
  const succeeded = (look: LogLook) => {
    if (failures >= worthAWord) logger.info('kafka tells again how far the store has come')
    failures = 0
    history = addLook(history, look)
    return history
  }
  const start = () => {
    isTaking = true
    const taken = take()
      .then(succeeded)
      .finally(() => (isTaking = false))
    looking = within(patienceMs, 'Kafka does not answer', taken)
      .catch(failed)
      .finally(() => (looking = null))
    return looking
  }
  const look = (maxAgeMs: number): Promise<History | null> => {
    if (failures > 0) return Promise.resolve(null)
    const isFresh = history !== null && performance.now() - history.at.steady <= maxAgeMs
    return isFresh ? Promise.resolve(history) : (looking ?? start())
  }
  const again = () => {
    if (failures === 0) void look(idleMs / 2)
    else if (!isTaking) void start()
  }
  const timer = setInterval(again, idleMs)
  void start()
  return { look, newest: () => (failures === 0 ? history : null), stop: () => clearInterval(timer) }
}
