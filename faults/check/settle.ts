// Waits until nothing is on its way any more: all parts run, every request has its answer, the spools are empty and
// the consumers have stored the whole log.
import { setTimeout as sleep } from 'node:timers/promises'
import type { FaultStack } from '../stack/fault-stack.ts'
import { lagOf, readProgress } from '../watch/progress.ts'
import type { Stores } from '../watch/stores.ts'

export interface Settled {
  seconds: number
  /** What was still on its way when the time was over, as sentences. */
  left: string[]
}

const pauseMs = 500

/** It must have come to rest this many times in a row: a spool that is drained makes new records. */
const quietLooks = 3

/** @param onItsWay tells how many requests have no answer yet */
export async function settle(
  stack: FaultStack,
  stores: Stores,
  onItsWay: () => number,
  withinMs: number,
): Promise<Settled> {
  const since = performance.now()
  let quiet = 0
  let left: string[] = []
  while (performance.now() - since < withinMs) {
    left = await whatIsLeft(stack, stores, onItsWay())
    quiet = left.length === 0 ? quiet + 1 : 0
    if (quiet === quietLooks) break
    await sleep(pauseMs)
  }
  return { seconds: Math.round((performance.now() - since) / 1000), left }
}

async function whatIsLeft(stack: FaultStack, stores: Stores, requests: number): Promise<string[]> {
  const left: string[] = []
  if (requests > 0) left.push(`${requests} requests have no answer`)
  for (const { name, url } of stack.ingests) {
    const spooled = await spooledBytes(url).catch(() => 'no answer')
    if (spooled !== 0) left.push(`${name} has spooled: ${spooled}`)
  }
  const lag = await readProgress(stores).then(lagOf, () => 'no answer')
  if (lag !== 0) left.push(`records in the log that are not stored: ${lag}`)
  return left
}

/** 0 where it has no spool. */
async function spooledBytes(ingest: string): Promise<number> {
  const answer = await fetch(`${ingest}/metrics`, { signal: AbortSignal.timeout(5000) })
  const value = /^spool_bytes(?:\{[^}]*\})? (\S+)$/m.exec(await answer.text())?.[1]
  return Number(value ?? 0)
}
