// Keeps a publisher connected: connects it, and again whenever the connection was lost, for as long as it takes.
import type { Publisher } from '../../kafka/publish/publisher.ts'
import { TopicMisfit } from '../../kafka/topics.ts'
import type { Logger } from '../../runtime/logger.ts'
import { untilDone, within } from '../../runtime/retry.ts'

export interface Connection {
  /** True until the first attempt has succeeded or failed. */
  isNew: () => boolean
  /** To be called when the publisher's connection was lost. */
  lost: () => void
  /** Rejects with TopicMisfit where the topic does not fit, and when `signal` is given. */
  keep: (publisher: Publisher, ensureTopic: () => Promise<void>) => Promise<never>
}

/** An attempt on a connection that is silent is not waited for longer than this. */
const attemptWithinMs = 10_000
const longestPauseMs = 1000
const tellEveryMs = 30_000

export function createConnection(signal: AbortSignal, logger: Logger): Connection {
  let wake = () => {}
  let isNew = true
  let toldAt = -Infinity
  const keep = async (publisher: Publisher, ensureTopic: () => Promise<void>) => {
    for (;;) {
      const lost = new Promise<void>((resolve) => (wake = resolve))
      const connect = async () => {
        await within(attemptWithinMs, 'Kafka does not answer', ensureTopic())
        await publisher.connect()
        isNew = false
      }
      await untilDone(connect, {
        isHopeless: (error) => error instanceof TopicMisfit,
        onFailure: (error, pauseMs) => {
          isNew = false
          if (performance.now() - toldAt < tellEveryMs) return
          toldAt = performance.now()
          logger.warn({ err: error, pauseMs }, 'kafka cannot be reached')
        },
        signal,
        longestPauseMs,
      })
      logger.info('connected to kafka')
      await lost
      logger.warn('the connection to kafka is lost')
      signal.throwIfAborted()
    }
  }
  return { isNew: () => isNew, lost: () => wake(), keep }
}
