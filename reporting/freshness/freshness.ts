// How far the store has come: what every answer says of it, and waiting for a position.
import type { LogLook } from '../../kafka/log-reader.ts'
import type { Logger } from '../../runtime/logger.ts'
import { momentNow } from '../../runtime/moment.ts'
import { lagOf, tellFreshness, type Freshness } from './history.ts'
import { createSampler, tellableForMs } from './sampler.ts'
import { createWaiting, type WaitLimits, type Waiting } from './waiting.ts'

export interface StoreFreshness {
  /**
   * What is known right now; null while Kafka cannot be asked. It holds for whatever is counted after this resolves,
   * so it is asked for before anything is counted.
   */
  tell: () => Promise<Freshness | null>
  waitFor: Waiting['waitFor']
  figures: FreshnessFigures
  /** Ends every wait and looks no more unless asked: requests under way still get their answers. */
  stop: () => void
}

/** What metrics show. */
export interface FreshnessFigures {
  /** Records of each partition that are not known to be stored; null while Kafka cannot be asked. */
  lag: () => number[] | null
  /** Requests that wait for a position. */
  waiting: () => number
}

/** Looks at the log from now on, until it is stopped. */
export function createFreshness(
  take: () => Promise<LogLook>,
  limits: WaitLimits,
  logger: Logger,
): StoreFreshness {
  const sampler = createSampler(take, logger)
  const waiting = createWaiting(sampler, limits)
  return {
    tell: async () => {
      const history = await sampler.look(tellableForMs)
      return history && tellFreshness(history, momentNow())
    },
    waitFor: waiting.waitFor,
    figures: {
      lag: () => {
        const history = sampler.newest()
        return history && lagOf(history.partitions)
      },
      waiting: waiting.count,
    },
    stop: () => {
      sampler.stop()
      waiting.stop()
    },
  }
}
