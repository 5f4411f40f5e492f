// Requests that wait until a position is stored: however many they are, they cost Kafka one look at a time.
import { setTimeout as sleep } from 'node:timers/promises'
import { badInput, unavailable } from '../../runtime/problem.ts'
import type { History } from './history.ts'
import type { Position } from './read-position.ts'
import type { Sampler } from './sampler.ts'

export interface WaitLimits {
  /** The longest a request waits, in milliseconds. */
  waitMs: number
  /** Requests that may wait at the same time. */
  mostWaiting: number
}

export interface Waiting {
  /**
   * Whether everything up to `position` is stored, after waiting for it as long as the limits and `signal` let it.
   * @throws Problem 400 for a partition the topic does not have, 503 where too many wait already
   */
  waitFor: (position: Position, signal: AbortSignal) => Promise<boolean>
  /** Requests that wait right now. */
  count: () => number
  /** Ends every wait, also those to come. */
  stop: () => void
}

interface Waiter {
  position: Position
  end: (isReached: boolean) => void
}

const pollMs = 50

export function createWaiting(sampler: Sampler, { waitMs, mostWaiting }: WaitLimits): Waiting {
  const waiters = new Set<Waiter>()
  let isPolling = false
  let isStopped = false

  const poll = async () => {
    isPolling = true
    while (waiters.size > 0) {
      await sleep(pollMs)
      const history = await sampler.look(pollMs / 2)
      if (!history) continue
      for (const { position, end } of waiters) if (isStored(history, position)) end(true)
    }
    isPolling = false
  }
  const wait = (position: Position, signal: AbortSignal) =>
    new Promise<boolean>((resolve) => {
      const end = (isReached: boolean) => {
        clearTimeout(timer)
        signal.removeEventListener('abort', giveUp)
        waiters.delete(waiter)
        resolve(isReached)
      }
      const giveUp = () => end(false)
      const timer = setTimeout(giveUp, waitMs)
      const waiter = { position, end }
      signal.addEventListener('abort', giveUp)
      waiters.add(waiter)
      if (!isPolling) void poll()
    })
  return {
    waitFor: async (position, signal) => {
      const history = await sampler.look(pollMs / 2)
      if (history) refuseUnknown(history, position)
      if (history && isStored(history, position)) return true
      if (isStopped || signal.aborted) return false
      if (waiters.size >= mostWaiting)
        throw unavailable('too many requests wait for a position: ask again', 1)
      return wait(position, signal)
    },
    count: () => waiters.size,
    stop: () => {
      isStopped = true
      for (const { end } of waiters) end(false)
    },
  }
}

function isStored({ partitions }: History, position: Position): boolean {
  return [...position].every(([partition, offset]) => (partitions[partition]?.stored ?? 0) > offset)
}

function refuseUnknown({ partitions }: History, position: Position): void {
  const unknown = [...position.keys()].find((partition) => partition >= partitions.length)
  if (unknown === undefined) return
  const message = `after names partition ${unknown}, and the topic has 0 to ${partitions.length - 1}: send the position that ingest answered`
  throw badInput([{ field: 'after', code: 'partition', message }])
}
