// One producer's time with Kafka. It ends when a request stays without an answer, or nothing of it was taken: everybody
// who waits is told at once, and the next session begins with connections of its own, since these may hang for ever.
import { partOf } from '../../event/seal.ts'
import type { Logger } from '../../runtime/logger.ts'
import { createDeadline } from './deadline.ts'
import type { Producer } from '../produce/producer.ts'
import { rememberPartitions } from '../partition-of.ts'
import {
  NotPublished,
  refuse,
  type Position,
  type Publish,
  type PublisherSettings,
  type SiteLines,
  Waiter,
} from './publishing.ts'
import { sendRecords } from './send-records.ts'
import type { Piece } from './pack-records.ts'
import { bytesOf, createWaitingLines, cutLines, type CutText } from './waiting-lines.ts'

export interface Session {
  publish: Publish
  pendingBytes: () => number
  /** Resolves when everybody who waits has been told. */
  idle: () => Promise<void>
}

/**
 * The most bytes of one partition in one request, seals not counted: it is one record set, which max.message.bytes (1 MiB)
 * bounds. The seals of 800,000 bytes of the shortest lines take some 120,000.
 */
const maxBytesPerPartition = 800_000

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
  const waiting = createWaitingLines<Waiter>(({ isSettled }) => !isSettled)
  const refuseLate = createDeadline(settings.timeoutMs)
  const partitionOf = rememberPartitions(settings.partitions)
  let sending: Promise<void> | null = null
  let isLost = false

  const publish: Publish = (lines) =>
    new Promise<Position>((resolve, reject) => {
      const texts = cutLines(lines, settings)
      if (waiting.bytes() + bytesOf(texts) > settings.maxPendingBytes) {
        reject(new NotPublished('too many events are waiting for Kafka'))
        return
      }
      const waiter = new Waiter(texts.length, resolve, reject)
      refuseLate(waiter)
      waiting.add(partitionOf(lines.siteId), toPieces(texts, lines, waiter))
      sending ??= sendAll()
    })

  const sendAll = async () => {
    // Everything that arrives in the same turn of the event loop goes out together.
    await new Promise(setImmediate)
    while (!isLost && waiting.isWanted()) await sendOnce()
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

function toPieces(
  texts: readonly CutText[],
  { siteId, receivedAt, checked }: SiteLines,
  waiter: Waiter,
): Piece<Waiter>[] {
  let line = 0
  return texts.map(({ text, textBytes, bytes, events }) => {
    const own = checked && texts.length > 1 ? partOf(checked, line, events) : checked
    line += events
    return { siteId, text, textBytes, bytes, events, checked: own, receivedAt, waiter }
  })
}
