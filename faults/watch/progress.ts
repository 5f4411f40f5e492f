// Watches how far the consumers have come, and how long it takes after a fault until all is stored that was waiting.
import { setTimeout as sleep } from 'node:timers/promises'
import { readGroupProgress, type PartitionProgress } from '../../kafka/group-progress.ts'
import { group, topic } from '../stack/fault-stack.ts'
import type { Stores } from './stores.ts'

/** A fault that is over, and how long it took from its end, in milliseconds; other faults may have come meanwhile. */
export interface Recovery {
  kind: string
  /** Until events were stored again. */
  againMs: number
  /** Until everything was stored that stood in the log at its end; null where that was not seen. */
  allMs: number | null
}

export interface ProgressWatch {
  /** A fault is over: its recovery is measured from now on. */
  await: (kind: string) => void
  recoveries: Recovery[]
  /** Records that were not stored yet at the last look; null before the first. */
  lag: () => number | null
  /** Resolves when the group has come further than at the next look; sooner where `signal` is given. */
  storesAgain: (signal: AbortSignal) => Promise<void>
  stop: () => Promise<void>
}

const everyMs = 1000

/** What is awaited of a fault that is over: that more is stored than at the first look after its end. */
interface Awaited {
  kind: string
  since: number
  /** Null before that look. */
  atEnd: { committed: number; ends: Map<number, number> } | null
  /** Null before events were stored again. */
  recovery: Recovery | null
}

export function startProgressWatch(stores: Stores): ProgressWatch {
  const stopping = new AbortController()
  const recoveries: Recovery[] = []
  let awaited: Awaited[] = []
  let lag: number | null = null
  let looks = 0
  let committed = 0

  const look = async () => {
    const progress = await readProgress(stores)
    const now = performance.now()
    lag = lagOf(progress)
    looks += 1
    committed = progress.reduce((sum, one) => sum + (one.committed ?? 0), 0)
    const ends = new Map(progress.map(({ partition, high }) => [partition, high]))
    awaited = awaited.filter((one) => {
      one.atEnd ??= { committed, ends }
      const ms = Math.round(now - one.since)
      if (!one.recovery && committed > one.atEnd.committed) {
        one.recovery = { kind: one.kind, againMs: ms, allMs: null }
        recoveries.push(one.recovery)
      }
      if (!one.recovery || !isPast(progress, one.atEnd.ends)) return true
      one.recovery.allMs = ms
      return false
    })
  }
  const run = async () => {
    while (!stopping.signal.aborted) {
      await look().catch(() => undefined)
      await sleep(everyMs, undefined, { signal: stopping.signal }).catch(() => undefined)
    }
  }
  const running = run()
  return {
    recoveries,
    await: (kind) => awaited.push({ kind, since: performance.now(), atEnd: null, recovery: null }),
    lag: () => lag,
    storesAgain: async (signal) => {
      const until = async (isTrue: () => boolean) => {
        while (!isTrue() && !signal.aborted) await sleep(everyMs / 10)
      }
      const since = looks
      // The look that is under way may have begun before.
      await until(() => looks >= since + 2)
      const before = committed
      await until(() => committed > before)
    },
    stop: () => {
      stopping.abort()
      return running
    },
  }
}

/** @throws Error where Kafka does not answer */
export function readProgress(stores: Stores): Promise<PartitionProgress[]> {
  return stores.withAdmin((admin) => readGroupProgress(admin, group, topic))
}

/** Records in the log that are not stored yet. */
export function lagOf(progress: readonly PartitionProgress[]): number {
  return progress.reduce((sum, { committed, low, high }) => sum + high - Math.max(committed ?? 0, low), 0)
}

function isPast(progress: readonly PartitionProgress[], ends: Map<number, number>): boolean {
  return progress.every(({ partition, committed, low }) => {
    return Math.max(committed ?? 0, low) >= (ends.get(partition) ?? 0)
  })
}
