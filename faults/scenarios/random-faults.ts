// Faults at random for some minutes, or until there were enough of them; or none at all.
import { setTimeout as sleep } from 'node:timers/promises'
import { createRandom } from '../random.ts'
import { buryMembers } from '../schedule/bury.ts'
import { planFaults } from '../schedule/plan.ts'
import { runFaults, type DoneFault, type FaultRun } from '../schedule/run-faults.ts'
import { whyNoSmallDisk } from '../stack/small-disk.ts'
import type { World } from '../world.ts'

const minuteMs = 60_000
const sayEveryMs = 30_000

/** Resolves when the faults are over; the clients are still sending. */
export async function randomFaults(world: World, signal: AbortSignal): Promise<FaultRun> {
  const { options, fleet, direct } = world
  const forMs = options.count === null ? options.minutes * minuteMs : Infinity
  fleet.start()
  direct.start()
  const saying = setInterval(() => world.say(describe(world)), sayEveryMs)
  try {
    if (options.scenario === 'none') {
      await sleep(forMs, undefined, { signal }).catch(() => undefined)
      return { done: [], skipped: 0 }
    }
    return await inflictAll(world, forMs, signal)
  } finally {
    clearInterval(saying)
  }
}

async function inflictAll(world: World, forMs: number, signal: AbortSignal): Promise<FaultRun> {
  const { options, stack, places, progress } = world
  const whyNot = whyNoSmallDisk()
  if (whyNot !== null) world.say(`left out: full disks, since ${whyNot}`)
  const targets = {
    ingests: stack.ingests.map(({ name }) => name),
    consumers: stack.consumers.map(({ name }) => name),
    links: stack.links.names().filter((name) => !name.startsWith(stack.extraConsumer.name)),
    disks: [...stack.disks.keys()],
  }
  const { every, count, only, seed } = options
  const planned = count === null ? Infinity : spare(count)
  const settings = { everyMs: every * 1000, forMs, count: planned, only }
  const plan = planFaults(settings, targets, createRandom(seed))
  world.say(`${plan.length} faults are planned`)
  slowDown(world)
  const enough = new AbortController()
  let done = 0
  const onDone = async (fault: DoneFault) => {
    done += 1
    progress.await(fault.kind)
    if (options.bury && fault.kind === 'kill-consumer') await buryMembers(stack)
    if (done === count) enough.abort()
    else if (options.inTurn) await progress.storesAgain(signal)
  }
  const parts = { plan, stack, places, inTurn: options.inTurn, onDone }
  const [run] = await Promise.all([
    runFaults(parts, AbortSignal.any([signal, enough.signal])),
    count === null ? sleep(forMs, undefined, { signal }).catch(() => undefined) : undefined,
  ])
  return run
}

/** Some of the planned ones find their target gone. */
function spare(count: number): number {
  return Math.ceil(count * 1.5) + 5
}

/** Late answers of ClickHouse widen the time between lines and their books. */
function slowDown({ options, stack }: World): void {
  if (options.slow === 0) return
  for (const name of stack.links.names().filter((link) => link.endsWith('>clickhouse'))) {
    stack.links.set(name, { kind: 'delay', ms: options.slow })
  }
}

function describe({ ledger, progress, reader, fleet }: World): string {
  const { good, doubled } = reader.looks
  return [
    `sent ${ledger.sent()}`,
    `acknowledged ${ledger.acknowledged.size()}`,
    `on their way ${fleet.inFlight()} requests`,
    `lag ${progress.lag() ?? 'unknown'}`,
    `looks ${good}`,
    `doubled ${doubled.length}`,
  ].join(', ')
}
