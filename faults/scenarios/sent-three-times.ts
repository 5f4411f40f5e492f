// Every request is sent three times; between the copies all consumers and ClickHouse are killed.
import { setTimeout as sleep } from 'node:timers/promises'
import { createRequest } from '../clients/request.ts'
import { createRandom, type Random } from '../random.ts'
import { buryMembers } from '../schedule/bury.ts'
import { inflict } from '../schedule/inflict.ts'
import type { PlannedFault } from '../schedule/plan.ts'
import type { FaultRun } from '../schedule/run-faults.ts'
import type { World } from '../world.ts'
import type { Scenario } from './scenario.ts'

const copies = 3
const requestsOfWave = 40
const minuteMs = 60_000
const mostBeforeMs = 2000
const mostAfterMs = 15_000

export function sentThreeTimes(): Scenario {
  let waves = 0
  return {
    isRough: false,
    traffic: {},
    run: async (world, signal) => {
      const run: FaultRun = { done: [], skipped: 0 }
      const random = createRandom(world.options.seed)
      const until = performance.now() + world.options.minutes * minuteMs
      while (performance.now() < until && !signal.aborted) {
        await sendWave(world, run, random, signal)
        waves += 1
      }
      return run
    },
    figures: () => ({ waves, copies }),
    wrong: () => [],
  }
}

async function sendWave(world: World, run: FaultRun, random: Random, signal: AbortSignal): Promise<void> {
  const { events, ledger, options, fleet } = world
  const wave = Array.from({ length: requestsOfWave }, () => createRequest(events, ledger, options.batch))
  for (let copy = 0; copy < copies && !signal.aborted; copy += 1) {
    if (copy > 0) ledger.counts.repeated += requestsOfWave * options.batch
    await Promise.all(wave.map((request) => fleet.send(request, 1)))
    if (copy < copies - 1) await killStore(world, run, random, signal)
  }
  world.say(`${ledger.acknowledged.size()} events acknowledged, each ${copies} times`)
}

/** Some moment after the copies were taken: some of them are stored by then, some are not. */
async function killStore(world: World, run: FaultRun, random: Random, signal: AbortSignal): Promise<void> {
  const { stack, progress } = world
  const wait = (ms: number) => sleep(ms, undefined, { signal }).catch(() => undefined)
  await wait(random() * mostBeforeMs)
  for (const target of [...stack.consumers.map(({ name }) => name), 'clickhouse']) {
    const kind = `kill-${target.replace(/-.*/, '')}`
    const planned: PlannedFault = {
      ...{ number: run.done.length + 1, atMs: 0, kind, action: 'kill', target, durationMs: 0, trouble: null },
    }
    const beganAt = performance.now()
    try {
      await inflict(stack, planned, signal)
      run.done.push({ ...planned, beganAt, endedAt: performance.now() })
      progress.await(kind)
    } catch {
      run.skipped += 1
    }
  }
  await buryMembers(stack)
  // Where all was stored already nothing moves before the next copies.
  await Promise.race([progress.storesAgain(signal), wait(mostAfterMs)])
}
