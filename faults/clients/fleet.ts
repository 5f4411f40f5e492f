// The clients of a run: they send at a steady rate and send again, with the same ids, until every event is
// acknowledged.
import { setMaxListeners } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { createDelivery, type Item } from '../../client/delivery.ts'
import type { RunEvents } from '../events/event-of.ts'
import type { Ledger } from '../events/ledger.ts'
import { wholeBetween, type Random } from '../random.ts'
import { createPosts, type Attempt } from './post-somewhere.ts'

export interface FleetSettings {
  /** Addresses of the ingests. */
  urls: readonly string[]
  /** Events a second. */
  rate: number
  /** Most events of one request; half of all requests hold one event. */
  batch: number
  /** Share of the requests that are one event: POST /event. */
  singles: number
  /** Share of the requests that are sent three times though they were acknowledged. */
  thrice: number
  /** Share of the requests that hold an event which must be refused. */
  refused: number
  /** Most requests on their way. */
  inFlight: number
  random: Random
  /** Milliseconds after which an answer is no longer waited for. */
  timeoutMs: number
  onAttempt?: (attempt: Attempt) => void
  /** Told of what no client should ever see, such as an answer that is none. */
  onTrouble: (what: string) => void
}

export interface Fleet {
  /** Begins to send. */
  start: () => void
  /** Sends nothing new. */
  pause: () => void
  /** Resolves when nothing is on its way: every event that was sent has been acknowledged or refused. */
  settled: () => Promise<void>
  inFlight: () => number
  /** Sends nothing more at all, whatever was not acknowledged. */
  stop: () => void
}

const tickMs = 20

/** What an outage held back is sent afterwards, but no more than this many seconds' worth of it. */
const catchUpSeconds = 2

/** A request is tried for so long: longer than any run lasts. */
const giveUpAfterMs = 86_400_000

const longestPauseMs = 4000

/** The number of an event that must be refused. */
const none = -1

export function createFleet(events: RunEvents, ledger: Ledger, settings: FleetSettings): Fleet {
  const { random, rate } = settings
  const posts = createPosts({ onAttempt: () => undefined, ...settings })
  const stopped = new AbortController()
  setMaxListeners(0, stopped.signal)
  const requests = new Set<Promise<void>>()
  let timer: NodeJS.Timeout | undefined
  let credit = 0
  let before = 0

  const begin = () => {
    const isSingle = random() < settings.singles
    const count = isSingle ? 1 : wholeBetween(random, 1, settings.batch)
    credit -= count
    const request = createRequest(events, ledger, settings, count)
    const post = isSingle && request.items.length === 1 ? posts.single : posts.batch
    const sending = send(request, post, ledger, settings, stopped.signal)
      .catch((error: unknown) => {
        if (!stopped.signal.aborted) settings.onTrouble(String(error))
      })
      .finally(() => requests.delete(sending))
    requests.add(sending)
  }
  const tick = () => {
    const now = performance.now()
    credit = Math.min(credit + ((now - before) / 1000) * rate, rate * catchUpSeconds)
    before = now
    while (credit >= 1 && requests.size < settings.inFlight) begin()
  }
  return {
    start: () => {
      before = performance.now()
      timer = setInterval(tick, tickMs)
    },
    pause: () => clearInterval(timer),
    settled: async () => {
      while (requests.size > 0) await Promise.race(requests)
    },
    inFlight: () => requests.size,
    stop: () => {
      clearInterval(timer)
      stopped.abort()
    },
  }
}

interface Request {
  items: Item<number>[]
  copies: number
}

function createRequest(events: RunEvents, ledger: Ledger, settings: FleetSettings, count: number): Request {
  const { random } = settings
  const first = ledger.take(count)
  const items = Array.from({ length: count }, (_, index): Item<number> => {
    const event = events.eventOf(first + index)
    return { eventId: event.event_id, tag: first + index, line: JSON.stringify(event) }
  })
  if (random() < settings.refused) {
    const line = JSON.stringify(events.refusedEvent(first))
    items.splice(wholeBetween(random, 0, count), 0, { eventId: '', tag: none, line })
  }
  return { items, copies: random() < settings.thrice ? 3 : 1 }
}

async function send(
  { items, copies }: Request,
  post: (body: string) => Promise<{ status: number; retryAfter: string | null; body: string }>,
  { counts, acknowledge }: Ledger,
  settings: FleetSettings,
  signal: AbortSignal,
): Promise<void> {
  for (let copy = 0; copy < copies; copy += 1) {
    if (copy > 0) {
      counts.repeated += items.filter(({ tag }) => tag !== none).length
      await sleep(settings.random() * longestPauseMs, undefined, { signal })
    }
    let left = items.length
    const deliver = createDelivery<number>({
      url: '',
      giveUpAfterMs,
      random: settings.random,
      post: async (body) => {
        signal.throwIfAborted()
        return post(body)
      },
      waiting: () => (counts.resent += left),
      // Whoever sends often is asked to wait for long; a run that waits for long sees few faults.
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
    await deliver(items)
  }
}
