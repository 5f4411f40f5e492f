// Empties the spool in the background whenever Kafka can be reached: this process's own, and those that others left behind.
import { setTimeout as sleep } from 'node:timers/promises'
import type { Publisher } from '../../kafka/publish/publisher.ts'
import type { Logger } from '../../runtime/logger.ts'
import { within } from '../../runtime/retry.ts'
import type { Spool } from '../../spool/spool.ts'
import { drainSpool, type DrainOptions } from './drain.ts'

export interface DrainerParts extends Omit<DrainOptions, 'spool' | 'publisher' | 'signal'> {
  /** This process's own; null where the spool is turned off. */
  spool: Spool | null
  /** A publisher of its own, so that spooled events delay no others; not connected yet. */
  createPublisher: () => Publisher
  isKafkaThere: () => boolean
  /** Opens a spool that somebody left behind; null where there is none. */
  takeLeft: () => Promise<Spool | null>
  logger: Logger
}

const lookEveryMs = 100
const lookForLeftEveryMs = 10_000

/** What is under way when it is stopped may still be acknowledged; if not, it stays in the spool. */
const stopWithinMs = 1000

/** Starts at once. `stop` leaves what is not drained where it is. */
export function startDrainer(parts: DrainerParts): { stop: () => Promise<void> } {
  const stopping = new AbortController()
  const { signal } = stopping
  const running = Promise.all([
    repeat(lookEveryMs, () => drainOwn(parts, signal), parts, signal),
    repeat(lookForLeftEveryMs, () => drainLeft(parts, signal), parts, signal),
  ])
  return {
    stop: async () => {
      stopping.abort(new Error('is stopping'))
      await within(stopWithinMs, '', running).catch(() => undefined)
    },
  }
}

async function repeat(
  everyMs: number,
  work: () => Promise<void>,
  { isKafkaThere, logger }: DrainerParts,
  signal: AbortSignal,
): Promise<void> {
  const isOver = () => signal.aborted
  while (!isOver()) {
    const pauseMs = isKafkaThere() ? everyMs : lookEveryMs
    try {
      if (isKafkaThere()) await work()
    } catch (error) {
      if (!isOver()) logger.warn({ err: error }, 'the spool could not be emptied')
    }
    await sleep(pauseMs, undefined, { signal, ref: false }).catch(() => undefined)
  }
}

async function drainOwn(parts: DrainerParts, signal: AbortSignal): Promise<void> {
  if (parts.spool && parts.spool.state().bytes > 0) await drain(parts.spool, parts, signal)
}

async function drain(spool: Spool, parts: DrainerParts, signal: AbortSignal): Promise<void> {
  const publisher = parts.createPublisher()
  const { bytes, events } = spool.state()
  try {
    await publisher.connect()
    parts.logger.info({ bytes, events }, 'the spool is emptied into kafka')
    await drainSpool({ ...parts, spool, publisher, signal })
    parts.logger.info('the spool is empty')
  } finally {
    await publisher.stop()
  }
}

async function drainLeft(parts: DrainerParts, signal: AbortSignal): Promise<void> {
  for (let left = await parts.takeLeft(); left; left = await parts.takeLeft()) {
    try {
      await drain(left, { ...parts, handover: null }, signal)
    } finally {
      await left.close()
    }
  }
}
