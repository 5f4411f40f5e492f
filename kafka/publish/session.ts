// One producer's time with Kafka. It ends when a request stays without an answer, or nothing of it was taken: everybody
// who waits is told at once, and the next session begins with connections of its own, since these may hang for ever.
import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from '../../runtime/logger.ts'
import { rememberPartitions } from '../partition-of.ts'
import type { Producer } from '../produce/producer.ts'
import { cutLines } from './cut-lines.ts'
import { createDeadline } from './deadline.ts'
import { refuse, Waiter, type Publish, type PublisherSettings } from './publishing.ts'
import { sendRecords } from './send-records.ts'
import { bytesOf, createWaitingLines } from './waiting-lines.ts'

export interface Session {
  publish: Publish
  pendingBytes: () => number
  /** Resolves when everybody who waits has been told. */
  idle: () => Promise<void>
}

/** The most bytes of one partition in one request: it is one record set, which max.message.bytes (1 MiB) bounds. */
const maxBytesPerPartition = 900_000

/**
 * So long after a request the next one goes out at the earliest, milliseconds: what comes meanwhile goes with it. A request
 * costs Kafka as much as hundreds of events in one; whoever comes alone never waits.
 */
const gatherMs = 2

/**
 * Sends over a producer that is connected.
 * @param onLost called when the session has ended; the producer is to be disconnected once `stopped` has settled
 */
export function openSession(
  producer: Producer,
  settings: PublisherSettings,
  logger: Logger,
  onLost: (stopped: Promise<unknown>) => void,
): Session {
  const waiting = createWaitingLines()
  const refuseLate = createDeadline(settings.timeoutMs)
  const partitionOf = rememberPartitions(settings.partitions)
  let sending: Promise<void> | null = null
  let sentAt = -Infinity
  let isLost = false

  const publish: Publish = (sites) =>
    new Promise((resolve) => {
      const waiter = new Waiter(resolve)
      const cut = sites.map((lines) => cutLines(lines, settings, waiter))
      for (const pieces of cut) {
        const [{ of }] = pieces
        const isTooMuch = waiting.bytes() + bytesOf(pieces) > settings.maxPendingBytes
        if (isTooMuch) waiter.refuse(of, 'too many events are waiting for Kafka')
        else waiting.add(partitionOf(of.siteId), pieces)
      }
      if (waiter.isSettled) return
      refuseLate(waiter)
      sending ??= sendAll()
    })

  const sendAll = async () => {
    // Everything that arrives in the same turn of the event loop goes out together.
    await new Promise(setImmediate)
    while (!isLost && waiting.isWanted()) {
      const waitMs = sentAt + gatherMs - performance.now()
      if (waitMs > 0) await sleep(waitMs)
      sentAt = performance.now()
      await sendOnce()
    }
    sending = null
  }

  const sendOnce = async () => {
    const taken = waiting.take(maxBytesPerPartition, settings)
    const { refused, error, isLate, stopped } = await sendRecords(producer, settings.timeoutMs, taken)
    if (error !== null) logger.warn({ err: error }, 'kafka did not take events')
    for (const { records } of refused) for (const { pieces } of records) refuse(pieces)
    waiting.forget(taken)
    if (!isLate && refused.length < taken.length) return
    isLost = true
    refuse(waiting.clear())
    onLost(stopped)
  }

  return {
    publish,
    pendingBytes: waiting.bytes,
    idle: async () => {
      while (sending) await sending
    },
  }
}
