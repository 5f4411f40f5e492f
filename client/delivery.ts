// Sends one batch again and again until each of its events has a verdict, or nothing was kept for too long.
import { setTimeout as sleep } from 'node:timers/promises'
import { readAnswer, type Meaning } from './answer.ts'
import { postTo, type Post } from './post-batch.ts'
import { backoffMs } from './wait.ts'

export interface DeliverySettings<Tag> {
  /** Address of ingest, such as http://127.0.0.1:3000. */
  url: string
  headers?: Record<string, string>
  /** Told the verdicts as they come. */
  settled?: (outcome: Outcome<Tag>) => void
  /** Told before each pause: what went wrong and for how many milliseconds nothing is tried. */
  waiting?: (reason: string, waitMs: number) => void
  /** How long to go on without any event kept, in milliseconds; default 10 minutes. */
  giveUpAfterMs?: number
  post?: Post
  now?: () => number
  sleep?: (ms: number) => Promise<unknown>
  /** From 0 up to 1. */
  random?: () => number
}

/** An event on its way; `tag` is whatever the caller knows it by. */
export interface Sent<Tag> {
  eventId: string
  tag: Tag
}

/** An event as it travels: one line of JSON that holds its id. */
export interface Item<Tag> extends Sent<Tag> {
  line: string
}

export interface Outcome<Tag> {
  accepted: Sent<Tag>[]
  refused: (Sent<Tag> & { reason: string })[]
  /** Where the accepted ones stand in the log, for `after=`; null where none was or it is not known yet. */
  position: string | null
}

/** Sending cannot go on: the address does not take events, or nothing was kept for too long. */
export class SendError extends Error {
  override name = 'SendError'
}

/** Gives the function that delivers a batch. Batches under way share what counts as progress. */
export function createDelivery<Tag>(settings: DeliverySettings<Tag>): (batch: Item<Tag>[]) => Promise<void> {
  const { post = postTo(settings.url, settings.headers), now = Date.now } = settings
  const giveUpAfterMs = settings.giveUpAfterMs ?? 600_000
  let lastKeptAt = 0

  async function pause(reason: string, waitMs: number, since: number): Promise<void> {
    if (now() - Math.max(since, lastKeptAt) >= giveUpAfterMs) {
      throw new SendError(`${reason}; gave up after ${giveUpAfterMs / 1000} s without progress`)
    }
    settings.waiting?.(reason, waitMs)
    await (settings.sleep ?? sleep)(waitMs)
  }

  return async function deliver(batch) {
    const since = now()
    let left = batch
    for (let failures = 0; ; failures += 1) {
      const meaning = await ask(post, left, now)
      if (meaning.kind === 'hopeless') throw new SendError(meaning.reason)
      if (meaning.kind === 'verdicts') {
        const outcome = toOutcome(left, meaning)
        if (outcome.accepted.length > 0) {
          lastKeptAt = now()
          failures = 0
        }
        settings.settled?.(outcome)
        left = left.filter((_, index) => meaning.again.has(index))
        if (left.length === 0) return
      }
      const waitMs = waitFor(meaning, failures, settings.random ?? Math.random)
      await pause(
        meaning.kind === 'again' ? meaning.reason : 'some events could not be kept yet',
        waitMs,
        since,
      )
    }
  }
}

async function ask<Tag>(post: Post, items: Item<Tag>[], now: () => number): Promise<Meaning> {
  try {
    const answer = await post(items.map((item) => `${item.line}\n`).join(''))
    return readAnswer(answer, items.length, now())
  } catch (error) {
    return { kind: 'again', reason: error instanceof Error ? error.message : String(error), waitMs: null }
  }
}

/** Whoever is asked to wait comes back a little later than asked: all who were asked would come at once. */
function waitFor(meaning: { waitMs: number | null }, failures: number, random: () => number): number {
  const { waitMs } = meaning
  return Math.round(waitMs === null ? backoffMs(failures, random()) : waitMs + backoffMs(0, random()))
}

function toOutcome<Tag>(items: Item<Tag>[], meaning: Meaning & { kind: 'verdicts' }): Outcome<Tag> {
  const outcome: Outcome<Tag> = { accepted: [], refused: [], position: meaning.position }
  items.forEach(({ eventId, tag }, index) => {
    const reason = meaning.refused.get(index)
    if (reason !== undefined) outcome.refused.push({ eventId, tag, reason })
    else if (!meaning.again.has(index)) outcome.accepted.push({ eventId, tag })
  })
  return outcome
}
