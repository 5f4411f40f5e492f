// One request of a client: some events that follow each other, delivered until each has its verdict.
import { setTimeout as sleep } from 'node:timers/promises'
import { createDelivery, type Item } from '../../client/delivery.ts'
import type { Post } from '../../client/post-batch.ts'
import type { RunEvents } from '../events/event-of.ts'
import type { Ledger } from '../events/ledger.ts'
import type { Random } from '../random.ts'

/** Its events, each with its number; `none` for one that must be refused. */
export type Request = Item<number>[]

export const none = -1

/** A request is tried for so long: longer than any run lasts. */
const giveUpAfterMs = 86_400_000

/** Whoever sends often is asked to wait for long; clients that wait for long would see few faults. */
export const longestPauseMs = 4000

/** A request of `count` new events. */
export function createRequest(events: RunEvents, ledger: Ledger, count: number): Request {
  const first = ledger.take(count)
  return Array.from({ length: count }, (_, index) => {
    const event = events.eventOf(first + index)
    return { eventId: event.event_id, tag: first + index, line: JSON.stringify(event) }
  })
}

/** Puts an event among them that must be refused. */
export function spoil(request: Request, events: RunEvents, at: number): void {
  const line = JSON.stringify(events.refusedEvent(request[0]?.tag ?? 0))
  request.splice(at, 0, { eventId: '', tag: none, line })
}

/**
 * Delivers one copy of the request and notes what became of each event.
 * @throws SendError for an answer that no client should ever get; AbortError once `signal` is given
 */
export async function deliver(
  request: Request,
  post: Post,
  { counts, acknowledge }: Ledger,
  random: Random,
  signal: AbortSignal,
): Promise<void> {
  let left = request.length
  const send = createDelivery<number>({
    ...{ url: '', giveUpAfterMs, random },
    post: async (body) => {
      signal.throwIfAborted()
      return post(body)
    },
    waiting: () => (counts.resent += left),
    sleep: (ms) => sleep(Math.min(ms, longestPauseMs), undefined, { signal }),
    settled: ({ accepted, refused }) => {
      left -= accepted.length + refused.length
      for (const { tag } of accepted) {
        if (tag === none) counts.wronglyAccepted += 1
        else acknowledge(tag)
      }
      for (const { tag } of refused) counts[tag === none ? 'refused' : 'wronglyRefused'] += 1
    },
  })
  await send(request)
}
