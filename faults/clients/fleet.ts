// The clients of a run: they send at a steady rate and send again, with the same ids, until every event is
// acknowledged.
import { setMaxListeners } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Post } from '../../client/post-batch.ts'
import type { RunEvents } from '../events/event-of.ts'
import type { Ledger } from '../events/ledger.ts'
import { wholeBetween, type Random } from '../random.ts'
import { createPosts, type Attempt } from './post-somewhere.ts'
import { createRequest, deliver, longestPauseMs, none, spoil, type Request } from './request.ts'

export interface FleetSettings {
  /** Addresses of the ingests. */
  urls: readonly string[]
  /** Events a second. */
  rate: number
  /** Most events of one request to /events. */
  batch: number
  /** Share of the requests that are one event: POST /event. */
  singles: number
  /** Share of the requests that are sent three times though they were acknowledged. */
  thrice: number
  /** Share of the requests that hold an event which must be refused. */
  refused: number
  /** Most requests on their way. */
  inFlight: number
  /** What an outage held back is sent afterwards, but no more than this many seconds' worth of it. */
  catchUpSeconds: number
  random: Random
  /** Milliseconds after which an answer is no longer waited for. */
  timeoutMs: number
  onAttempt: (attempt: Attempt) => void
  /** Told of what no client should ever see, such as an answer that is none. */
  onTrouble: (what: string) => void
}

export interface Fleet {
  /** Begins to send. */
  start: () => void
  /** Sends nothing new. */
  pause: () => void
  /** Sends as many copies of a request as there are, one after the other is acknowledged. */
  send: (request: Request, copies: number) => Promise<void>
  /** Requests that have no answer yet. */
  inFlight: () => number
  /** Sends nothing more at all, whatever was not acknowledged. */
  stop: () => void
}

const tickMs = 20

export function createFleet(events: RunEvents, ledger: Ledger, settings: FleetSettings): Fleet {
  const { random, rate } = settings
  const posts = createPosts(settings)
  const stopped = new AbortController()
  setMaxListeners(0, stopped.signal)
  const requests = new Set<Promise<void>>()
  let timer: NodeJS.Timeout | undefined
  let credit = 0
  let before = 0

  const sendBy = (post: Post, request: Request, copies: number): Promise<void> => {
    const sending = sendCopies(request, copies, post, ledger, random, stopped.signal)
      .catch((error: unknown) => {
        if (!stopped.signal.aborted) settings.onTrouble(String(error))
      })
      .finally(() => requests.delete(sending))
    requests.add(sending)
    return sending
  }
  const begin = () => {
    const isSingle = random() < settings.singles
    const count = isSingle ? 1 : wholeBetween(random, 1, settings.batch)
    credit -= count
    const request = createRequest(events, ledger, count)
    if (!isSingle && random() < settings.refused) spoil(request, events, wholeBetween(random, 0, count))
    void sendBy(isSingle ? posts.single : posts.batch, request, random() < settings.thrice ? 3 : 1)
  }
  const tick = () => {
    const now = performance.now()
    credit = Math.min(credit + ((now - before) / 1000) * rate, rate * settings.catchUpSeconds)
    before = now
    while (credit >= 1 && requests.size < settings.inFlight) begin()
  }
  return {
    start: () => {
      before = performance.now()
      timer = setInterval(tick, tickMs)
    },
    pause: () => clearInterval(timer),
    send: (request, copies) => sendBy(posts.batch, request, copies),
    inFlight: () => requests.size,
    stop: () => {
      clearInterval(timer)
      stopped.abort()
    },
  }
}

async function sendCopies(
  request: Request,
  copies: number,
  post: Post,
  ledger: Ledger,
  random: Random,
  signal: AbortSignal,
): Promise<void> {
  for (let copy = 0; copy < copies; copy += 1) {
    if (copy > 0) {
      ledger.counts.repeated += request.filter(({ tag }) => tag !== none).length
      await sleep(random() * longestPauseMs, undefined, { signal })
    }
    await deliver(request, post, ledger, random, signal)
  }
}
