// The one sender of events: batches, a bounded number of them on the way, and sends again what may be lost.
// What it keeps: every event carries its id before its first try, so that however often it is sent it counts
// once; and every event taken gets one verdict, unless the sender gives up, which it says by rejecting.
import { randomUUID } from 'node:crypto'
import { createDelivery, SendError, type DeliverySettings, type Item } from './delivery.ts'

export interface SenderSettings<Tag> extends DeliverySettings<Tag> {
  /** Most events in a batch; default 1,000, ingest takes 10,000. */
  batchEvents?: number
  /** Most bytes in a batch; default 900,000, under the 1 MiB many proxies allow; ingest takes 10 MB. */
  batchBytes?: number
  /** Most batches on the way; default 4. `send` waits while there are that many. */
  maxInFlight?: number
  newId?: () => string
}

export interface Sender<Tag> {
  /**
   * Takes one event; resolves when the next one may come. An event without `event_id` is given one.
   * @throws SendError when the sender has given up
   */
  send: (event: object, tag: Tag) => Promise<void>
  /**
   * Sends what waits and resolves when every event taken has its verdict.
   * @throws SendError when the sender has given up
   */
  flush: () => Promise<void>
}

/** Builds a sender; opens nothing until the first batch is full or flushed. */
export function createSender<Tag>(settings: SenderSettings<Tag>): Sender<Tag> {
  const { batchEvents = 1000, batchBytes = 900_000, maxInFlight = 4, newId = randomUUID } = settings
  const deliver = createDelivery(settings)
  const inFlight = new Set<Promise<void>>()
  let waiting: Item<Tag>[] = []
  let waitingBytes = 0
  let failure: SendError | undefined

  async function dispatch(): Promise<void> {
    const batch = waiting
    waiting = []
    waitingBytes = 0
    while (inFlight.size >= maxInFlight) await Promise.race(inFlight)
    if (failure) throw failure
    if (batch.length === 0) return
    const delivery: Promise<void> = deliver(batch)
      .catch((error: unknown) => {
        failure ??= error instanceof SendError ? error : new SendError(String(error), { cause: error })
      })
      .finally(() => inFlight.delete(delivery))
    inFlight.add(delivery)
  }

  return {
    async send(event, tag) {
      if (failure) throw failure
      const given = idOf(event)
      const eventId = given ?? newId()
      const line = JSON.stringify(given === undefined ? { ...event, event_id: eventId } : event)
      const bytes = Buffer.byteLength(line) + 1
      if (waitingBytes + bytes > batchBytes && waiting.length > 0) await dispatch()
      waiting.push({ eventId, tag, line })
      waitingBytes += bytes
      if (waiting.length >= batchEvents) await dispatch()
    },
    async flush() {
      await dispatch()
      while (inFlight.size > 0) await Promise.race(inFlight)
      if (failure) throw failure
    },
  }
}

/** The id that the event came with; a wrong one is left for ingest to refuse. */
function idOf(event: object): string | undefined {
  const id = (event as { event_id?: unknown }).event_id
  if (id === undefined || id === null || id === '') return undefined
  return typeof id === 'string' ? id : JSON.stringify(id)
}
