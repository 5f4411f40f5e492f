// One run from its beginning to its end; whatever happens, nothing is left running.
import { setMaxListeners } from 'node:events'
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { checkRun } from './check/check-run.ts'
import type { FaultOptions } from './options.ts'
import { toResult, type RunResult } from './report/result.ts'
import { toTable } from './report/table.ts'
import { scenarioOf } from './scenarios/scenarios.ts'
import { openWorld, type World } from './world.ts'

/**
 * Runs and checks; ends sooner, without a check, where `signal` is given.
 * @throws Error where the run cannot be done or cannot be checked
 */
export async function run(
  options: FaultOptions,
  signal: AbortSignal,
  say: (text: string) => void,
): Promise<RunResult | null> {
  const startedAt = new Date()
  // Every fault that waits for its time listens to it.
  setMaxListeners(0, signal)
  const scenario = scenarioOf(options)
  const world = await openWorld(options, scenario.traffic, say)
  const isGood = { yes: false }
  try {
    const done = await scenario.run(world, signal)
    if (signal.aborted) return null
    const check = await checkRun(world)
    const result = await toResult(world, done, check, scenario, startedAt)
    isGood.yes = result.wrong.length === 0
    await writeFile(join(world.places.folder, 'result.json'), `${JSON.stringify(result, null, 2)}\n`)
    await writeFile(join(world.places.folder, 'result.txt'), `${toTable(result)}\n`)
    return result
  } finally {
    await end(world, isGood.yes || signal.aborted, signal.aborted)
  }
}

async function end(world: World, isDataDropped: boolean, isHasty: boolean): Promise<void> {
  const { options, places, stack } = world
  const isKept = options.keep || !isDataDropped
  world.say('stopping everything')
  if (isKept) for (const disk of stack.disks.values()) disk.keep()
  await world.close(isHasty)
  if (isKept) world.say(`the data is kept in ${places.folder}`)
  else {
    await rm(places.data, { recursive: true, force: true, maxRetries: 5 })
    await rm(join(places.folder, 'spool'), { recursive: true, force: true, maxRetries: 5 })
  }
}
